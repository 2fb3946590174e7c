/** The Lab zoomed out: analysis of scales, number formats, levels of one's own, by keyboard and within 390 px. */
import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { expect, expectAccessible, expectNoSidewaysScrolling, goTo, openEverything, openModel, test } from './support';

const study = (page: Page, title: string): Locator =>
  page.locator('#lab section.study', { has: page.getByRole('heading', { name: title, exact: true }) });
const scales = (page: Page): Locator => study(page, 'Where the best scales lie');
const formats = (page: Page): Locator => study(page, 'Number formats');
const levels = (page: Page): Locator => study(page, 'Levels of your own');
const groups = (page: Page): Locator => study(page, 'Symmetric or asymmetric');
const LONG = { timeout: 120_000 };

test.setTimeout(240_000);

const VIEWS = ['Best divisors', 'Number formats', 'Levels', 'Symmetric or not'] as const;

async function show(page: Page, view: (typeof VIEWS)[number]): Promise<void> {
  await page.locator('#lab').getByRole('tab', { name: view, exact: true }).click();
}

/** With every view opened once, and the first one on show. */
async function open(page: Page): Promise<void> {
  await page.goto('./');
  await openModel(page);
  await goTo(page, 'Lab');
  for (const view of VIEWS) await show(page, view);
  await show(page, 'Best divisors');
  await expect(page.locator('#lab section.study')).toHaveCount(4);
}

async function analyse(page: Page): Promise<void> {
  await show(page, 'Best divisors');
  await scales(page).getByRole('combobox', { name: 'Tensor' }).fill('blk.0.attn_v.weight');
  await scales(page).getByRole('button', { name: 'Analyse' }).press('Enter');
  await expect(scales(page).getByRole('status').first()).toHaveText('Finished.', LONG);
}

async function compare(page: Page): Promise<void> {
  await show(page, 'Number formats');
  await formats(page).getByRole('combobox', { name: 'Tensor' }).fill('blk.0.attn_v.weight');
  for (const bits of ['2', '3', '6', '7', '8'])
    await formats(page).getByRole('checkbox', { name: bits, exact: true }).uncheck();
  await formats(page).getByRole('button', { name: 'Compare' }).press('Enter');
  await expect(formats(page).getByRole('status').first()).toHaveText('Finished.', LONG);
}

test('analyses scales: chart, readings by keyboard, methods, tables, CSV', async ({ page }) => {
  await open(page);
  await analyse(page);
  const figure = scales(page).locator('figure');
  await expect(figure).toContainText(/mean 8\.\d{3}/);
  await figure.getByText('Table', { exact: true }).click();
  const counts = await figure
    .locator('tbody tr')
    .evaluateAll((rows) =>
      rows.map((row) => [2, 3].reduce((sum, at) => sum + Number(row.children[at]?.textContent ?? 0), 0)),
    );
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe((128 * 256) / 32);
  await figure.getByRole('application', { name: /Arrow keys read the values/ }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(figure.locator('[aria-live="polite"]')).toContainText(/divisor \d\.\d to \d\.\d, \d+ blocks?/);
  const methods = scales(page).getByRole('region', { name: 'Error of each method' });
  const over = async (name: string) =>
    Number(
      await methods
        .locator('tr', { has: page.getByText(name, { exact: true }) })
        .locator('td')
        .nth(4)
        .textContent(),
    );
  expect(await over('exact')).toBe(1);
  expect(await over('max7')).toBeGreaterThan(1.1);
  await expect(scales(page).getByRole('region', { name: 'Tables of divisors' }).locator('tbody tr')).toHaveCount(16);
  const waiting = page.waitForEvent('download');
  await scales(page).locator('.study-table').last().getByRole('button', { name: 'CSV' }).click();
  expect(
    readFileSync(await (await waiting).path(), 'utf8')
      .trim()
      .split('\r\n'),
  ).toHaveLength(17);
});

test('names of types lie on no line, no other name and no mark of theirs', async ({ page }) => {
  await open(page);
  await compare(page);
  const plane = formats(page).locator('figure').first();
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await expect(plane.locator('.format-name').first()).toBeVisible();
    const found = await plane.evaluate((figure) => {
      const boxes = [...figure.querySelectorAll<SVGGraphicsElement>('.format-name')].map((text) => ({
        text: text.textContent,
        box: text.getBoundingClientRect(),
      }));
      const frontier = figure.querySelector<SVGPathElement>('path.frontier')!;
      const matrix = frontier.getScreenCTM()!;
      const points = Array.from({ length: Math.ceil(frontier.getTotalLength()) }, (_, at) =>
        frontier.getPointAtLength(at).matrixTransform(matrix),
      );
      const within = ({ left, right, top, bottom }: DOMRect, x: number, y: number) =>
        x > left && x < right && y > top + 2 && y < bottom - 2;
      return {
        names: boxes.length,
        onLine: boxes.filter(({ box }) => points.some(({ x, y }) => within(box, x, y))).map(({ text }) => text),
        together: boxes.flatMap((one, index) =>
          boxes
            .slice(index + 1)
            .filter(
              ({ box }) =>
                box.left < one.box.right - 1 &&
                one.box.left < box.right - 1 &&
                box.top < one.box.bottom - 3 &&
                one.box.top < box.bottom - 3,
            )
            .map(({ text }) => `${one.text} ${text}`),
        ),
      };
    });
    expect(found.names).toBeGreaterThan(width > 1000 ? 15 : 5);
    expect(found.onLine).toEqual([]);
    expect(found.together).toEqual([]);
  }
});

