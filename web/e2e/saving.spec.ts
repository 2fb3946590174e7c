/** The save dialog, where a browser has one: a stand-in answers with a file in the page's private storage. */
import type { Page } from '@playwright/test';
import { chooseType, expect, expectedSha256, openModel, quantize, test, TS3M } from './support';

async function answerDialog(page: Page, answer: 'picks' | 'dismisses'): Promise<void> {
  await page.addInitScript((kind) => {
    Object.defineProperty(window, 'showSaveFilePicker', {
      value: async ({ suggestedName }: { suggestedName: string }) => {
        if (kind === 'dismisses') throw new DOMException('The user aborted a request.', 'AbortError');
        const root = await navigator.storage.getDirectory();
        return root.getFileHandle(suggestedName, { create: true });
      },
    });
  }, answer);
}

test('writes straight into the file that was picked', async ({ page }) => {
  await answerDialog(page, 'picks');
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q4_0');
  await expect(page.locator('#result')).toContainText('Saved as ts3m-Q4_0.gguf');
  const hash = await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const file = await (await root.getFileHandle('ts3m-Q4_0.gguf')).getFile();
    const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  });
  expect(hash).toBe(expectedSha256(TS3M, 'Q4_0'));
});

test('runs nothing when the dialog is dismissed, and downloads when it is not wanted', async ({ page }) => {
  await answerDialog(page, 'dismisses');
  await page.goto('./');
  await openModel(page);
  await chooseType(page, 'Q8_0');
  await page.getByRole('button', { name: 'Quantize' }).click();
  await expect(page.getByText('No place to save was chosen, so nothing ran.')).toBeVisible();
  await expect(page.locator('#run .place-status')).toHaveText('nothing is running');
  await page.getByLabel('Ask first where to save').uncheck();
  expect(await quantize(page, 'Q8_0')).toBe(expectedSha256(TS3M, 'Q8_0'));
  await expect(page.locator('.save-actions a')).toBeVisible();
});
