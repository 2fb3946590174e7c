/** llama.cpp itself judges what model folders are converted to. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FAMILIES, readSafetensors, writeFamilyFolder, writeSafetensors } from './family-folders';
import { expect, test, type Page } from '@playwright/test';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const STORIES = here('../../tests/data/stories260K-hf');

function convert(folder: string, output: string, type: string): void {
  execFileSync('node', [here('../dist-cli/nibble.js'), 'quantize', folder, output, type], { stdio: 'pipe' });
}

/** Loads a file into llama.cpp and answers how it goes on with a story. */
async function story(page: Page, path: string): Promise<string> {
  await page.goto('/pages/wllama.html');
  await page.getByLabel('Model').setInputFiles(path);
  const output = page.locator('output');
  await expect(output).toHaveAttribute('data-state', /finished|failed/, { timeout: 50_000 });
  expect(await output.getAttribute('data-state'), (await output.textContent()) ?? '').toBe('finished');
  return (await output.textContent()) ?? '';
}

for (const family of FAMILIES) {
  test(`llama.cpp runs a model made of a ${family.name} folder`, async ({ page }, info) => {
    const folder = info.outputPath('folder');
    writeFamilyFolder(family, folder);
    const output = info.outputPath('model.gguf');
    convert(folder, output, 'Q8_0');
    await story(page, output);
  });
}

test('a converted folder tells the story its model tells, and one whose rows were not regrouped does not', async ({
  page,
}, info) => {
  const right = info.outputPath('right.gguf');
  convert(STORIES, right, 'COPY');
  const told = await story(page, right);
  expect(told).toMatch(/^,? there was a little girl/);

  // Rows stored as GGUF wants them: regrouping them once more takes partners of the rotary embedding apart.
  const folder = info.outputPath('regrouped');
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(STORIES)) copyFileSync(join(STORIES, file), join(folder, file));
  const tensors = readSafetensors(join(STORIES, 'model.safetensors'));
  for (const [name, tensor] of tensors) {
    const heads = name.includes('q_proj') ? 8 : name.includes('k_proj') ? 4 : 0;
    if (heads > 0) tensor.data = regrouped(tensor.data, heads, tensor.shape[0] as number);
  }
  writeSafetensors(join(folder, 'model.safetensors'), tensors);
  const wrong = info.outputPath('wrong.gguf');
  convert(folder, wrong, 'COPY');
  expect(await story(page, wrong)).not.toBe(told);
});

/** Of each head, row j of the first half and row j of the second half side by side. */
function regrouped(data: Uint8Array, heads: number, rows: number): Uint8Array {
  const row = data.length / rows;
  const half = rows / heads / 2;
  const result = new Uint8Array(data.length);
  for (let head = 0; head < heads; ++head) {
    for (let j = 0; j < half; ++j) {
      for (const part of [0, 1]) {
        const from = (head * 2 * half + part * half + j) * row;
        result.set(data.subarray(from, from + row), (head * 2 * half + 2 * j + part) * row);
      }
    }
  }
  return result;
}
