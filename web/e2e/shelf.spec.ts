/** The shelf: results of a visit beside each other, and their files, while they are kept and when they are not. */
import type { Page } from '@playwright/test';
import {
  expect,
  expectAccessible,
  expectedSha256,
  expectNoSidewaysScrolling,
  goTo,
  openModel,
  openTab,
  privateBytes,
  quantize,
  sha256Of,
  test,
  TS3M,
} from './support';

const items = (page: Page) => page.locator('.shelved');
const item = (page: Page, type: string) => items(page).filter({ has: page.getByText(type, { exact: true }) });

async function saved(page: Page, type: string): Promise<string> {
  const waiting = page.waitForEvent('download');
  await item(page, type).getByRole('link', { name: /^Save/ }).click();
  return sha256Of(await (await waiting).path());
}

test('results of a visit: saved again, compared, shown again, deleted and made again', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q4_0');
  await expect(page.locator('.result-answers')).toContainText('the same first choice', { timeout: 40_000 });
  await openTab(page, 'Shelf');
  await expect(items(page)).toHaveCount(1);
  await expect(page.locator('.shelf')).toContainText('This page keeps 1.90 MB of their outputs');
  await quantize(page, 'Q4_K_M');
  await expect(page.locator('.result-answers')).toContainText('the same first choice', { timeout: 40_000 });
  await page.getByRole('button', { name: 'Compare 2 results' }).click();
  await expect(items(page)).toHaveCount(2);
  await expect(page.locator('.shelf')).toContainText('This page keeps 3.92 MB of their outputs');
  expect(await saved(page, 'Q4_0')).toBe(expectedSha256(TS3M, 'Q4_0'));
  expect(await saved(page, 'Q4_K_M')).toBe(expectedSha256(TS3M, 'Q4_K_M'));
  await expect(item(page, 'Q4_0')).toContainText(expectedSha256(TS3M, 'Q4_0').slice(0, 8));

  const differences = page.locator('.differences');
  await expect(differences).toContainText(/The second is 1\d\d kB larger: 10\d\.\d % of the first\./);
  await expect(differences).toContainText(/The weights of the second have 0\.\d{3} times the relative error/);
  await expect(differences).toContainText(
    /The first choice is the original’s for 9\d\.\d % ± \d\.\d % of tokens instead/,
  );
  await expect(differences).toContainText(/tensors have another type: \d+ q4_0 → q4_K/);
  const chart = page.getByRole('figure', { name: 'Error of the second over the first’s' });
  await chart.getByText('Table', { exact: true }).click();
  await expect(chart.locator('tbody tr')).toHaveCount(7 * 4 + 1);
  for (const ratio of await chart.locator('tbody td:nth-child(3)').allTextContents())
    expect(Number(ratio)).toBeLessThanOrEqual(1.05);
  await expect(page.getByRole('region', { name: 'Both results in figures' })).toContainText('same first choice');

  // The other one on show, with all its views; and what is chosen stays while one looks elsewhere.
  await item(page, 'Q4_0').getByRole('button', { name: 'Show' }).click();
  await expect(page.locator('#result .place-status')).toHaveText('Q4_0');
  await goTo(page, 'Plan');
  await goTo(page, 'Result');
  await expect(item(page, 'Q4_0')).toContainText('on show');

  await item(page, 'Q4_K_M').getByRole('button', { name: 'Delete the output' }).click();
  await expect(item(page, 'Q4_K_M')).toContainText('Its output is not kept any more. The same settings give the same');
  await expect.poll(() => privateBytes(page)).toBeLessThan(2e6);
  await item(page, 'Q4_K_M').getByRole('button', { name: 'Run again' }).click();
  await expect(page.locator('#result .place-status')).toHaveText('Q4_K_M', { timeout: 20_000 });
  await expect(items(page)).toHaveCount(2);
  await openTab(page, 'Shelf');
  expect(await saved(page, 'Q4_K_M')).toBe(expectedSha256(TS3M, 'Q4_K_M'));

  await page.getByRole('button', { name: 'Remove Q4_K_M, llama.cpp from the shelf' }).click();
  await expect(items(page)).toHaveCount(1);
  await expect(page.locator('#result .place-status')).toHaveText('Q4_0');
  await expect.poll(() => privateBytes(page)).toBeLessThan(2e6);
});

test('older outputs make way where a new one has no room, and say so', async ({ page }) => {
  await page.addInitScript(() => {
    const sizeOf = async (folder: FileSystemDirectoryHandle): Promise<number> => {
      let sum = 0;
      for await (const entry of folder.values())
        sum +=
          entry.kind === 'file'
            ? (await (entry as FileSystemFileHandle).getFile().catch(() => ({ size: 0 }))).size
            : await sizeOf(entry as FileSystemDirectoryHandle);
      return sum;
    };
    navigator.storage.estimate = async () => ({
      quota: 6_000_000,
      usage: await sizeOf(await navigator.storage.getDirectory()),
    });
  });
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q4_0'); // 1.90 MB
  await quantize(page, 'Q4_1'); // 2.10 MB
  await quantize(page, 'Q8_0'); // 3.50 MB
  await openTab(page, 'Shelf');
  await expect(items(page)).toHaveCount(3);
  await expect(item(page, 'Q4_0')).toContainText('Its output is not kept any more');
  await expect(item(page, 'Q4_1').getByRole('link', { name: /^Save/ })).toBeVisible();
  // Another model is open: what to open is said.
  await openModel(page, 'stories260K-F32.gguf');
  await goTo(page, 'Result');
  await expect(item(page, 'Q4_0')).toContainText('To run it again, open ts3m-F16.gguf again.');
  await expect(item(page, 'Q4_0').getByRole('button', { name: 'Run again' })).toBeDisabled();
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`the shelf is accessible and fits, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto('./');
    await openModel(page);
    await quantize(page, 'Q4_0');
    await quantize(page, 'Q8_0');
    await openTab(page, 'Shelf');
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 844 });
      await expectNoSidewaysScrolling(page);
    }
    await expectAccessible(page, '.shelf');
  });
