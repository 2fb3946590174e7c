import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import type { Receipt } from '../src/core/receipt';
import { expect, goTo, openModel, openTab, quantize, reveal, save, sha256Of, test } from './support';

test('another method: its error beside that of llama.cpp’s, in total and for each tensor', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await openTab(page, 'Scale search');
  await page.locator('#plan').getByRole('radio', { name: 'lowest error' }).check();
  await openTab(page, 'Options');
  await expect(page.getByLabel(/Measure llama.cpp’s method as well/)).toBeChecked();
  await quantize(page, 'Q4_0');
  const figure = page.locator('#result .figures li', { hasText: 'RMSE over llama.cpp’s' });
  const ratio = Number(await figure.locator('.figure-value').textContent());
  expect(ratio).toBeGreaterThan(0.9);
  expect(ratio).toBeLessThan(0.96);
  await openTab(page, 'Tensors$');
  await expect(page.locator('.error-table th', { hasText: 'of llama.cpp’s' })).toBeVisible();
});

/** The rows of a chart's table twin, numbers as numbers. */
async function twinOf(page: Page, title: string): Promise<(string | number)[][]> {
  const heading = page.locator('h3', { hasText: new RegExp(`^${title}$`) });
  const figure = page.locator('#result figure.chart', { has: heading });
  await reveal(figure);
  await figure.getByText('Table', { exact: true }).click();
  const rows = figure.locator('.twin[aria-busy=false] tbody tr');
  await expect(rows.first()).toBeVisible();
  return (
    await rows.evaluateAll((list) =>
      list.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent ?? '')),
    )
  ).map((row) => row.map((cell) => (cell !== '' && Number.isFinite(Number(cell)) ? Number(cell) : cell)));
}

const sumOf = (rows: (string | number)[][], column: number) => rows.reduce((sum, row) => sum + Number(row[column]), 0);

test('signs, blocks, codes, bytes and a row: the tables agree with one another and with the file', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q4_0');
  await openTab(page, 'Distribution');
  const histogram = page.locator('#result figure.chart', {
    has: page.getByRole('heading', { name: 'How large the errors are' }),
  });
  await histogram.getByRole('radio', { name: 'both signs' }).check();
  const signed = await twinOf(page, 'How large the errors are');
  expect(signed.length).toBeGreaterThan(64);
  expect(Number(signed[0]![0])).toBeCloseTo(-Number(signed.at(-1)![1]), 12);
  // 24 tensors to Q4_0 and one to Q6_K: 3 276 800 weights, less those without any error, which the note counts.
  const without = Number(
    /([\d\s]+) without any error/u
      .exec((await histogram.locator('.chart-note').textContent()) ?? '')?.[1]
      ?.replaceAll(/\s/gu, '') ?? 0,
  );
  expect(sumOf(signed, 2) + without).toBe(3_276_800);

  const blocks = await twinOf(page, 'Errors of blocks');
  expect(sumOf(blocks, 2)).toBe((3_276_800 - 131_072) / 32 + 131_072 / 256);
  const codes = await twinOf(page, 'Use of the codes');
  expect(sumOf(codes, 1) % 32).toBe(0);
  const bytes = await twinOf(page, 'Bytes by role');
  expect(bytes.map(([role]) => role)).toContain('down');
  const plane = await twinOf(page, 'Where this result lies');
  const decibelsOf = (name: string) => Number(plane.find((point) => point[0] === name)?.[3]);
  expect(Math.abs(decibelsOf('this result') - decibelsOf('Q4_0'))).toBeLessThan(0.2);
  const row = await twinOf(page, 'A row before and after');
  expect(row).toHaveLength(256);
  for (const [, before, after] of row) expect(Math.abs(Number(before) - Number(after))).toBeLessThan(0.05);

  await openTab(page, 'Blocks');
  const worst = page.getByRole('table', { name: 'Worst blocks' }).locator('tbody tr');
  await expect(worst).toHaveCount(20);
  const errors = await worst.evaluateAll((rows) =>
    rows.map((one) => Number(one.querySelectorAll('td')[3]?.textContent)),
  );
  expect([...errors].sort((a, b) => b - a)).toEqual(errors);
  await worst.first().getByRole('button', { name: 'Worst block number 1 to the Lab' }).click();
  await expect(page.locator('#lab-title')).toBeFocused();
});

