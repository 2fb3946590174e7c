/** What the page does for who does not wait beside it: the screen, a notification, the title, a word before closing. */
import type { Page } from '@playwright/test';
import { dropLargeModel, expect, expectAccessible, goTo, openModel, test } from './support';

interface Stubbed {
  /** "screen" for each lock that was taken, "released" for each that was given back. */
  locks: string[];
  /** What was asked of the browser and what it was told to show. */
  notices: string[];
}

/** A browser whose screen and notifications only keep a list. `answer`: what it says when it is asked. */
async function stub(page: Page, answer: NotificationPermission, isLookedAt = false): Promise<void> {
  await page.addInitScript(
    ([said, looks]) => {
      const stubbed: Stubbed = { locks: [], notices: [] };
      Object.assign(window, { stubbed });
      Object.defineProperty(Navigator.prototype, 'wakeLock', {
        configurable: true,
        get: () => ({
          request(kind: string) {
            stubbed.locks.push(kind);
            return Promise.resolve(
              Object.assign(new EventTarget(), { release: () => void stubbed.locks.push('released') }),
            );
          },
        }),
      });
      class Notification {
        static permission = 'default';
        static requestPermission() {
          stubbed.notices.push('asked');
          Notification.permission = said as string;
          return Promise.resolve(said);
        }
        constructor(title: string, { body }: { body: string }) {
          stubbed.notices.push(`${title} (${body})`);
        }
      }
      Object.assign(window, { Notification });
      ServiceWorkerContainer.prototype.getRegistration = () => Promise.resolve(undefined);
      Document.prototype.hasFocus = () => looks as boolean;
    },
    [answer, isLookedAt] as const,
  );
  await page.goto('./');
}

const stubbed = (page: Page) => page.evaluate(() => (window as unknown as { stubbed: Stubbed }).stubbed);
const awake = (page: Page) => page.getByRole('checkbox', { name: 'Keep the screen on while it runs' });
const notify = (page: Page) => page.getByRole('checkbox', { name: /^Notify me when it ends/ });

test('the screen stays on while a run that asks for it is going, and again when the page is back', async ({ page }) => {
  await stub(page, 'granted');
  await dropLargeModel(page);
  await page.getByRole('button', { name: 'Quantize' }).click();
  await expect(page.locator('#run-title')).toBeFocused();
  expect((await stubbed(page)).locks).toEqual([]);
  await awake(page).check();
  await expect.poll(async () => (await stubbed(page)).locks).toEqual(['screen']);
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  expect((await stubbed(page)).locks).toEqual(['screen']); // one is enough
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect.poll(async () => (await stubbed(page)).locks).toEqual(['screen', 'released']);
});

test('the browser is asked for notifications by a press alone, and tells the end of a run', async ({ page }) => {
  await stub(page, 'granted');
  await openModel(page);
  await goTo(page, 'Run');
  expect((await stubbed(page)).notices).toEqual([]);
  await notify(page).check();
  await expect(notify(page)).toBeChecked();
  await goTo(page, 'Plan');
  await page.getByRole('button', { name: 'Quantize' }).click();
  await expect
    .poll(async () => (await stubbed(page)).notices, { timeout: 30_000 })
    .toEqual(['asked', 'Finished: ts3m-Q4_K_M.gguf (2.02 MB)']);
});

test('who looks at the page is not notified', async ({ page }) => {
  await stub(page, 'granted', true);
  await openModel(page);
  await goTo(page, 'Run');
  await notify(page).check();
  await goTo(page, 'Plan');
  await page.getByRole('button', { name: 'Quantize' }).click();
  await expect(page.locator('#result-title')).toBeFocused({ timeout: 30_000 });
  expect((await stubbed(page)).notices).toEqual(['asked']);
});

test('a browser that does not allow it, or cannot, says so', async ({ page }) => {
  await stub(page, 'denied');
  await goTo(page, 'Run');
  await notify(page).click();
  await expect(notify(page)).not.toBeChecked();
  await expect(notify(page)).toBeDisabled();
  await expect(page.locator('.run-wishes')).toContainText('its settings for this site can change that');
  await expectAccessible(page, '#run');

  await page.addInitScript(() => {
    Reflect.deleteProperty(Navigator.prototype, 'wakeLock');
    Reflect.deleteProperty(window, 'Notification');
  });
  await page.reload();
  await expect(page.locator('.run-wishes')).toContainText('This browser cannot keep the screen on');
  await expect(page.locator('.run-wishes')).toContainText('This browser has no notifications');
});

test('the title says how far a run is, and the page asks before it is closed over one', async ({ page }) => {
  await page.goto('./');
  const asks = () =>
    page.evaluate(() => {
      const leaving = new Event('beforeunload', { cancelable: true });
      window.dispatchEvent(leaving);
      return leaving.defaultPrevented;
    });
  expect(await asks()).toBe(false);
  await dropLargeModel(page);
  await page.getByRole('button', { name: 'Quantize' }).click();
  await expect(page).toHaveTitle(/^\d+ % · Nibble$/, { timeout: 30_000 });
  expect(await asks()).toBe(true);
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(page).toHaveTitle(/^Nibble: /);
  expect(await asks()).toBe(false);
});
