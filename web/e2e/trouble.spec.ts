/** Bad files, second thoughts. */
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { chooseType, expect, expectedSha256, openModel, quantize, save, test, TS3M } from './support';

async function dropBytes(page: Page, name: string, bytes: number[]): Promise<void> {
  await page.evaluate(
    ([file, content]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(content as number[])], file as string));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    },
    [name, bytes] as const,
  );
}

test('a file that is no model is refused in place, and the page goes on', async ({ page }) => {
  await page.goto('./');
  await dropBytes(
    page,
    'notes.gguf',
    [...'these are notes, not weights'].map((letter) => letter.charCodeAt(0)),
  );
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('notes.gguf');
  await expect(alert).toContainText(/GGUF/);
  await openModel(page);
  await expect(page.getByRole('alert')).toHaveCount(0);
  await dropBytes(page, 'empty.gguf', []);
  await expect(page.getByRole('alert')).toContainText('empty.gguf');
  await expect(page.locator('.model-name')).toHaveText(TS3M);
  expect(await quantize(page, 'Q8_0')).toBe(expectedSha256(TS3M, 'Q8_0'));
});

test('a quantized model is quantized again only when allowed, and a matrix is asked for where one is needed', async ({
  page,
}) => {
  await page.goto('./');
  await openModel(page);
  await chooseType(page, 'IQ2_XS');
  await expect(page.locator('#plan').getByRole('alert')).toContainText(/importance matrix/);
  await expect(page.getByRole('button', { name: 'Quantize' })).toHaveCount(0);
  await quantize(page, 'Q8_0');
  const { path } = await save(page);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open…' }).click();
  await (
    await chooser
  ).setFiles({ name: 'again.gguf', mimeType: 'application/octet-stream', buffer: readFileSync(path) });
  await expect(page.locator('.model-name')).toHaveText('again.gguf');
  await chooseType(page, 'Q4_0');
  await expect(page.locator('#plan').getByRole('alert')).toBeVisible();
  await page.getByRole('button', { name: 'Allow it for this run' }).click();
  await page.getByRole('button', { name: 'Quantize' }).click();
  await expect(page.locator('#result')).toContainText('again.gguf as Q4_0');
});

/** A model of one F32 tensor of 512 MiB, all of it the same few bytes, so that a run takes a while. */
async function dropLargeModel(page: Page): Promise<void> {
  await page.evaluate(() => {
    const rows = 32_768;
    const columns = 4096;
    const encoder = new TextEncoder();
    const parts: Uint8Array<ArrayBuffer>[] = [];
    const number = (value: number, size: 4 | 8) => {
      const view = new DataView(new ArrayBuffer(size));
      if (size === 4) view.setUint32(0, value, true);
      else view.setBigUint64(0, BigInt(value), true);
      parts.push(new Uint8Array(view.buffer));
    };
    const text = (value: string) => {
      number(value.length, 8);
      parts.push(encoder.encode(value));
    };
    parts.push(encoder.encode('GGUF'));
    number(3, 4);
    number(1, 8);
    number(1, 8);
    text('general.architecture');
    number(8, 4);
    text('llama');
    text('blk.0.ffn_up.weight');
    number(2, 4);
    number(columns, 8);
    number(rows, 8);
    number(0, 4);
    number(0, 8);
    const header = parts.reduce((sum, part) => sum + part.length, 0);
    parts.push(new Uint8Array((32 - (header % 32)) % 32));
    const chunk = new Float32Array(4 * 1024 * 1024).map((_, index) => Math.sin(index) / 16);
    const weights = Array.from({ length: (rows * columns) / chunk.length }, () => chunk);
    const transfer = new DataTransfer();
    transfer.items.add(new File([...parts, ...weights], 'large-F32.gguf'));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  });
  await expect(page.locator('.model-name')).toHaveText('large-F32.gguf', { timeout: 30_000 });
}

/** Bytes in this page's private storage. */
const privateBytes = (page: Page) =>
  page.evaluate(async () => {
    const sizes = async (folder: FileSystemDirectoryHandle): Promise<number> => {
      let sum = 0;
      for await (const entry of folder.values()) {
        sum +=
          entry.kind === 'file'
            ? (await (entry as FileSystemFileHandle).getFile()).size
            : await sizes(entry as FileSystemDirectoryHandle);
      }
      return sum;
    };
    return sizes(await navigator.storage.getDirectory());
  });

test('stop ends a run at once and leaves nothing; pause holds it', async ({ page }) => {
  await page.goto('./');
  await dropLargeModel(page);
  await chooseType(page, 'Q8_0');
  await page.getByRole('button', { name: 'Quantize' }).click();
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.locator('#run .place-status')).toHaveText('paused');
  const written = page.locator('.run-figures li').nth(3);
  await page.waitForTimeout(300);
  const before = await written.textContent();
  await page.waitForTimeout(300);
  expect(await written.textContent()).toBe(before);
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.locator('#run .place-status')).toHaveText('running');
  const milliseconds = await page.evaluate(async () => {
    const button = [...document.querySelectorAll<HTMLButtonElement>('#run button')].find(
      (one) => one.textContent === 'Stop',
    );
    const start = performance.now();
    button?.click();
    while (!document.querySelector('#run')?.textContent?.includes('Stopped.')) await new Promise(requestAnimationFrame);
    return performance.now() - start;
  });
  // Within 200 ms where nothing else runs; this bound only tells stopping from finishing, on machines however busy.
  expect(milliseconds).toBeLessThan(2000);
  await expect.poll(() => privateBytes(page)).toBe(0);
  await expect(page.locator('#result .place-status')).toHaveText('after a run');
  // The page is as good as before.
  await openModel(page);
  expect(await quantize(page, 'Q4_0')).toBe(expectedSha256(TS3M, 'Q4_0'));
});