test('the receipt checks a file and repeats the run; the report opens by itself', async ({ page, context }) => {
  await page.goto('./');
  await openModel(page);
  const hash = await quantize(page, 'Q4_0');
  const output = await save(page);
  const saving = page.waitForEvent('download');
  await openTab(page, 'Receipt');
  await page.getByRole('button', { name: 'Save the receipt' }).click();
  const receipt = await saving;
  expect(receipt.suggestedFilename()).toBe('ts3m-Q4_0-receipt.json');
  const text = readFileSync(await receipt.path(), 'utf8');
  expect((JSON.parse(text) as Receipt).inputs[0]!.sha256).toBe(sha256Of('../tests/data/ts3m-F16.gguf'));

  const reporting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save the report' }).click();
  const html = readFileSync(await (await reporting).path(), 'utf8');
  const offline = await context.newPage();
  const requests: string[] = [];
  offline.on('request', (request) => requests.push(request.url()));
  await offline.setContent(html);
  await expect(offline.getByRole('heading', { level: 1 })).toHaveText('ts3m-Q4_0.gguf');
  expect(await offline.locator('figure svg').count()).toBeGreaterThan(5);
  await expect(offline.getByText(hash)).toBeVisible();
  expect(html).not.toMatch(/<script|src=|@import|url\(/);
  expect(requests).toEqual([]);
  await offline.close();

  await page.reload();
  await page.evaluate((content) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], 'run.json', { type: 'application/json' }));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, text);
  const panel = page.getByRole('region', { name: 'Receipt' });
  await expect(panel).toContainText(hash);
  const choosing = page.waitForEvent('filechooser');
  await panel.getByRole('button', { name: 'Check a file…' }).click();
  await (await choosing).setFiles(output.path);
  await expect(panel.getByRole('status')).toContainText('is the file this run wrote');
  await panel.getByRole('button', { name: 'Repeat the run' }).click();
  await expect(page.getByRole('alert')).toContainText('Open the model first');
  await openModel(page);
  await goTo(page, 'Model');
  await panel.getByRole('button', { name: 'Repeat the run' }).click();
  await expect(page.locator('.notices')).toContainText('its options are set');
  await expect(page.locator('#plan')).toBeVisible();
  await page.getByRole('button', { name: 'Quantize' }).click();
  await expect(page.getByText('The same bytes as the receipt’s run.')).toBeVisible();
});

test('another file is compared tensor by tensor', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q4_K_M');
  const output = await save(page);
  const rmse = await page
    .locator('#result .figures li', { hasText: 'RMSE' })
    .first()
    .locator('.figure-value')
    .textContent();
  await openTab(page, 'Compare with another file');
  const choosing = page.waitForEvent('filechooser');
  await page.locator('.compare').getByRole('button', { name: 'Choose a file…' }).click();
  await (await choosing).setFiles(output.path);
  await expect(page.locator('.compare')).toContainText('38 tensors, all with a namesake of the same shape');
  // The result speaks of the converted tensors, the comparison of all: the same error over a few more weights.
  const compared = await page
    .locator('.compare .figures li', { hasText: 'RMSE' })
    .locator('.figure-value')
    .textContent();
  expect(Number(compared)).toBeCloseTo(Number(rmse), 5);
  expect((await new AxeBuilder({ page }).include('.compare').analyze()).violations).toEqual([]);
  await goTo(page, 'Result');
  expect((await new AxeBuilder({ page }).include('#result').analyze()).violations).toEqual([]);
});

test('columns that stand out are found under the plan’s type', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await openTab(page, 'Columns that stand out');
  const panel = page.locator('.outliers');
  await panel.getByRole('button', { name: 'Look for outliers' }).click();
  await expect(panel).toContainText(/outliers? in 29 tensors/);
  await panel.getByText('Table', { exact: true }).click();
  await expect(panel.locator('.twin tbody tr')).toHaveCount(5);
  const saved = await panel
    .locator('.twin tbody tr')
    .evaluateAll((rows) => rows.map((row) => Number(row.querySelectorAll('td')[2]?.textContent)));
  expect([...saved].sort((a, b) => a - b)).toEqual(saved);
  // With a text, by what the model's layers are multiplied with.
  await panel.getByLabel(/look at real activations on calibration\.txt/).check();
  await panel.getByRole('button', { name: 'Look for outliers' }).click();
  await panel.getByRole('button', { name: 'Pause' }).click();
  await expect(panel.getByRole('status')).toContainText('read, paused');
  await panel.getByRole('button', { name: 'Go on' }).click();
  await expect(panel).toContainText(/Outlier features in 2\s048 tokens.*Input of q, k, v: \d+ of 256 columns/, {
    timeout: 40_000,
  });
  expect((await new AxeBuilder({ page }).include('.outliers').analyze()).violations).toEqual([]);
});
