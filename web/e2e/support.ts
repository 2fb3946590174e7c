/** What the end-to-end tests share: a page that is watched, and a person's ways through it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test as base, expect, type Page } from '@playwright/test';

/** Whole-file hashes of what llama-quantize writes. */
const VECTORS = JSON.parse(
  readFileSync(new URL('../../tests/data/llama-quantize-sha256.json', import.meta.url), 'utf8'),
) as {
  input: string;
  type: string;
  options: string[];
  sha256: string | null;
}[];

export const TS3M = 'ts3m-F16.gguf';

export const MATRIX = 'ts3m-imatrix.gguf';

export function expectedSha256(input: string, type: string, ...options: string[]): string {
  const vector = VECTORS.find(
    (one) => one.input === input && one.type === type && one.options.join(' ') === options.join(' '),
  );
  if (!vector?.sha256) throw new Error(`There is no hash for ${input} as ${type}.`);
  return vector.sha256;
}

export function sha256Of(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Every test fails on a console error, an uncaught exception or a request to another origin. */
export const test = base.extend<{ watched: void }>({
  watched: [
    async ({ context, page, baseURL }, use) => {
      const complaints: string[] = [];
      const origin = new URL(baseURL ?? '').origin;
      context.on('request', (request) => {
        const url = request.url();
        if (!url.startsWith(`${origin}/`) && !url.startsWith(`blob:${origin}/`)) complaints.push(`request to ${url}`);
      });
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning')
          complaints.push(`console ${message.type()}: ${message.text()}`);
      });
      page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
      // Headless Chromium has the system's dialogs, but nobody to answer them.
      await page.addInitScript(() => {
        for (const dialog of ['showSaveFilePicker', 'showOpenFilePicker', 'showDirectoryPicker'])
          Reflect.deleteProperty(window, dialog);
      });
      await use();
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Drops files of tests/data on the window, as a person does. */
export async function drop(page: Page, ...names: string[]): Promise<void> {
  await page.evaluate(async (files) => {
    const transfer = new DataTransfer();
    for (const file of files)
      transfer.items.add(new File([await (await fetch(`/models/${file}`)).blob()], file.split('/').pop()!));
    const send = (type: string) =>
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    send('dragenter');
    send('dragover');
    send('drop');
  }, names);
}

export async function openModel(page: Page, name = TS3M): Promise<void> {
  await drop(page, name);
  await expect(page.locator('.model-name')).toHaveText(name);
}

/** Chooses a type by its name. */
export async function chooseType(page: Page, type: string): Promise<void> {
  await page.locator(`input[name="file-type"][value="${type}"]`).check();
}

/** Quantizes to a type and answers the hash that the page shows. */
export async function quantize(page: Page, type: string): Promise<string> {
  await chooseType(page, type);
  await page.getByRole('button', { name: 'Quantize' }).click();
  await expect(page.locator('#result .place-status')).toHaveText(type);
  return (await page.getByTestId('sha256').textContent()) ?? '';
}

/** Saves the output and answers where the file is. */
export async function save(page: Page): Promise<{ path: string; name: string }> {
  const waiting = page.waitForEvent('download');
  await page.locator('.save-actions a').click();
  const download = await waiting;
  return { path: await download.path(), name: download.suggestedFilename() };
}
