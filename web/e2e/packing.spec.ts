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
  await expect(result.getByRole('link', { name: /stories260K-hf-nf4\.safetensors/ })).toBeVisible();
  await expect(result.getByRole('link', { name: /stories260K-hf-nf4-config\.json/ })).toBeVisible();
  await expect(result).toContainText('in the places that were planned');
});

test('GGUF models are not offered types they cannot have', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await expect(page.locator('input[name="file-type"][value="Q8_0"]')).toBeVisible();
  await expect(page.locator('input[name="file-type"][value="nf4"]')).toHaveCount(0);
});
