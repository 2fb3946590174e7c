/** What is made of a model's files beside the model: adapters, image encoders, further layers, and folders again. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { conversionCase, writeConversionFolder } from '../test/support/conversion-folder';
import { writeAdapter } from '../test/support/lora-adapter';
import { writeSafetensors } from '../test/support/safetensors';
import {
  drop,
  expect,
  expectAccessible,
  expectNoSidewaysScrolling,
  goTo,
  openTab,
  quantize,
  save,
  sha256Of,
  test,
} from './support';
import { writeVisionFolder } from './vision-folder';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const STORIES = here('../../tests/data/stories260K-hf');

/** The file that the command line writes. */
function byCommand(...words: string[]): void {
  execFileSync('node', [here('../dist-cli/nibble.js'), ...words], { stdio: 'pipe' });
}

async function chooseFolder(page: Page, path: string): Promise<void> {
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await (await choosing).setFiles(path);
}

/** Drops a folder of these two files. */
async function dropAdapter(page: Page, folder: string): Promise<void> {
  const files = ['adapter_config.json', 'adapter_model.safetensors'].map((name) => ({
    name,
    bytes: readFileSync(join(folder, name)).toString('base64'),
  }));
  await page.evaluate((all) => {
    const transfer = new DataTransfer();
    for (const { name, bytes } of all)
      transfer.items.add(new File([Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0))], name));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, files);
}

/** Writes one of what is offered, and saves its files. */
async function write(page: Page, title: string, button: RegExp): Promise<Map<string, string>> {
  const offer = page.locator('.written .option', { hasText: title });
  await offer.getByRole('button', { name: button }).click();
  await expect(page.locator('#result .save-actions')).toBeVisible();
  const links = page.locator('#result .save-actions a[download]');
  const saved = new Map<string, string>();
  for (const link of await links.all()) {
    const waiting = page.waitForEvent('download');
    await link.click();
    const download = await waiting;
    saved.set(download.suggestedFilename(), await download.path());
  }
  return saved;
}

test('an adapter that is dropped is merged, with its strength, or written by itself', async ({ page }, info) => {
  await page.goto('./');
  const adapter = info.outputPath('adapter');
  writeAdapter(adapter, 'model.layers.0.mlp.up_proj');
  await dropAdapter(page, adapter);
  await expect(page.getByRole('alert')).toContainText('open the folder of the model that it was trained for first');
  await page.getByRole('button', { name: 'Close' }).click();

  await chooseFolder(page, STORIES);
  await expect(page.locator('.model-name')).toHaveText('stories260K-hf');
  await dropAdapter(page, adapter);
  const written = page.locator('.written');
  await expect(written).toContainText('Merge adapter');
  await expect(page.locator('#plan')).toContainText('An adapter is merged with strength 1');
  await expectAccessible(page, '#plan');
  await written.getByLabel('Strength of adapter').fill('0.5');
  await written.getByLabel('Strength of adapter').press('Enter');
  await expect(page.locator('#plan')).toContainText('An adapter is merged with strength 0.5');
  await quantize(page, 'Q8_0');
  const merged = await save(page);
  const expected = info.outputPath('merged.gguf');
  byCommand('quantize', '--lora', `${adapter}=0.5`, STORIES, expected, 'Q8_0');
  expect(sha256Of(merged.path)).toBe(sha256Of(expected));

  await goTo(page, 'Plan');
  await openTab(page, 'What is written');
  const saved = await write(page, 'by itself', /^Write adapter-/);
  byCommand('quantize', '--lora', adapter, '--adapter-only', STORIES, expected, 'AUTO');
  expect([...saved.values()].map(sha256Of)).toEqual([sha256Of(expected)]);

  await goTo(page, 'Plan');
  await openTab(page, 'What is written');
  await page.getByRole('button', { name: 'Remove adapter' }).click();
  await expect(page.locator('#plan')).not.toContainText('An adapter is merged');
});

