/** One place at a time: the way from nothing to a saved file, the browser's buttons, and what stays as it was left. */
import type { Page } from '@playwright/test';
import { dropLargeModel, expect, goTo, openModel, openTab, quantize, sha256Of, test, TS3M } from './support';

const ANSWERS = { timeout: 40_000 };

/** A click that needs no scrolling: the target is in view already, whole and not covered. */
async function clickInView(page: Page, name: string | RegExp, role: 'button' | 'link' = 'button'): Promise<void> {
  const target = page.getByRole(role, { name }).first();
  await expect(target).toBeInViewport({ ratio: 1 });
  expect(await page.evaluate(() => window.scrollY)).toBe(0);
  await target.click();
}

for (const [width, height] of [
  [1440, 900],
  [1280, 720],
  [390, 844],
] as const)
  test(`${width} × ${height}: from nothing to a file and what is known of its answers, without scrolling`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height });
    await page.goto('./');
    await clickInView(page, /^Try it with a .* story model$/);
    await expect(page.locator('#plan-title')).toBeFocused();
    await expect(page.locator('.suggestion.chosen')).toContainText('Recommended');
    await clickInView(page, 'Quantize');
    await expect(page.locator('#result-title')).toBeFocused({ timeout: 30_000 });
    const answers = page.locator('.result-answers');
    await expect(answers).toContainText(/the same first choice for \d+\.\d %/, ANSWERS);
    await expect(answers).toBeInViewport({ ratio: 1 });
    const saving = page.waitForEvent('download');
    await clickInView(page, /^Save ts3m-Q4_K_M\.gguf/, 'link');
    const shown = page.getByTestId('sha256');
    expect(sha256Of(await (await saving).path())).toBe(await shown.textContent());
    await clickInView(page, 'Try it');
    await expect(page.getByRole('tabpanel', { name: 'Try it' })).toBeVisible();
  });

test('back and forth go through places, and each is found as it was left', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await expect(page).toHaveURL(/#\/plan$/);
  await goTo(page, 'Model');
  await openTab(page, 'Metadata');
  await page.getByRole('searchbox', { name: 'Filter metadata' }).fill('block_count');
  await goTo(page, 'Lab');
  await expect(page.locator('.place:visible')).toHaveCount(1);
  await page.goBack();
  await expect(page).toHaveURL(/#\/model\/metadata$/);
  await expect(page.locator('#model-title')).toBeFocused();
  await expect(page.getByRole('searchbox', { name: 'Filter metadata' })).toHaveValue('block_count');
  await page.goBack();
  await expect(page).toHaveURL(/#\/model$/);
  await page.goBack();
  await expect(page.locator('#plan')).toBeVisible();
  await page.goForward();
  await page.goForward();
  await page.goForward();
  await expect(page.locator('#lab-title')).toBeFocused();
  await expect(page.locator('.steps [aria-current]')).toHaveText(/^Lab/);
});

test('tabs have addresses: the browser’s buttons go through them, and a link opens one', async ({ page }) => {
  await page.goto('./#/plan/options');
  await expect(page.getByRole('tab', { name: 'Options', selected: true })).toBeVisible();
  await openModel(page);
  const pattern = page.getByLabel('Pattern');
  await pattern.fill('ffn_down');
  await openTab(page, 'Importance');
  await expect(page).toHaveURL(/#\/plan\/importance$/);
  await goTo(page, 'Model');
  await openTab(page, 'Tensors,');
  await expect(page).toHaveURL(/#\/model\/tensors$/);
  const tab = page.getByRole('tab', { name: /^Tensors,/ });
  await page.goBack();
  await expect(page.getByRole('tab', { name: 'Where the bytes are', selected: true })).toBeVisible();
  // Back within a place takes the keyboard nowhere else.
  await expect(tab).toBeFocused();
  await page.goBack();
  await expect(page.getByRole('tab', { name: 'Importance', selected: true })).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL(/#\/plan\/options$/);
  await expect(pattern).toHaveValue('ffn_down');
  // The way to a place leads to the tab it was left with.
  await goTo(page, 'Model');
  await goTo(page, 'Plan');
  await expect(page).toHaveURL(/#\/plan\/options$/);
  await page.goto('./#/plan/nothing');
  await expect(page.getByRole('tab', { name: 'All types', selected: true })).toBeVisible();
});

test('a block on the bench goes with the Lab’s address and is still there after a look elsewhere', async ({ page }) => {
  await page.goto('./#lab:w=1,-2.5,0.25;f=q8_0');
  const weights = page.getByRole('textbox', { name: 'Weights' });
  await expect(weights).toHaveValue('1 -2.5 0.25');
  await weights.fill('1 2 3');
  await expect(page).toHaveURL(/#lab:w=1,2,3;f=q8_0/);
  await goTo(page, 'Plan');
  await expect(page).toHaveURL(/#\/plan$/);
  await goTo(page, 'Lab');
  await expect(page).toHaveURL(/#lab:w=1,2,3;f=q8_0/);
  await expect(weights).toHaveValue('1 2 3');
});

test('tabs are gone through by arrow keys, and say which is shown', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q4_0');
  const list = page.getByRole('tablist', { name: 'More of the result' });
  await list.getByRole('tab', { selected: true }).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(list.getByRole('tab', { name: 'Layers' })).toBeFocused();
  await expect(page.getByRole('tabpanel', { name: 'Layers' }).getByRole('figure')).toBeVisible();
  await page.keyboard.press('End');
  await expect(page.getByRole('tabpanel', { name: 'Receipt' })).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(list.getByRole('tab', { name: 'Answers' })).toBeFocused();
  await expect(page.getByRole('tabpanel')).toHaveCount(1);
});

test('a run that is going is seen from every place, and its end takes nobody away from another', async ({ page }) => {
  await page.goto('./');
  await dropLargeModel(page);
  await page.getByRole('button', { name: 'Quantize' }).click();
  await expect(page.locator('#run-title')).toBeFocused();
  await goTo(page, 'Lab');
  await expect(page.getByRole('link', { name: /^Run \d+ %/ })).toBeVisible({ timeout: 30_000 });
  await expect(page).toHaveTitle(/^\d+ % · Nibble/);
  await goTo(page, 'Run');
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await goTo(page, 'Plan');
  await openModel(page, TS3M);
  await page.getByRole('button', { name: 'Quantize' }).click();
  await goTo(page, 'Lab');
  await expect(page.getByRole('link', { name: /^Result Q4_K_M/ })).toBeVisible({ timeout: 30_000 });
  await expect(page.locator('#lab')).toBeVisible();
});

test('types are sorted by their columns', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await openTab(page, 'All types');
  const sizes = async () =>
    (
      await page
        .locator('.type-size')
        .evaluateAll((all) => all.map((size) => (size as HTMLElement).title.replace(/\D/g, '')))
    )
      .filter((size) => size !== '')
      .map(Number);
  await page.getByRole('button', { name: 'Sort by size' }).click();
  const sorted = await sizes();
  expect(sorted.length).toBeGreaterThan(20);
  expect(sorted).toEqual([...sorted].sort((a, b) => a - b));
  await page.getByRole('button', { name: 'Sort by size' }).click();
  expect(await sizes()).not.toEqual(sorted);
});
