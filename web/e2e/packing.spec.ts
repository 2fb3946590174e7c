import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chooseType, expect, openModel, test } from './support';

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

test('GGUF models are not offered types they cannot have', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await expect(page.locator('input[name="file-type"][value="Q8_0"]')).toBeVisible();
  await expect(page.locator('input[name="file-type"][value="nf4"]')).toHaveCount(0);
});
