/** The page in German: from the browser's wish or the person's, whole, and without losing anything on the way. */
import type { Page } from '@playwright/test';
import { englishLeft } from './english-left';
import {
  drop,
  expect,
  expectAccessible,
  expectNoSidewaysScrolling,
  openEverything,
  openModel,
  quantize,
  test,
  TS3M,
} from './support';

const german = (page: Page) => page.getByRole('button', { name: 'Deutsch' });

/** Shows a place, or a tab of one, by its address: titles differ by language. */
async function show(page: Page, address: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#/${address}`);
  await expect(page.locator(`#${address.split('/')[0]}`)).toBeVisible();
}

test('the footer changes the language, remembers it, and nothing else changes', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q4_0');
  await show(page, 'model/metadata');
  await page.getByPlaceholder('Filter metadata').fill('llama');
  expect((await englishLeft(page)).length).toBeGreaterThan(5); // it sees what there is
  await german(page).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expect(page).toHaveTitle('Nibble: ein Modell in diesem Tab quantisieren');
  await expect(page.getByPlaceholder('Metadaten filtern')).toHaveValue('llama');
  await expect(german(page)).toHaveAttribute('aria-pressed', 'true');
  await expect(german(page)).toBeFocused();
  await show(page, 'plan');
  await expect(page.locator('.type-summary').first()).toContainText('Einfache Genauigkeit');
  await expect(page.locator('.plan-size')).toContainText(/^\d+,\d+\u202fMB/);
  await show(page, 'result');
  await expect(page.locator('#result .place-status')).toHaveText('Q4_0');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await page.reload();
  await expect(page.locator('.brand')).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
});

test('German is kept for use without a network, though it was not asked for before', async ({ page, context }) => {
  await page.goto('./');
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller)
      await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve));
  });
  await context.setOffline(true);
  await german(page).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
});

test('words that do not come leave the page as it is, and it says so', async ({ page }) => {
  await page.route('**/assets/de-*.js', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: 'throw new Error("gone");' }),
  );
  await page.goto('./');
  await german(page).click();
  await expect(page.locator('.notices')).toContainText('Deutsch could not be fetched');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
});

test('a browser that keeps nothing for pages lets the language be chosen all the same', async ({ page }) => {
  await page.addInitScript(() =>
    Object.defineProperty(window, 'localStorage', {
      get: () => {
        throw new DOMException('blocked', 'SecurityError');
      },
    }),
  );
  await page.goto('./');
  await german(page).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
});

test.describe('in a browser that asks for German', () => {
  test.use({ locale: 'de-AT' });

  for (const [colorScheme, width] of [
    ['light', 1440],
    ['dark', 390],
  ] as const) {
    const open = async (page: Page) => {
      test.setTimeout(180_000); // axe reads every element
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 844 });
      await page.goto('./');
      await expect(page.locator('html')).toHaveAttribute('lang', 'de');
      await expect(page.locator('.type-row').first()).toBeAttached();
    };
    const check = async (page: Page, address: string) => {
      await show(page, address);
      const part = `#${address.split('/')[0]}`;
      await openEverything(page, part);
      expect(await englishLeft(page)).toEqual([]);
      await expectNoSidewaysScrolling(page);
      await page.evaluate(() => scrollTo(0, 0)); // what the plan's bar covers in part has no size of its own
      await expectAccessible(page, `${part} .place-head, ${part} [role=tabpanel]:not([hidden])`);
    };

    test(`${colorScheme}, ${width} px: without a model, and behind every tab of Model, all is German`, async ({
      page,
    }) => {
      await open(page);
      for (const place of ['model', 'plan', 'run']) await check(page, place);
      await drop(page, TS3M);
      await expect(page.locator('.model-name')).toHaveText(TS3M);
      for (const view of ['bytes', 'tensors', 'metadata']) await check(page, `model/${view}`);
      await expectAccessible(page, '.bottom');
    });

    test(`${colorScheme}, ${width} px: behind every tab of Plan all is German, sizes with a comma`, async ({
      page,
    }) => {
      await open(page);
      await drop(page, TS3M);
      await expect(page.locator('.measure-status')).toContainText(/der Zeilen vorhergesagt/, { timeout: 30_000 });
      await show(page, 'plan');
      await page.getByLabel('Arbeitsspeicher zum Ausführen').fill('0,05 GB');
      await expect(page.locator('.plan-words')).toContainText('passt in 50,0\u202fMB');
      for (const view of ['types', 'importance', 'options', 'tensors']) await check(page, `plan/${view}`);
      await show(page, 'plan/size');
      await page.getByLabel('Größe, zum Beispiel 4,2 GB').fill('2,5 MB');
      await page.getByRole('button', { name: 'Beste Mischung' }).first().click();
      await expect(page.locator('.mix-summary')).toContainText('Bits pro Gewicht');
      await expect(page.getByLabel('Größe, zum Beispiel 4,2 GB')).toHaveValue('2,50\u202fMB');
      await check(page, 'plan/size');
      await show(page, 'plan/search');
      await page.locator('input[value="calibrated"]').check();
      await expect(page.locator('.calibrated')).toContainText('Token kalibrieren');
      await check(page, 'plan/search');
    });

    test(`${colorScheme}, ${width} px: a run and its end are in German, and the figures too`, async ({ page }) => {
      await open(page);
      await drop(page, TS3M);
      await show(page, 'plan/types');
      await page.locator('input[name="file-type"][value="Q4_0"]').check();
      await page.getByRole('button', { name: 'Quantisieren', exact: true }).click();
      await expect(page.locator('#result .place-status')).toHaveText('Q4_0', { timeout: 30_000 });
      await check(page, 'run');
      await expect(page.locator('#run .place-status')).toHaveText('fertig');
      await expect(page.locator('.run-figures')).toContainText(/1,90\u202fMB von 1,90\u202fMB geschrieben/);
    });
  }
});
