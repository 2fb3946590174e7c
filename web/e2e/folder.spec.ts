import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from '@playwright/test';
import { drop, expect, openModel, openTab, quantize, save, test } from './support';

const folder = fileURLToPath(new URL('../../tests/data/stories260K-hf', import.meta.url));

async function chooseFolder(page: Page, path: string): Promise<void> {
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await (await choosing).setFiles(path);
}

/** Words the vocabulary has whole, in pieces and not at all. */
const text = 'Lily’s red-and-blue kite flew away!\n\nTom said: "Don\'t cry…" — 12,345 times.\tÜber 東京 🙂  two spaces';

/** What llama.cpp goes on with after "Once upon a time", word by likeliest word, and what it makes of `text`. */
async function story(context: BrowserContext, path: string): Promise<{ told: string; tokens: string | null }> {
  const llama = await context.newPage();
  await llama.goto('/pages/wllama.html');
  await llama.getByLabel('Text').fill(text);
  await llama.getByLabel('Model').setInputFiles(path);
  const output = llama.locator('output');
  await expect(output).not.toBeEmpty({ timeout: 50_000 });
  const answer = { told: (await output.textContent()) ?? '', tokens: await output.getAttribute('data-tokens') };
  await llama.close();
  return answer;
}

test('a Hugging Face folder becomes a file that tells the GGUF file’s story and reads a text as it does', async ({
  page,
  context,
}) => {
  await page.goto('./');
  await chooseFolder(page, folder);
  await expect(page.locator('.model-name')).toHaveText('stories260K-hf');
  await expect(page.locator('#model .facts')).toContainText('Hugging Face folder');
  await quantize(page, 'F16');
  const fromFolder = await save(page);
  expect(fromFolder.name).toBe('stories260K-hf-F16.gguf');
  const told = await story(context, fromFolder.path);

  await openModel(page, 'stories260K-F32.gguf');
  await quantize(page, 'F16');
  const expected = await story(context, (await save(page)).path);
  expect(expected.told).toMatch(/[a-z]+ [a-z]+ [a-z]+/);
  expect(expected.tokens).toMatch(/^\d\d+ tokens: ./);
  expect(told).toEqual(expected);
});

test('the files of a folder can be dropped one by one, with others among them', async ({ page }) => {
  await page.goto('./');
  const files = readdirSync(folder).map((name) => `stories260K-hf/${name}`);
  await drop(page, ...files, 'README.md');
  await expect(page.locator('.model-name')).toHaveText(/^model\.safetensors and \d+ other files$/);
  await expect(page.locator('#model .facts')).toContainText('Hugging Face folder');
  await openTab(page, 'Tensors,');
  await page.getByRole('radio', { name: 'All in one table' }).check();
  await expect(page.locator('#model')).toContainText('blk.0.attn_norm.weight');
  // What a sample says of the weights follows the list.
  await expect(page.locator('#model .sample-bars').first()).toBeVisible();
});

test('a safetensors file alone is a network nobody knows: it says so, and becomes a GGUF file all the same', async ({
  page,
}) => {
  await page.goto('./');
  await drop(page, 'stories260K-hf/model.safetensors');
  await expect(page.locator('.model-name')).toHaveText('model.safetensors');
  await expect(page.locator('#model .notice')).toContainText('llama.cpp does not run such files');
  await quantize(page, 'Q8_0');
  expect((await save(page)).name).toBe('model-Q8_0.gguf');
});

test('a folder without a model says so, and leaves what was open', async ({ page }) => {
  await page.goto('./');
  await chooseFolder(page, fileURLToPath(new URL('./pages', import.meta.url)));
  await expect(page.getByRole('alert')).toContainText('It holds no model: no file whose name ends in');
});
