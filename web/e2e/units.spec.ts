/** Every chart and every list: what is read out stands in the CSV file in the same unit, and every number has one. */
import type { Locator, Page } from '@playwright/test';
import { expect, goTo, openModel, openTab, quantize, reveal, savedCsv, test } from './support';

const UNITS = ['%', 'dB', 'bits per weight', 'bytes'];
/** Columns of numbers that are pure: ratios, levels, counts, and what stands for a weight without being one. */
const PURE = [
  /^divisors?( from| to)?$/,
  /^level$/,
  /^importance$/,
  /^bits per weight$/,
  /^Σ w·level²$/,
  /^max \|x\| \/ root mean square$/,
  /per doubling of the/,
  /^÷ (max7|exact)$/,
  /^of .*’s$/,
];

/** A reading's number, and how far its last digit reaches. */
function numberOf(text: string): { value: number; reach: number } {
  const plain = text.replaceAll(/[\s\u202f]/g, '').replaceAll('−', '-');
  const [, digits = '', exponent = '0'] = /^-?([\d.]+)(?:e(.+))?$/.exec(plain) ?? [];
  const decimals = digits.includes('.') ? digits.length - digits.indexOf('.') - 1 : 0;
  return { value: Number(plain), reach: 0.5001 * 10 ** (Number(exponent) - decimals) };
}

/** Every number with a unit in a text: "7.06 % relative error, q4_0" has 7.06 in %. */
function figuresIn(text: string): { text: string; unit: string }[] {
  return UNITS.flatMap((unit) =>
    [...text.matchAll(new RegExp(`(?<![\\d.<])(−?\\d[\\d.\\u202f]*(?:e−?\\d+)?) ${unit}(?![a-z])`, 'g'))].map(
      ([, number = '']) => ({ text: number, unit }),
    ),
  );
}

function unitOf(head: string): string {
  return /, ([^,]+)$/.exec(head)?.[1] ?? '';
}

function expectUnits(name: string, [header = [], ...rows]: string[][]): void {
  expect(rows.length, name).toBeGreaterThan(0);
  expect(new Set(header).size, `${name}: ${header.join(' | ')}`).toBe(header.length);
  header.forEach((head, column) => {
    if (unitOf(head) !== '' || PURE.some((pure) => pure.test(head))) return;
    const numbers = rows.map((row) => row[column] ?? '').filter((cell) => cell !== '' && Number.isFinite(Number(cell)));
    for (const cell of numbers)
      expect.soft(Number.isInteger(Number(cell)), `${name}: “${head}” has ${cell}`).toBe(true);
  });
}

/** The figure stands in a column of its unit. */
function expectFound(name: string, [header = [], ...rows]: string[][], { text, unit }: { text: string; unit: string }) {
  const { value, reach } = numberOf(text);
  const columns = header.flatMap((head, column) => (unitOf(head).startsWith(unit) ? [column] : []));
  const found = columns.some((column) =>
    rows.some((row) => row[column] !== '' && Math.abs(Number(row[column]) - value) <= reach),
  );
  expect.soft(found, `${name}: ${text} ${unit} in a column of ${header.join(' | ')}`).toBe(true);
}

/** Opens the tab that a chart or a list is in. */
async function openTabOf(page: Page, part: Locator): Promise<void> {
  const panel = part.locator('xpath=ancestor::*[@role="tabpanel"][1]');
  const id = (await panel.count()) > 0 ? await panel.getAttribute('id') : null;
  if (id !== null) await page.locator(`[role="tab"][aria-controls="${id}"]`).click();
}

async function checkChart(page: Page, figure: Locator): Promise<number> {
  await openTabOf(page, figure);
  const name = (await figure.getByRole('heading').first().textContent()) ?? '';
  const table = await savedCsv(page, figure.getByRole('button', { name: 'CSV' }));
  expectUnits(name, table);
  const plot = figure.getByRole('application', { name: /Arrow keys read the values/ });
  if ((await plot.count()) === 0) return 0;
  let figures = 0;
  await plot.focus();
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'End']) {
    await page.keyboard.press(key);
    const reading = (await plot.locator('[aria-live="polite"]').textContent()) ?? '';
    for (const found of figuresIn(reading)) {
      expectFound(name, table, found);
      figures += 1;
    }
  }
  return figures;
}

