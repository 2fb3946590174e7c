/** The page holds still while it opens, what has the keyboard is in sight, and a folder can be dropped. */
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import {
  chooseType,
  dropLargeModel,
  expect,
  expectNoSidewaysScrolling,
  goTo,
  openModel,
  openTab,
  quantize,
  test,
} from './support';

/** Sum of the layout shifts that are no answer to a person's act. */
const MOST_SHIFT = 0.02;

interface Shift {
  value: number;
  what: string;
  milliseconds: number;
}

declare const layoutShifts: Shift[];

async function watchShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const kept: Shift[] = [];
    Object.assign(window, { layoutShifts: kept });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        value: number;
        sources: { node: Element | null }[];
      })[])
        kept.push({
          value: entry.value,
          what: entry.sources
            .map(({ node }) => (node instanceof Element ? node.className || node.tagName : '#text'))
            .join(', '),
          milliseconds: entry.startTime,
        });
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

function expectStill(shifts: Shift[]): void {
  expect(
    shifts.reduce((sum, { value }) => sum + value, 0),
    JSON.stringify(shifts),
  ).toBeLessThanOrEqual(MOST_SHIFT);
}

for (const [width, height] of [
  [1280, 800],
  [390, 800],
  [1920, 1080],
  [1280, 2400],
  [1100, 1600],
  [930, 1600],
  [390, 2400],
] as const)
  test(`${width} × ${height}: nothing jumps while the page opens`, async ({ page }) => {
    await watchShifts(page);
    await page.setViewportSize({ width, height });
    await page.goto('./');
    await expect(page.locator('.type-row').first()).toBeAttached();
    await page.waitForTimeout(1000);
    expectStill(await page.evaluate(() => layoutShifts));
  });

for (const [width, height] of [
  [1280, 800],
  [1440, 900],
  [390, 800],
  [1280, 2400],
  [1280, 3600],
  [390, 2400],
  [390, 5000],
] as const)
  test(`${width} × ${height}: an opened model is shown at once, and then nothing jumps`, async ({ page }) => {
    await watchShifts(page);
    await page.setViewportSize({ width, height });
    await page.goto('./');
    await expect(page.locator('.type-row').first()).toBeAttached();
    await page.evaluate(() => {
      layoutShifts.length = 0;
      new MutationObserver((_, observer) => {
        if (!document.querySelector('.model-name')) return;
        performance.mark('model is shown');
        observer.disconnect();
      }).observe(document.querySelector('#model')!, { childList: true, subtree: true });
    });
    await openModel(page);
    await expect(page.getByText('Errors are predicted').first()).toBeAttached({ timeout: 30_000 });
    await page.waitForTimeout(1500);
    const shown = await page.evaluate(() => performance.getEntriesByName('model is shown')[0]!.startTime);
    const shifts = await page.evaluate(() => layoutShifts);
    // The frame that shows the model is the answer to the drop.
    expectStill(shifts.filter(({ milliseconds }) => milliseconds < shown || milliseconds > shown + 500));
  });

for (const [width, height] of [
  [1440, 900],
  [390, 844],
] as const)
  test(`${width} × ${height}: nothing jumps in Model’s tabs, nor in Run while it goes on`, async ({ page }) => {
    await watchShifts(page);
    await page.setViewportSize({ width, height });
    await page.goto('./');
    await dropLargeModel(page);
    for (const tab of ['Tensors', 'Metadata', 'Where the bytes are']) {
      await openTab(page, tab);
      await page.waitForTimeout(600); // what follows an act within half a second is its answer
      await page.evaluate(() => (layoutShifts.length = 0));
      await page.waitForTimeout(400);
      expectStill(await page.evaluate(() => layoutShifts));
      await expectNoSidewaysScrolling(page);
    }
    await goTo(page, 'Plan');
    await page.getByRole('button', { name: 'Quantize' }).click();
    await expect(page.locator('.run-figures')).toContainText('written', { timeout: 30_000 });
    await page.evaluate(() => (layoutShifts.length = 0));
    await page.waitForTimeout(3000);
    await expect(page.locator('#run .place-status')).toHaveText('running');
    expectStill(await page.evaluate(() => layoutShifts));
    await expectNoSidewaysScrolling(page);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
  });

for (const width of [1280, 390])
  test(`${width} px: what has the keyboard is never behind the bar, forwards and backwards`, async ({ page }) => {
    test.slow();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 700 });
    await page.goto('./');
    await openModel(page);
    await quantize(page, 'Q4_0');
    const covered = () =>
      page.evaluate(() => {
        const focused = document.activeElement;
        if (!focused || focused === document.body || focused.closest('.top, .skip, .notices')) return null;
        const box = focused.getBoundingClientRect();
        const bar = document.querySelector('.top')!.getBoundingClientRect().bottom;
        const hidden = box.top < bar - 1 && box.height < window.innerHeight - bar;
        const out = box.bottom <= bar || box.top >= window.innerHeight;
        const middle = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
        const summary = middle?.closest('.plan-summary');
        const under = summary && !summary.contains(focused);
        const name = `${focused.tagName}.${focused.className} ${focused.textContent?.slice(0, 30)}`;
        return hidden || out || under ? `${name} at ${Math.round(box.top)} to ${Math.round(box.bottom)}` : null;
      });
    const found: string[] = [];
    for (const place of ['Result', 'Model', 'Plan'] as const) {
      await goTo(page, place);
      for (const key of ['Tab', 'Shift+Tab']) {
        for (let presses = 0; presses < 60; presses += 1) {
          await page.keyboard.press(key);
          const name = await covered();
          if (name !== null) found.push(`${place}, ${key}: ${name}`);
        }
      }
    }
    expect(found).toEqual([]);
  });

test('a folder that is really dropped is opened as the model in it', async ({ page, context }) => {
  const folder = fileURLToPath(new URL('../../tests/data/stories260K-hf', import.meta.url));
  await page.goto('./');
  await expect(page.locator('.type-row').first()).toBeAttached();
  const input = await context.newCDPSession(page);
  const data = { items: [], files: [folder], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await input.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
  await expect(page.locator('.model-name')).toHaveText('stories260K-hf');
  await expect(page.locator('#model .facts')).toContainText('Hugging Face folder');
  await chooseType(page, 'F16');
  await expect(page.locator('.plan-summary')).toContainText('stories260K-hf-F16.gguf');
});
