/** The charts: readings by keyboard and pointer, table twins, files to take along. */
import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { expect, openModel, quantize, reveal, test } from './support';

const chart = async (page: Page, title: string): Promise<Locator> => {
  const figure = page.locator('#result figure', { has: page.locator('h3', { hasText: title }) });
  await reveal(figure);
  return figure;
};

async function saved(page: Page, button: Locator): Promise<{ name: string; content: Buffer }> {
  const waiting = page.waitForEvent('download');
  await button.click();
  const download = await waiting;
  return { name: download.suggestedFilename(), content: readFileSync(await download.path()) };
}

test('error by layer: one line for each role, the same numbers in chart, table and CSV', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q4_0');
  const figure = await chart(page, 'Error by layer');
  await expect(figure.locator('path.series')).toHaveCount(7 * 2); // in the plot and in the legend
  await figure.getByText('Table', { exact: true }).click();
  const rows = figure.locator('tbody tr');
  await expect(rows).toHaveCount(7 * 4 + 1); // four layers, and the token embedding
  const first = await rows.first().locator('td').allTextContents();
  expect(first[0]).toBe('q');

  const plot = figure.getByRole('application', { name: /Arrow keys read the values/ });
  await plot.focus();
  await page.keyboard.press('ArrowRight');
  const reading = figure.locator('[aria-live="polite"]');
  await expect(reading).toContainText('q, layer 0');
  await expect(reading).toContainText(`${Number(first[2]).toFixed(2)} % relative error`);
  await page.keyboard.press('ArrowRight');
  await expect(reading).toContainText('q, layer 1');

  const { name, content } = await saved(page, figure.getByRole('button', { name: 'CSV' }));
  expect(name).toBe('error-by-layer-Q4_0.csv');
  expect(content.toString().split('\r\n')[1]).toBe(first.join(','));

  await figure.getByRole('radio', { name: 'signal to noise' }).check();
  await plot.focus();
  await page.keyboard.press('Home');
  await expect(reading).toContainText('dB');
});

test('the histogram counts every weight, in both kinds of buckets and for one tensor', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q4_0');
  const figure = await chart(page, 'How large the errors are');
  const counted = async () => {
    await expect(figure.locator('.twin')).toHaveAttribute('aria-busy', 'false');
    const counts = await figure.locator('tbody tr td:nth-child(3)').allTextContents();
    return counts.reduce((sum, count) => sum + Number(count), 0);
  };
  await figure.getByText('Table', { exact: true }).click();
  const note = await figure.locator('.chart-note').textContent();
  const [weights = 0, exact = 0] = [...(note ?? '').matchAll(/[\d\u202f]{4,}/g)].map(([digits]) =>
    Number(digits.replaceAll('\u202f', '')),
  );
  expect(weights).toBe(3_276_800);
  expect(await counted()).toBe(weights - exact);
  await figure.getByRole('radio', { name: '0.0002 each' }).check();
  expect(await counted()).toBe(weights);
  const name = page.locator('#result td button', { hasText: 'blk.0.attn_k.weight' }).first();
  await reveal(name);
  await name.click();
  await reveal(figure);
  await expect(figure.locator('.chart-note')).toContainText('blk.0.attn_k.weight');
  expect(await counted()).toBe(256 * 128);
});

test('a chart can be saved as a drawing and as a picture', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q4_0');
  const figure = await chart(page, 'How large the errors are');
  const drawing = await saved(page, figure.getByRole('button', { name: 'SVG' }));
  expect(drawing.content.toString()).toMatch(/^<svg [^]*<title>How large the errors are<\/title>[^]*fill="rgb/);
  expect(drawing.content.toString()).not.toMatch(/var\(|class=/);
  const picture = await saved(page, figure.getByRole('button', { name: 'PNG' }));
  expect(picture.content.subarray(1, 4).toString()).toBe('PNG');
  expect(picture.content.length).toBeGreaterThan(5000);
});

test('the table of tensors sorts and filters', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q4_0');
  await reveal(page.locator('.error-table'));
  const table = page.getByRole('region', { name: 'Error of each tensor' });
  const column = async (index: number) =>
    (await table.locator(`tbody tr:not(.spacer) td:nth-child(${index})`).allTextContents()).map((text) =>
      Number.parseFloat(text),
    );
  const relative = await column(2);
  expect(relative).toEqual([...relative].sort((a, b) => b - a));
  await table.getByRole('button', { name: 'RMSE' }).click();
  await expect(table.getByRole('columnheader', { name: 'RMSE' })).toHaveAttribute('aria-sort', 'descending');
  await table.getByRole('button', { name: 'RMSE' }).click();
  const rmse = await column(4);
  expect(rmse).toEqual([...rmse].sort((a, b) => a - b));
  await page.locator('.error-table').getByRole('searchbox').fill('ffn_up');
  await expect(page.locator('.error-table').getByText('4 of 29 tensors')).toBeVisible();
});
