/** The Lab with a model: its blocks, and tables that lead to them. */
import { readFileSync } from 'node:fs';
import { format, lab, method, openLab, readout, slider } from './lab';
import { expect, openModel, openTab, quantize, test } from './support';

test('shows a block of the open model, the same weights at every visit', async ({ page }) => {
  await openLab(page);
  await openModel(page);
  const panel = lab(page).getByRole('group', { name: 'A block of this model' });
  await panel.getByRole('combobox', { name: 'Tensor' }).fill('blk.0.attn_k.weight');
  await panel.getByRole('spinbutton').fill('7');
  await panel.getByRole('button', { name: 'Show' }).click();
  await expect(panel).toContainText('Block 7 of');
  const weights = lab(page).getByRole('textbox', { name: 'Weights' });
  const shown = await weights.inputValue();
  expect(shown.split(' ')).toHaveLength(32);
  await panel.getByRole('button', { name: 'Random' }).click();
  await expect(weights).not.toHaveValue(shown);
  await panel.getByRole('button', { name: 'Largest weight' }).click();
  await expect(panel).toContainText('is on the bench');
  await panel.getByRole('spinbutton').fill('7');
  await panel.getByRole('button', { name: 'Show' }).click();
  await expect(weights).toHaveValue(shown);
});

test('finds blocks that stand out, and says among how many', async ({ page }) => {
  await openLab(page);
  await openModel(page);
  const panel = lab(page).getByRole('group', { name: 'A block of this model' });
  await format(page).selectOption('q4_1');
  await panel.getByRole('combobox', { name: 'Tensor' }).fill('blk.0.attn_k.weight');
  const error = async () => Number(((await readout(page).textContent()) ?? '').match(/relative error([\d.]+)/)?.[1]);
  await method(page, 'min-max').click();
  await panel.getByRole('button', { name: 'Worst' }).click();
  await expect(panel).toContainText(
    /is on the bench: the largest relative error, [\d.]+ %, in all [\d\s]+ whole blocks with min-max/,
  );
  await expect(method(page, 'min-max')).toHaveAttribute('aria-pressed', 'true');
  const worst = await error();
  expect((await panel.textContent())?.match(/relative error, ([\d.]+) %/)?.[1]).toBe(worst.toFixed(2));
  await panel.getByRole('button', { name: 'Median' }).click();
  await expect(panel).toContainText('the middle one by relative error');
  expect(await error()).toBeLessThan(worst);
  await panel.getByRole('button', { name: 'With an outlier' }).click();
  await expect(panel).toContainText('times the root mean square of its block');
});

test('all blocks of a tensor, range against error: one is opened by pointer, another by keyboard', async ({ page }) => {
  await openLab(page);
  await openModel(page);
  await format(page).selectOption('q4_0');
  const panel = lab(page).getByRole('group', { name: 'A block of this model' });
  await panel.getByRole('combobox', { name: 'Tensor' }).fill('blk.0.attn_k.weight');
  await method(page, 'max7').click();
  await panel.getByRole('button', { name: 'All blocks' }).click();
  const chart = lab(page).getByRole('figure', { name: 'All blocks: range against error' });
  await expect(chart).toContainText(
    /blk\.0\.attn_k\.weight, all [\d\s]+ whole blocks of 32 weights in Q4_0\. Across: max \|x\|\./,
  );
  await expect(chart).toContainText(/exact leaves less error than max7 in \d+\.\d % of them/);
  const waiting = page.waitForEvent('download');
  await chart.getByRole('button', { name: 'CSV' }).click();
  const [header, ...rows] = readFileSync(await (await waiting).path(), 'utf8')
    .trim()
    .split('\r\n');
  expect(header).toBe(
    'block,"max |x|, units of the weights",max |x| / root mean square,' +
      '"relative error with max7, %","relative error with exact, %"',
  );
  const total = Number((await chart.textContent())?.match(/all ([\d\s]+) whole/)?.[1]?.replaceAll(/\s/g, ''));
  expect(rows).toHaveLength(total);
  const figures = rows.map((row) => row.split(',').map(Number));
  for (const [, range = 0, , simple = 0, exact = 1] of figures) {
    expect(range).toBeGreaterThan(0);
    expect(exact).toBeLessThanOrEqual(simple * (1 + 1e-6));
  }

  const worst = figures.reduce((most, row) => (row[3]! > most[3]! ? row : most));
  await chart.getByRole('application', { name: /^Blocks of the tensor/ }).focus();
  await page.keyboard.press('ArrowUp');
  await expect(chart.locator('[aria-live="polite"]').last()).toContainText(
    `block ${worst[0]!.toLocaleString('en').replaceAll(',', '\u202f')}, max |x|`,
  );
  await page.keyboard.press('Enter');
  await expect(panel).toContainText(`Block ${worst[0]!.toLocaleString('en').replaceAll(',', '\u202f')} of`);
  await expect(readout(page)).toContainText(`${worst[3]!.toFixed(3)} %`);
  await expect(chart.locator('.block-open')).toHaveCount(1);
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  const smallest = figures.reduce((least, row) => (row[1]! < least[1]! ? row : least));
  await expect(panel.getByRole('spinbutton')).toHaveValue(String(smallest[0]));

  await chart.locator('svg.block-scatter').click({ position: { x: 400, y: 170 } });
  const before = await panel.getByRole('status').textContent();
  await chart.getByRole('combobox', { name: 'Method of the dots' }).selectOption('lowest-error');
  await expect(chart).toContainText('exact leaves less error than lowest-error in');
  expect(before).toMatch(/^Block [\d\s]+ of [\d\s]+ is on the bench\.$/);
});