test('can be held and stopped, and says when no tensor has the name', async ({ page }) => {
  await open(page);
  await scales(page).getByRole('combobox', { name: 'Tensor' }).fill('nothing');
  await expect(scales(page)).toContainText('No tensor has this name.');
  await scales(page).getByRole('combobox', { name: 'Tensor' }).fill('');
  await scales(page).getByRole('combobox', { name: 'Weights' }).selectOption('all');
  await scales(page).getByRole('button', { name: 'Analyse' }).click();
  await scales(page).getByRole('button', { name: 'Pause' }).click();
  await expect(scales(page).getByRole('status')).toContainText(/piece \d+ of \d+, paused/);
  await scales(page).getByRole('button', { name: 'Go on' }).click();
  await scales(page).getByRole('button', { name: 'Stop' }).click();
  await expect(scales(page).getByRole('button', { name: 'Analyse' })).toBeVisible();
  await expect(scales(page).getByRole('status')).toHaveText(
    /^Nothing was analysed yet\.$|^Stopped: the figures are of/,
  );
});

test('compares number formats: the frontier, the types beside it, readings and files', async ({ page }) => {
  await open(page);
  await compare(page);
  const figure = formats(page).locator('figure');
  await expect(figure.locator('path.frontier')).toHaveCount(1);
  await expect(figure.locator('text.format-name', { hasText: 'Q8_0' })).toHaveCount(1);
  await figure.getByRole('application', { name: /Arrow keys read the values/ }).focus();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowUp');
  await expect(figure.locator('[aria-live="polite"]')).toContainText(
    /bits per weight, \d+\.\d+ % relative error, .*on the frontier/,
  );
  const best = await figure.locator('path.format-mark').count();
  await figure.getByRole('radio', { name: 'everything tried' }).check();
  expect(await figure.locator('path.format-mark').count()).toBeGreaterThan(best);
  const marks = await figure.locator('path.format-mark').count();
  await figure.getByRole('button', { name: 'float', exact: true }).click();
  expect(await figure.locator('path.format-mark').count()).toBeLessThan(marks);
  await figure.getByText('Table', { exact: true }).click();
  await expect(figure.locator('tbody tr').filter({ hasText: 'Q4_0' })).toContainText('4.5');
  const waiting = page.waitForEvent('download');
  await figure.getByRole('button', { name: 'SVG' }).click();
  expect(readFileSync(await (await waiting).path(), 'utf8')).toMatch(/^<svg [^]*<title>Error over bits<\/title>/);
});

test('levels are moved by keyboard and pointer, typed, fitted, and sent to the block', async ({ page }) => {
  await open(page);
  await show(page, 'Levels');
  const error = async () =>
    Number.parseFloat(
      (await levels(page).getByTestId('level-figures').locator('.figure-value').first().textContent()) ?? '',
    );
  const nf4 = await expect.poll(error, LONG).toBeGreaterThan(5).then(error);
  await levels(page).getByRole('combobox', { name: 'Fit to this tensor' }).selectOption('16');
  await expect.poll(error).toBeLessThan(nf4);
  const fitted = await error();
  await levels(page).getByRole('slider', { name: 'Level 1 of 16' }).focus();
  await page.keyboard.press('ArrowUp');
  await expect(levels(page).getByRole('slider', { name: 'Level 2 of 16' })).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('PageUp');
  await expect.poll(error).toBeGreaterThan(fitted);
  const level = levels(page).getByRole('slider', { name: 'Level 12 of 16' });
  await level.scrollIntoViewIfNeeded();
  const grip = await level.locator('.grip').boundingBox();
  if (!grip) throw new Error('The level is not drawn.');
  const before = Number(await level.getAttribute('aria-valuenow'));
  await page.mouse.move(grip.x + grip.width / 2, grip.y + grip.height / 2);
  await page.mouse.down();
  await page.mouse.move(grip.x + grip.width / 2 + 12, grip.y + grip.height / 2, { steps: 3 });
  await page.mouse.up();
  expect(Number(await level.getAttribute('aria-valuenow'))).toBeGreaterThan(before);
  await levels(page).getByRole('textbox', { name: 'Levels' }).fill('-1 -0.4 0.4 1');
  await expect(levels(page).getByRole('slider')).toHaveCount(4);
  await levels(page).getByRole('button', { name: 'Try on a block' }).click();
  await expect(page).toHaveURL(/l=-1,-0\.4,0\.4,1/);
});

test('offers the formats whose scales can be analysed, and no other', async ({ page }) => {
  await open(page);
  const choice = scales(page).getByRole('combobox', { name: 'Format' }).locator('option');
  const values = await choice.evaluateAll((all) => all.map((option) => (option as HTMLOptionElement).value));
  expect(values.sort()).toEqual(['iq4_nl', 'mxfp4', 'nvfp4', 'q4_0', 'q5_0', 'q8_0']);
});

test('compares integers in groups over the model', async ({ page }) => {
  await open(page);
  await show(page, 'Symmetric or not');
  await groups(page).getByRole('button', { name: 'Compare groups' }).click();
  const rows = groups(page).getByRole('region', { name: 'Integers in groups' }).locator('tbody tr');
  await expect(rows).toHaveCount(15, LONG);
  await expect(groups(page)).toContainText('29 tensors');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`accessible and within 390 px, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width: 390, height: 800 });
    await open(page);
    await analyse(page);
    await compare(page);
    await show(page, 'Symmetric or not');
    await groups(page).getByRole('button', { name: 'Compare groups' }).click();
    await expect(groups(page).getByRole('region', { name: 'Integers in groups' })).toBeVisible(LONG);
    await openEverything(page);
    for (const view of VIEWS) {
      await show(page, view);
      await expectAccessible(page, '#lab');
      await expectNoSidewaysScrolling(page);
    }
  });
}