test('what looks at images becomes a file beside the model', async ({ page }, info) => {
  const folder = info.outputPath('vl');
  writeVisionFolder(folder);
  await page.goto('./');
  await chooseFolder(page, folder);
  await openTab(page, 'What is written');
  const offer = page.locator('.written .option', { hasText: 'What looks at images' });
  await expect(offer.getByRole('button', { name: 'Write mmproj-vl-AUTO.gguf' })).toBeVisible();
  await offer.getByLabel('Type of').selectOption('Q8_0');
  const saved = await write(page, 'What looks at images', /^Write mmproj-vl-Q8_0\.gguf$/);
  const expected = info.outputPath('mmproj.gguf');
  byCommand('quantize', '--mmproj', folder, expected, 'Q8_0');
  expect([...saved.keys()]).toEqual(['mmproj-vl-Q8_0.gguf']);
  expect([...saved.values()].map(sha256Of)).toEqual([sha256Of(expected)]);
  // The model is planned as before.
  await goTo(page, 'Plan');
  await expect(page.getByRole('button', { name: 'Quantize' })).toBeEnabled();
});

test('the layers behind the pooling are added where they are asked for', async ({ page }, info) => {
  const folder = info.outputPath('embedding');
  writeConversionFolder(conversionCase('embeddinggemma'), folder);
  const widths = [64, 128, 64];
  const modules = ['1_Pooling', '2_Dense', '3_Dense'].map((path) => ({
    path,
    type: `sentence_transformers.models.${path.slice(2)}`,
  }));
  writeFileSync(join(folder, 'modules.json'), JSON.stringify(modules));
  ['2_Dense', '3_Dense'].forEach((name, i) => {
    const [columns, rows] = [widths[i]!, widths[i + 1]!];
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'config.json'), JSON.stringify({ in_features: columns, out_features: rows }));
    const values = Float32Array.from({ length: rows * columns }, (_, at) => ((at * 37) % 101) / 128 - 0.4);
    writeSafetensors(join(folder, name, 'model.safetensors'), [
      { name: 'linear.weight', shape: [rows, columns], values },
    ]);
  });
  await page.goto('./');
  await chooseFolder(page, folder);
  await openTab(page, 'What is written');
  const size = page.locator('.plan-size strong');
  const without = await size.getAttribute('title');
  await page.locator('.written').getByRole('checkbox', { name: 'layers behind the pooling' }).check();
  await expect(size).not.toHaveAttribute('title', without!);
  await expect(page.locator('#plan')).toContainText('--sentence-transformers-dense-modules');
  await quantize(page, 'Q8_0');
  const saved = await save(page);
  const expected = info.outputPath('expected.gguf');
  byCommand('quantize', '--sentence-transformers-dense-modules', folder, expected, 'Q8_0');
  expect(sha256Of(saved.path)).toBe(sha256Of(expected));
  expect(readFileSync(expected).includes('dense_3.weight')).toBe(true);
});

test('layers that predict further tokens are kept, left out or written alone', async ({ page }, info) => {
  const folder = info.outputPath('glm');
  writeConversionFolder(conversionCase('glm4_moe'), folder);
  await page.goto('./');
  await chooseFolder(page, folder);
  await openTab(page, 'What is written');
  const sizes = new Set<string | null>();
  for (const choice of ['Keep', 'Leave out', 'Write them alone']) {
    await page.locator('.written').getByRole('radio', { name: choice }).check();
    sizes.add(await page.locator('.plan-size strong').getAttribute('title'));
  }
  expect(sizes.size).toBe(3);
});

test('a GGUF file becomes a folder again, file by file', async ({ page }, info) => {
  await page.goto('./');
  await drop(page, 'stories260K-F32.gguf');
  await openTab(page, 'What is written');
  const saved = await write(page, 'The Hugging Face folder', /^Write the folder$/);
  const folder = info.outputPath('folder');
  byCommand('export', here('../../tests/data/stories260K-F32.gguf'), folder);
  expect([...saved.keys()]).toContain('config.json');
  for (const [name, path] of saved) expect(readFileSync(path), name).toEqual(readFileSync(join(folder, name)));
});

test('where a model has nothing beside, it says what there could be', async ({ page }) => {
  await page.goto('./');
  await drop(page, 'stories260K-hf/model.safetensors');
  await openTab(page, 'What is written');
  await expect(page.locator('#plan')).toContainText('The whole model, and nothing beside it.');
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoSidewaysScrolling(page);
});
