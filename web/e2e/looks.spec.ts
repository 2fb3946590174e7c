/** Accessible to axe's eyes, and not wider than a phone. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, openModel, quantize, test } from './support';

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
}

async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  expect(content).toBeLessThanOrEqual(window);
}

async function openEverything(page: Page): Promise<void> {
  await page.locator('details').evaluateAll((all) => {
    for (const details of all) (details as HTMLDetailsElement).open = true;
  });
  await page.evaluate(() => new Promise(requestAnimationFrame));
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1280, 390]) {
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
}
