import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chooseType, expect, openModel, openTab, sha256Of, test } from './support';

const folder = fileURLToPath(new URL('../../tests/data/stories260K-hf', import.meta.url));

test('a folder becomes a safetensors file with NF4 layers and the configuration beside it', async ({ page }) => {
  await page.goto('./');
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await (await choosing).setFiles(folder);
  await expect(page.locator('#plan')).toContainText('safetensors, for Transformers');
  await chooseType(page, 'nf4');
  await page.getByRole('button', { name: 'Quantize' }).click();
  const result = page.locator('#result');
  await expect(result).toContainText('dB');
  // What is offered has the names that loaders look for, and the page says what to put together.
  const names = ['model.safetensors', 'config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer.model'];
  for (const name of [...names, 'tokenizer_config.json'])
    await expect(result.getByRole('link', { name: new RegExp(`^Save ${name.replace('.', '\\.')} `) })).toBeVisible();
  await expect(result).toContainText('Put these 6 files into one folder, under these names');
  const choosingConfig = page.waitForEvent('download');
  await result.getByRole('link', { name: /^Save config\.json/ }).click();
  const download = await choosingConfig;
  expect(download.suggestedFilename()).toBe('config.json');
  const config = JSON.parse(readFileSync(await download.path(), 'utf8')) as Record<string, unknown>;
  expect(config).toMatchObject({ model_type: 'llama', quantization_config: { quant_method: 'bitsandbytes' } });
  await expect(result).toContainText('in the places that were planned');
});

test('GPTQ layers are calibrated by a text, to the bytes of the command line, and NF4 ones are not', async ({
  page,
}) => {
  test.slow(); // two calibrations
  const text = fileURLToPath(new URL('../../tests/data/tinystories.txt', import.meta.url));
  await page.goto('./');
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await (await choosing).setFiles(folder);
  await chooseType(page, 'nf4');
  await openTab(page, 'Scale search');
  await page.locator('#plan').getByRole('radio', { name: 'calibrated' }).check();
  await expect(page.locator('#plan-problem')).toContainText('chooses codes of GPTQ layouts and GGUF types, not of nf4');
  await chooseType(page, 'gptq-4bit-32g');
  await openTab(page, 'Scale search');
  const panel = page.locator('.calibrated');
  const choosingText = page.waitForEvent('filechooser');
  await panel.getByRole('button', { name: 'Use another text…' }).click();
  await (await choosingText).setFiles(text);
  await panel.getByLabel('Tokens of the text, at most').selectOption('4096');
  await expect(panel).toContainText('It serves 20 tensors');
  await page.getByRole('button', { name: 'Quantize' }).click();
  await expect(page.locator('#result .place-status')).toHaveText('gptq-4bit-32g', { timeout: 30_000 });
  await expect(page.locator('.calibrated-result')).toContainText('Layer after layer by tinystories.txt, 3 584 tokens');
  const saving = page.waitForEvent('download');
  await page
    .locator('#result')
    .getByRole('link', { name: /^Save model\.safetensors/ })
    .click();
  const shown = sha256Of(await (await saving).path());

  const own = mkdtempSync(join(tmpdir(), 'nibble-'));
  try {
    const program = fileURLToPath(new URL('../dist-cli/nibble.js', import.meta.url));
    const how = ['--method', 'calibrated', '--calibration', text, '--tokens', '4096', '--no-answers'];
    const output = join(own, 'model.safetensors');
    execFileSync(process.execPath, [program, 'quantize', ...how, folder, output, 'gptq-4bit-32g']);
    expect(shown).toBe(sha256Of(output));
  } finally {
    rmSync(own, { recursive: true });
  }
});

test('GGUF models are not offered types they cannot have', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await expect(page.locator('input[name="file-type"][value="Q8_0"]')).toBeVisible();
  await expect(page.locator('input[name="file-type"][value="nf4"]')).toHaveCount(0);
});
