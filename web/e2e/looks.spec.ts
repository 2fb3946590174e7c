/** Accessible to axe's eyes and to a keyboard, and not wider than a phone. */
import { fileURLToPath } from 'node:url';
import {
  expect,
  expectAccessible,
  expectedSha256,
  expectNoSidewaysScrolling,
  openEverything,
  openModel,
  quantize,
  test,
  TS3M,
} from './support';

for (const [colorScheme, width] of [
  ['light', 1280],
  ['dark', 390],
] as const) {
  test(`${colorScheme}, ${width} px: accessible in every state, without sideways scrolling`, async ({ page }) => {
    test.slow(); // axe reads every element, three times
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 800 });
    await page.goto('./');
    await expect(page.getByRole('radio').first()).toBeVisible();
    await expectAccessible(page);
    await expectNoSidewaysScrolling(page);
    await openModel(page);
    await openEverything(page);
    await expectAccessible(page);
    await expectNoSidewaysScrolling(page);
    await quantize(page, 'Q4_0');
    await openEverything(page);
    await expectAccessible(page);
    await expectNoSidewaysScrolling(page);
  });
}

test('the whole way by keyboard alone', async ({ page }) => {
  await page.goto('./');
  await expect(page.getByRole('radio').first()).toBeVisible();
  const chooser = page.waitForEvent('filechooser');
  await page.evaluate(() => document.body.focus()); // the event is waited for now
  await page.keyboard.press('Control+o');
  await (await chooser).setFiles(fileURLToPath(new URL(`../../tests/data/${TS3M}`, import.meta.url)));
  await expect(page.locator('#model')).toBeFocused();
  const focused = () =>
    page.evaluate(() => document.activeElement?.getAttribute('value') ?? document.activeElement?.textContent ?? '');
  const tabTo = async (wanted: string) => {
    for (let presses = 0; presses < 40 && (await focused()) !== wanted; presses += 1) await page.keyboard.press('Tab');
    expect(await focused()).toBe(wanted);
  };
  await tabTo('Q8_0');
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('.plan-summary')).toContainText('ts3m-Q6_K.gguf');
  await tabTo('Quantize');
  await page.keyboard.press('Enter');
  await expect(page.locator('#result .place-status')).toHaveText('Q6_K');
  expect(await page.getByTestId('sha256').textContent()).toBe(expectedSha256(TS3M, 'Q6_K'));
});