test('searching through a tensor can be cancelled', async ({ page }) => {
  await openLab(page);
  await openModel(page);
  const panel = lab(page).getByRole('group', { name: 'A block of this model' });
  await format(page).selectOption('q5_1');
  await panel.getByRole('combobox', { name: 'Tensor' }).fill('token_embd.weight');
  await method(page, 'exact').click();
  // Pressed the moment it is there: on a fast machine the search is over before a test's own click arrives.
  await panel.evaluate((element) => {
    new MutationObserver((_, observer) => {
      const cancel = [...element.querySelectorAll('button')].find((button) => button.textContent === 'Cancel');
      if (!cancel || !element.querySelector('[role="progressbar"], progress')) return;
      observer.disconnect();
      cancel.click();
    }).observe(element, { childList: true, subtree: true });
  });
  await panel.getByRole('button', { name: 'Worst' }).click();
  await expect(panel.getByRole('progressbar')).toHaveCount(0);
  await expect(panel).toContainText('Cancelled.');
});

test('a sub-block of a K-quant stores multiples of what llama.cpp gives its super-block', async ({ page }) => {
  await openLab(page);
  await openModel(page);
  await format(page).selectOption('q4_K');
  await expect(lab(page)).toContainText('The scale is stored as any real number');
  const panel = lab(page).getByRole('group', { name: 'A block of this model' });
  await panel.getByRole('button', { name: 'Random' }).click();
  await expect(lab(page)).toContainText('The scale is stored as a whole multiple');
  await expect(lab(page).locator('.stage-methods')).toContainText(/min-max.*exact/);
  await expect(page).toHaveURL(/f=q4_K;d=[\d.e-]+,[\d.e-]+/);
  await slider(page).focus();
  const before = Number(await slider(page).inputValue());
  await page.keyboard.press('ArrowRight');
  const step = Number(await slider(page).inputValue()) - before;
  await page.keyboard.press('ArrowRight');
  expect(Number(await slider(page).inputValue()) - before).toBeCloseTo(2 * step, 10);
});

test('tables of the model and of a result lead here', async ({ page }) => {
  await openLab(page);
  await openModel(page);
  await openTab(page, 'Tensors,');
  await page.getByRole('button', { name: 'Show a block of blk.0.attn_k.weight in the Lab' }).click();
  const panel = lab(page).getByRole('group', { name: 'A block of this model' });
  await expect(panel.getByRole('combobox', { name: 'Tensor' })).toHaveValue('blk.0.attn_k.weight');
  await expect(panel).toContainText('Block 0 of');
  await quantize(page, 'Q4_1');
  await openTab(page, 'Tensors$');
  await page.getByRole('button', { name: /^Show block .* of blk\.0\.attn_k\.weight in the Lab$/ }).click();
  await expect(format(page)).toHaveValue('q4_1');
  await expect(lab(page).locator('svg.error-map')).toBeVisible();
});
