/** Runs that end with their tab, and go on in the next one. */
import type { BrowserContext, Page } from '@playwright/test';
import { chooseType, dropLargeModel, expect, expectAccessible, goTo, quantize, test } from './support';

const TYPE = 'Q5_K_M'; // takes a while

/** Of a model of 128 MiB. */
const ROWS = 8192;

/** Begins a run and closes the tab in the middle of it. */
async function cutShort(page: Page): Promise<void> {
  await page.goto('./');
  await dropLargeModel(page, ROWS);
  await chooseType(page, TYPE);
  await page.getByRole('button', { name: 'Quantize' }).click();
  await expect(page).toHaveTitle(/^[1-9]\d? %/);
  await page.close({ runBeforeUnload: false });
}

/** Without a save dialog, which nobody could answer. */
async function nextTab(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
  await page.goto('./');
  return page;
}

const offer = (page: Page) => page.locator('.unfinished li').filter({ visible: true });

test('a run whose tab was closed goes on with the same file, and gives the same bytes', async ({ page, context }) => {
  await cutShort(page);
  const next = await nextTab(context);
  await expect(offer(next)).toContainText(/The run that makes Q5_K_M of large-F32\.gguf was cut short: [1-9]\d? % of/);
  await expect(next.getByRole('button', { name: 'Choose the same model to go on' })).toBeVisible();
  await expectAccessible(next);
  await dropLargeModel(next, ROWS);
  await goTo(next, 'Plan');
  await next.getByRole('button', { name: 'Go on', exact: true }).click();
  await expect(next.locator('#result .place-status')).toHaveText(TYPE, { timeout: 30_000 });
  await expect(offer(next)).toHaveCount(0);
  const sha256 = await next.getByTestId('sha256').textContent();
  expect(await quantize(next, 'Q8_0', 30_000)).not.toBe(sha256);
  expect(await quantize(next, TYPE, 30_000)).toBe(sha256);
});

test('what a closed tab left can be discarded, and is offered for its model only', async ({ page, context }) => {
  await cutShort(page);
  const next = await nextTab(context);
  await expect(offer(next)).toBeVisible();
  await next.getByRole('button', { name: /story model/ }).click();
  await expect(next.locator('.model-name')).toHaveText('ts3m-F16.gguf');
  await expect(offer(next)).toHaveCount(0);
  await next.reload();
  await next.getByRole('button', { name: 'Discard' }).click();
  await expect(offer(next)).toHaveCount(0);
  await next.reload();
  await expect(next.locator('.type-row').first()).toBeAttached();
  await expect(offer(next)).toHaveCount(0);
});
