/** What a model is made of: its tensors by layer, with a filter; its metadata. */
import { writeFileSync } from 'node:fs';
import { tinyGguf, tinyTensor } from '../test/support/tiny-gguf';
import {
  dropBytes,
  expect,
  expectAccessible,
  expectNoSidewaysScrolling,
  goTo,
  openModel,
  openTab,
  savedCsv,
  test,
  twin,
} from './support';

test('tensors stand by layer, as data flows, and a filter leaves what is looked for', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await goTo(page, 'Model');
  await openTab(page, 'Tensors,');
  const tree = page.getByRole('region', { name: 'Tensors by layer' });
  const names = () => tree.locator('tbody tr:not(.spacer) td:first-child').allTextContents();
  await expect(tree.getByRole('button', { name: 'layer 0', exact: true })).toHaveAttribute('aria-expanded', 'true');
  expect((await names()).slice(0, 12)).toEqual([
    'comes in',
    'token_embd.weight',
    'layer 0',
    'attention',
    'attn_norm.weight',
    'attn_q.weight',
    'attn_k.weight',
    'attn_v.weight',
    'attn_output.weight',
    'feed-forward',
    'ffn_norm.weight',
    'ffn_gate.weight',
  ]);
  const filter = page.locator('.tensor-tree').getByRole('searchbox', { name: 'Filter tensors' });
  await filter.fill('ffn_down');
  await expect(page.locator('.tensor-tree')).toContainText('4 of 38 tensors');
  expect((await names()).slice(0, 3)).toEqual(['layer 0', 'feed-forward', 'ffn_down.weight']);
  await filter.fill('nothing such');
  await expect(tree).toContainText('No tensors match');
  await filter.fill('');
  await page.getByRole('button', { name: 'Close all' }).click();
  expect(await names()).toEqual(['comes in', 'layer 0', 'layer 1', 'layer 2', 'layer 3', 'goes out']);
  await tree.getByRole('button', { name: 'layer 3', exact: true }).press('Enter');
  await expect(tree.getByRole('button', { name: 'layer 3', exact: true })).toHaveAttribute('aria-expanded', 'true');
  expect(await names()).toContain('ffn_down.weight');
  // It stays as it was left, and a tensor leads to its blocks.
  await goTo(page, 'Plan');
  await goTo(page, 'Model');
  await page.getByRole('button', { name: 'Show a block of blk.3.attn_q.weight in the Lab' }).click();
  await expect(page.locator('#lab')).toBeVisible();
});

for (const [colorScheme, width] of [
  ['light', 1440],
  ['dark', 390],
] as const)
  test(`${colorScheme}, ${width} px: the tree is accessible, filtered too, and not wider`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 844 });
    await page.goto('./#/model/tensors');
    await openModel(page);
    await goTo(page, 'Model');
    await expectAccessible(page, '.tensor-tree');
    await page.getByRole('searchbox', { name: 'Filter tensors' }).fill('attn');
    await expectAccessible(page, '.tensor-tree');
    await expectNoSidewaysScrolling(page);
  });

test('of twenty thousand tensors only the rows in view exist', async ({ page }, testInfo) => {
  test.slow();
  const LAYERS = 10_000;
  const path = testInfo.outputPath('many.gguf');
  const tensors = Array.from({ length: LAYERS }, (_, layer) =>
    ['attn_q', 'ffn_up'].map((name) => tinyTensor(`blk.${layer}.${name}.weight`, [32, 1])),
  );
  writeFileSync(path, tinyGguf({ 'general.architecture': { string: 'llama' } }, tensors.flat()));
  await page.goto('./#/lab');
  await expect(page.locator('.type-row').first()).toBeAttached();
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open…' }).click();
  await (await choosing).setFiles(path);
  await goTo(page, 'Model');
  await openTab(page, 'Tensors,');
  const tree = page.getByRole('region', { name: 'Tensors by layer' });
  await expect(tree.getByRole('button', { name: 'layer 0', exact: true })).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Open all' }).click();
  await expect(tree.locator('table')).toHaveAttribute('aria-rowcount', String(5 * LAYERS + 1));
  expect(await tree.locator('tr').count()).toBeLessThan(60);
  await page.getByRole('searchbox', { name: 'Filter tensors' }).fill('blk.9999. ffn');
  await expect(tree.locator('.tree-leaf')).toHaveCount(1);
});

test('where the bytes are, and how a tensor’s weights are spread, are charts with a table and files', async ({
  page,
}) => {
  await page.goto('./');
  await openModel(page);
  const shares = await twin(page, 'Where the bytes are');
  expect(shares[0]).toEqual(['role', 'tensors', 'weights', 'size, bytes', 'share, %']);
  expect(shares.slice(1).reduce((sum, row) => sum + Number(row[4]), 0)).toBeCloseTo(100, 6);
  const bar = page.locator('figure.chart', { hasText: 'Where the bytes are' });
  await expect(bar.locator('.role-bar g')).toHaveCount(shares.length - 1);
  const drawing = page.waitForEvent('download');
  await bar.getByRole('button', { name: 'SVG' }).click();
  expect((await drawing).suggestedFilename()).toBe('ts3m-selftrained-bytes-by-role.svg');
  await openTab(page, 'Tensors,');
  await page.getByRole('radio', { name: 'All in one table' }).check();
  await page.getByRole('button', { name: 'Show the weights of blk.0.attn_q.weight as a chart' }).click();
  const chart = page.locator('figure.chart', { hasText: 'Weights of a tensor' });
  await expect(chart.locator('.chart-note')).toContainText('blk.0.attn_q.weight:');
  const rows = await savedCsv(page, chart.getByRole('button', { name: 'CSV' }));
  expect(rows[0]).toEqual([
    'from, units of the weights',
    'to, units of the weights',
    'weights',
    'share of the sample, %',
  ]);
  expect(rows).toHaveLength(1 + 24);
  // As many weights as the note says, and as the picture in the table has.
  const counts = rows.slice(1).map((row) => Number(row[2]));
  const picture = page.getByRole('button', { name: 'Show the weights of blk.0.attn_q.weight as a chart' });
  await expect(picture.locator('svg')).toHaveAttribute('aria-label', new RegExp(`: ${counts.join(', ')}$`));
  // Scrolled back: heads of columns lie under the names where they are scrolled away.
  await page.locator('#model .table-box').evaluateAll((boxes) => {
    for (const box of boxes) box.scrollLeft = 0;
  });
  await expectAccessible(page, '#model');
});

test('one tensor is counted as one', async ({ page }) => {
  await page.goto('./');
  await dropBytes(page, 'one.gguf', [
    ...tinyGguf({ 'general.architecture': { string: 'llama' } }, [tinyTensor('blk.0.ffn_up.weight', [256, 32])]),
  ]);
  await expect(page.locator('.model-name')).toHaveText('one.gguf');
  await openTab(page, 'Tensors,');
  await page.getByRole('radio', { name: 'All in one table' }).check();
  await expect(page.locator('#model .data-table .table-tools').first()).toContainText(/\b1 tensor(?!s)/);
});
