import { gguf } from '@huggingface/gguf';
import {
  chooseType,
  expectedSha256,
  expect,
  goTo,
  openModel,
  openTab,
  quantize,
  save,
  sha256Of,
  test,
  TS3M,
} from './support';

for (const type of ['Q8_0', 'Q4_0']) {
  test(`drop, quantize to ${type}, download: llama-quantize's bytes`, async ({ page }) => {
    await page.goto('./');
    await openModel(page);
    const shown = await quantize(page, type);
    const { path, name } = await save(page);
    expect(name).toBe(`ts3m-${type}.gguf`);
    expect(sha256Of(path)).toBe(expectedSha256(TS3M, type));
    expect(shown).toBe(expectedSha256(TS3M, type));
    await expect(page.getByText('Read back: 38 tensors')).toBeVisible();
    await goTo(page, 'Run');
    await expect(page.getByRole('progressbar', { name: 'Written' })).toHaveAttribute('aria-valuenow', '100');
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
  await openTab(page, 'Options');
  await page.getByLabel('Workers').fill('1');
  await page.getByLabel('Workers').blur();
  expect(await quantize(page, 'Q4_0')).toBe(expectedSha256(TS3M, 'Q4_0'));
  await expect(page.locator('#result')).toContainText('on 1 worker');
});

for (const [type, method] of [
  ['Q4_0', 'llama.cpp'],
  ['Q4_K_M', 'lowest-error'],
] as const) {
  test(`llama.cpp loads the ${type} file of the method ${method} and tells a story`, async ({ page, context }) => {
    await page.goto('./');
    await openModel(page);
    await openTab(page, 'Scale search');
    await page.locator(`#plan input[name="scale-search"][value="${method}"]`).check();
    const sha256 = await quantize(page, type);
    expect(sha256 === expectedSha256(TS3M, type)).toBe(method === 'llama.cpp');
    const { path } = await save(page);
    const llama = await context.newPage();
    await llama.goto('/pages/wllama.html');
    await llama.getByLabel('Model').setInputFiles(path);
    const text = llama.locator('output');
    await expect(text).not.toBeEmpty({ timeout: 50_000 });
    await expect(text).toHaveText(/[a-z]+ [a-z]+ [a-z]+/);
    await expect(text).not.toHaveText(/^failed/);
  });
}

test('options change the plan before the run: a rule, a type, metadata, and the command that does the same', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('./');
  await openModel(page);
  await chooseType(page, 'Q4_0');
  await openTab(page, 'Options');
  await page.getByLabel('Pattern').fill('ffn_down');
  await page.getByLabel('Type for tensors that match').selectOption('q8_0');
  await page.getByRole('button', { name: 'Add rule' }).click();
  await expect(page.locator('#plan')).toContainText('found in 4 tensors');
  await page.getByLabel('Type of the token embedding').selectOption('q5_0');
  await page.getByLabel('Key', { exact: true }).fill('general.name');
  await page.getByLabel('Value', { exact: true }).fill('mine');
  await page.getByRole('button', { name: 'Set' }).click();
  await expect(page.locator('#plan')).toContainText('to q4_0 ×24, q8_0 ×4, q5_0 ×1');
  await page.getByRole('button', { name: 'Copy as command' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(
    new RegExp(
      '^scripts/nibble quantize --token-embedding-type q5_0 --tensor-type ffn_down=q8_0 ' +
        '--override-kv general.name=str:mine --workers \\d+ ts3m-F16.gguf ts3m-Q4_0.gguf Q4_0$',
    ),
  );
  await quantize(page, 'Q4_0');
  const { path } = await save(page);
  const { metadata, tensorInfos } = await gguf(path, { allowLocalFile: true });
  expect((metadata as Record<string, unknown>)['general.name']).toBe('mine');
  expect(tensorInfos.find((tensor) => tensor.name === 'blk.2.ffn_down.weight')?.dtype).toBe(8); // Q8_0
});
