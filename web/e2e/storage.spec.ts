/** What the page keeps in the browser's private storage, what it says of it, and room for more. */
import type { Page } from '@playwright/test';
import {
  chooseType,
  expect,
  expectedSha256,
  openModel,
  openTab,
  privateBytes,
  quantize,
  save,
  sha256Of,
  test,
  TS3M,
} from './support';

/** Of ts3m as Q4_0. */
const SIZE = '1.90 MB';

const withoutDialogs = (page: Page) => page.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));

const folders = (page: Page) =>
  page.evaluate(async () => {
    const parent = await (await navigator.storage.getDirectory()).getDirectoryHandle('nibble-output', { create: true });
    const names: string[] = [];
    for await (const name of parent.keys()) names.push(name);
    return names.length;
  });

test('an output is kept while its tab has it, said to be, and cleared by the next opening after a reload', async ({
  page,
}) => {
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q4_0');
  await expect(page.locator('.save-actions')).toContainText(
    `Kept in this browser’s private storage, ${SIZE}, while room lasts or until you delete it.`,
  );
  expect(await privateBytes(page)).toBeGreaterThan(1e6);
  await page.reload();
  await expect.poll(() => privateBytes(page)).toBe(0);
  expect(await folders(page)).toBe(0);
  await expect(page.getByRole('status').filter({ hasText: 'Removed from private storage' })).toContainText(`${SIZE}`);
});

test('the output of another tab is left alone, told of, and removed when that tab is closed', async ({
  page,
  context,
}) => {
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q4_0');
  const other = await context.newPage();
  await withoutDialogs(other);
  await other.goto('./');
  const told = other.getByText(`Other tabs of this page keep 1 output, ${SIZE}`);
  await expect(told).toBeVisible();
  // A run in the other tab clears nothing either.
  await openModel(other);
  await quantize(other, 'Q8_0');
  expect(await folders(other)).toBe(2);
  expect(sha256Of((await save(page)).path)).toBe(expectedSha256(TS3M, 'Q4_0'));
  await page.close();
  await expect(told).toHaveCount(0);
  await expect.poll(() => folders(other)).toBe(1);
  expect(sha256Of((await save(other)).path)).toBe(expectedSha256(TS3M, 'Q8_0'));
});

test('an output can be deleted from private storage; its figures stay', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q4_0');
  await page.getByRole('button', { name: 'delete it' }).click();
  await expect(page.locator('.save-actions, #result')).toContainText([
    'The output is not kept any more; its figures stay.',
  ]);
  await expect.poll(() => privateBytes(page)).toBe(0);
  await expect(page.getByTestId('sha256')).toHaveText(expectedSha256(TS3M, 'Q4_0'));
  // The table's rows can still be looked at, and another run has its output again.
  await openTab(page, 'Tensors$');
  await page.locator('.error-table tbody tr').first().click();
  await quantize(page, 'Q8_0');
  expect(sha256Of((await save(page)).path)).toBe(expectedSha256(TS3M, 'Q8_0'));
});

test('where no page can know who owns an output, it is deleted on the person’s word only', async ({
  page,
  context,
}) => {
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q4_0');
  const other = await context.newPage();
  await other.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'locks'));
  await other.goto('./');
  await expect(other.getByText(`This browser’s private storage keeps 1 output, ${SIZE}`)).toBeVisible();
  await openModel(other);
  expect(await folders(other)).toBe(1);
  await other.getByRole('button', { name: 'Delete it' }).click();
  await expect(other.getByText('private storage keeps')).toHaveCount(0);
  expect(await folders(other)).toBe(0);
});

test('room is asked for before a run, and what is missing is said before anything is read', async ({ page }) => {
  await page.addInitScript(() => {
    navigator.storage.estimate = async () => ({ quota: 5_000_000, usage: 4_000_000 });
  });
  await page.goto('./');
  await openModel(page);
  await chooseType(page, 'Q8_0');
  await page.getByRole('button', { name: 'Quantize' }).click();
  const problem = page.getByRole('alert').filter({ hasText: 'Not started: ts3m-Q8_0.gguf' });
  await expect(problem).toContainText('The output takes 3.50 MB, and this browser has room for 1.00 MB more');
  await expect(problem).toContainText('2.50 MB are missing. To go on, free space on the disk.');
  await expect(page.locator('#run .place-status')).toHaveText('nothing is running');
});

test('room that the browser promises and does not have is missed before anything is read', async ({
  playwright,
  launchOptions,
  baseURL,
}, testInfo) => {
  // Windows of no profile, which the other tests have, keep outputs in memory and count them only when they are
  // written.
  const context = await playwright.chromium.launchPersistentContext(testInfo.outputPath('profile'), {
    ...launchOptions,
    baseURL: baseURL!,
  });
  const page = await context.newPage();
  await withoutDialogs(page);
  await page.goto('./');
  await openModel(page);
  await page.evaluate(() => navigator.serviceWorker.ready);
  const browser = await context.newCDPSession(page);
  const origin = new URL(baseURL!).origin;
  // Chromium's estimate does not follow what a page really gets.
  const used = await page.evaluate(async () => (await navigator.storage.estimate()).usage!);
  await browser.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: used + 2_000_000 });
  await chooseType(page, 'Q8_0');
  await page.getByRole('button', { name: 'Quantize' }).click();
  const problem = page.getByRole('alert').filter({ hasText: 'Not finished: ts3m-Q8_0.gguf' });
  await expect(problem).toContainText('The output takes 3.50 MB, and this browser has no room for it');
  await expect(page.locator('.run-figures')).toHaveCount(0); // nothing was read or written
  await expect.poll(() => privateBytes(page)).toBe(0);
  await browser.send('Storage.overrideQuotaForOrigin', { origin });
  await expect(page.locator('#run')).toBeVisible();
  await page.getByRole('button', { name: 'Run again' }).click();
  await expect(page.getByTestId('sha256')).toHaveText(expectedSha256(TS3M, 'Q8_0'));
  await context.close();
});