async function checkList(page: Page, list: Locator): Promise<number> {
  await openTabOf(page, list);
  const name = (await list.getByRole('region').getAttribute('aria-label')) ?? '';
  const table = await savedCsv(page, list.getByRole('button', { name: 'CSV' }));
  expectUnits(name, table);
  const shown = await list
    .locator('tbody tr:not(.spacer)')
    .evaluateAll((rows) => rows.slice(0, 12).map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
  let figures = 0;
  shown.forEach((cells, row) =>
    cells.forEach((text, column) => {
      for (const found of figuresIn(text)) {
        expectFound(name, [[table[0]![column] ?? ''], [table[row + 1]![column] ?? '']], found);
        figures += 1;
      }
    }),
  );
  return figures;
}

test('charts and lists of a model, a plan, a result and the Lab', async ({ page }) => {
  test.setTimeout(600_000);
  const long = { timeout: 180_000 };
  await page.goto('./#lab:w=0.1,-0.2,0.3,0.6;f=q4_1');
  await openModel(page);
  await expect(page.locator('.measure-status')).toContainText(/predicted from/, long);
  await quantize(page, 'Q4_0');
  await goTo(page, 'Lab');
  const lab = page.locator('#lab');
  await lab.getByRole('button', { name: 'All blocks' }).click();
  await expect(lab.getByRole('figure', { name: /^All blocks/ })).toBeVisible(long);
  for (const [view, title, button] of [
    ['Best divisors', 'Where the best scales lie', 'Analyse'],
    ['Number formats', 'Number formats', 'Compare'],
    ['Symmetric or not', 'Symmetric or asymmetric', 'Compare groups'],
    ['Error feedback', null, null],
    ['Block', null, null],
  ] as const) {
    await lab.getByRole('tab', { name: view, exact: true }).click();
    if (title === null) continue;
    const study = lab.locator('section.study', { has: page.getByRole('heading', { name: title, exact: true }) });
    const tensor = study.getByRole('combobox', { name: 'Tensor' });
    if ((await tensor.count()) > 0) await tensor.fill('blk.0.attn_v.weight');
    await study.getByRole('button', { name: button, exact: true }).click();
    await expect(study.getByRole('status').first()).toHaveText('Finished.', long);
  }
  const outliers = page.locator('.outliers');
  await openTab(page, 'Columns that stand out');
  await outliers.getByRole('button', { name: 'Look for outliers' }).click();
  await expect(outliers.locator('figure')).toBeVisible(long);
  await goTo(page, 'Model');
  await page
    .locator('#model')
    .getByRole('tab', { name: /^Tensors/ })
    .click();
  await page.locator('#model').getByRole('radio', { name: 'All in one table' }).check();
  await openTab(page, 'A size of your own');
  const size = page.locator('.size-panel');
  await size.getByLabel('Size, for example').fill('2 MB');
  await size.getByRole('button', { name: 'Best mix' }).first().click();
  await expect(size.locator('.mix-summary')).toContainText('bits per weight', long);
  await page.locator('details').evaluateAll((all) => {
    // Those of the Lab's bar open over what lies below.
    const open = all.filter((details) => !details.closest('figure, .stage-bar'));
    for (const details of open) (details as HTMLDetailsElement).open = true;
  });

  const charts = await page.locator('figure.chart').all();
  expect(charts.length).toBeGreaterThanOrEqual(17);
  let inCharts = 0;
  for (const chart of charts) {
    await reveal(chart);
    inCharts += await checkChart(page, chart);
  }
  expect(inCharts).toBeGreaterThan(40);
  const lists = await page.locator('.data-table').all();
  expect(lists.length).toBeGreaterThanOrEqual(6);
  let inLists = 0;
  for (const list of lists) {
    await reveal(list);
    inLists += await checkList(page, list);
  }
  expect(inLists).toBeGreaterThan(100);

  // The same numbers in the other measure.
  await openTab(page, 'Layers');
  const layers = page.locator('#result figure', { has: page.getByRole('heading', { name: 'Error by layer' }) });
  await layers.getByRole('radio', { name: 'signal to noise' }).check();
  expect(await checkChart(page, layers)).toBeGreaterThan(0);
});
