import { gguf } from '@huggingface/gguf';
import { expectedSha256, expect, openModel, quantize, save, sha256Of, test, TS3M } from './support';

for (const type of ['Q8_0', 'Q4_0']) {
  test(`drop, quantize to ${type}, download: llama-quantize's bytes`, async ({ page }) => {
    await page.goto('./');
    await openModel(page);
    const shown = await quantize(page, type);
    await expect(page.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '100');
    const { path, name } = await save(page);
    expect(name).toBe(`ts3m-${type}.gguf`);
    expect(sha256Of(path)).toBe(expectedSha256(TS3M, type));
    expect(shown).toBe(expectedSha256(TS3M, type));
    await expect(page.getByText('Read back: 38 tensors')).toBeVisible();
  });
}

test('an independent reader finds the types and shapes in the downloaded file', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q4_0');
  const { path } = await save(page);
  const { metadata, tensorInfos } = await gguf(path, { allowLocalFile: true });
  expect((metadata as Record<string, unknown>)['general.file_type']).toBe(2);
  const types = new Map(tensorInfos.map((tensor) => [tensor.name, tensor.dtype]));
  expect(types.size).toBe(38);
  expect(types.get('blk.0.ffn_down.weight')).toBe(2); // Q4_0
  expect(types.get('token_embd.weight')).toBe(14); // Q6_K: the output matrix is tied to it
  expect(types.get('output_norm.weight')).toBe(0); // F32
});

test('a second run replaces the first, and a run with one worker gives the same bytes', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q8_0');
  await page.getByText('Options').click();
  await page.getByLabel('Workers').fill('1');
  await page.getByLabel('Workers').blur();
  expect(await quantize(page, 'Q4_0')).toBe(expectedSha256(TS3M, 'Q4_0'));
  await expect(page.locator('#result')).toContainText('on 1 worker');
});

test('llama.cpp loads the produced file and tells a story', async ({ page, context }) => {
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q4_0');
  const { path } = await save(page);
  const llama = await context.newPage();
  await llama.goto('/pages/wllama.html');
  await llama.getByLabel('Model').setInputFiles(path);
  const text = llama.locator('output');
  await expect(text).not.toBeEmpty({ timeout: 50_000 });
  await expect(text).toHaveText(/[a-z]+ [a-z]+ [a-z]+/);
  await expect(text).not.toHaveText(/^failed/);
});
