/** Importance matrices and models in several files. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { writeShards } from '../test/support/shards';
import {
  chooseType,
  drop,
  expect,
  expectedSha256,
  MATRIX,
  openModel,
  openTab,
  quantize,
  save,
  sha256Of,
  test,
  TS3M,
} from './support';

const weighted = ['--imatrix', MATRIX];

test('model and matrix dropped together: types that need one can be written, with the bytes of llama-quantize', async ({
  page,
}) => {
  await page.goto('./');
  await drop(page, MATRIX, TS3M);
  await expect(page.locator('.model-name')).toHaveText(TS3M);
  const panel = page.locator('#importance');
  await expect(panel).toContainText(`${MATRIX}: 28 entries`);
  await expect(panel).toContainText('without importance: token_embd.weight');
  await expect(page.locator('.type-list')).not.toContainText('needs an importance matrix');
  expect(await quantize(page, 'IQ2_XS')).toBe(expectedSha256(TS3M, 'IQ2_XS', ...weighted));
  expect(sha256Of((await save(page)).path)).toBe(expectedSha256(TS3M, 'IQ2_XS', ...weighted));
  await expect(page.locator('#result')).toContainText('weighted RMSE');
});

test('a matrix waits for its model; removed, the bytes are those without', async ({ page }) => {
  await page.goto('./');
  await drop(page, MATRIX);
  await expect(page.locator('#importance')).toContainText('It is kept until you open the model it was made for.');
  await openModel(page);
  expect(await quantize(page, 'Q4_K_M')).toBe(expectedSha256(TS3M, 'Q4_K_M', ...weighted));
  await openTab(page, 'Importance');
  await page.getByRole('button', { name: 'Remove the matrix' }).click();
  await chooseType(page, 'IQ2_XS');
  await expect(page.locator('#plan').getByRole('alert')).toContainText(/importance matrix/);
  await chooseType(page, 'Q4_K_M');
  await page.getByRole('button', { name: 'Quantize' }).click();
  await expect(page.getByTestId('sha256')).toHaveText(expectedSha256(TS3M, 'Q4_K_M'));
  await expect(page.locator('#result')).not.toContainText('weighted RMSE');
  await drop(page, MATRIX);
  await expect(page.locator('#importance')).toContainText('28 of the 29 tensors to be converted');
});

test('all parts of a model together, in any order, become one file or as many', async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), 'nibble-'));
  const shards = writeShards(folder, 'split').map((path) => ({
    name: basename(path),
    mimeType: 'application/octet-stream',
    buffer: readFileSync(path),
  }));
  rmSync(folder, { recursive: true });
  await page.goto('./');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open…' }).click();
  await (await chooser).setFiles(shards.toReversed());
  await expect(page.locator('#model')).toContainText('2 tensors');
  await quantize(page, 'Q8_0');
  expect((await save(page)).name).toBe('split-Q8_0.gguf');
  await openTab(page, 'Options');
  await page.getByLabel('As many files as the model has').check();
  await expect(page.locator('#plan')).toContainText('The output is 2 files');
  await page.getByRole('button', { name: 'Quantize' }).click();
  const links = page.locator('.save-actions a');
  await expect(links).toHaveCount(2);
  await expect(links.nth(1)).toHaveAttribute('download', 'split-Q8_0-00002-of-00002.gguf');
  await expect(page.getByText('Read back: 2 tensors')).toBeVisible();
});
