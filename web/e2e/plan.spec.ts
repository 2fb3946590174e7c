/** The plan's one view: the plane of size and error beside what is suggested, and what of it a machine holds. */
import type { Page } from '@playwright/test';
import { drop, expect, expectNoSidewaysScrolling, goTo, openModel, test, TS3M, twin } from './support';

const plane = (page: Page) => page.locator('.plan-plane');
const drawing = (page: Page) => plane(page).locator('.chart-plot svg');
const measured = (page: Page) => expect(page.locator('.suggestion').last()).toContainText('Q6_K', { timeout: 30_000 });

/** Pairs of texts of the drawing that lie on each other, and names that lie on marks of other types. */
const collisions = (page: Page) =>
  drawing(page).evaluate((svg) => {
    const box = (element: Element) => ({ of: element.textContent || 'a mark', at: element.getBoundingClientRect() });
    const texts = [...svg.querySelectorAll('text')].map(box);
    const marks = [...svg.querySelectorAll('.plane-point:not(.best)')].map(box);
    const over = (a: DOMRect, b: DOMRect) =>
      a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    return texts.flatMap((text, index) =>
      [...texts.slice(index + 1), ...marks]
        .filter(({ at }) => over(text.at, at))
        .map(({ of }) => `${text.of} on ${of}`),
    );
  });

for (const [width, height] of [
  [1440, 900],
  [1280, 720],
] as const)
  test(`${width} × ${height}: the plane, the suggestions, the memory, the button and a type are in one view`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height });
    await page.goto('./');
    await openModel(page);
    await measured(page);
    for (const part of ['.plan-plane .chart-plot', '.suggestions', '.fits', '.plan-more [role=tablist]'])
      await expect(page.locator(part)).toBeInViewport({ ratio: 0.99 });
    await expect(page.getByRole('button', { name: 'Quantize' })).toBeInViewport({ ratio: 1 });
    // What the button's bar covers is not in view.
    const [bar, type] = await Promise.all([
      page.locator('.plan-summary').boundingBox(),
      page.locator('.type-row').first().boundingBox(),
    ]);
    expect(type!.y + type!.height).toBeLessThanOrEqual(bar!.y);
    expect(await page.evaluate(() => window.scrollY)).toBe(0);
  });

test('every file type of the list that can be had is a point, and the best mixes are a line', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await measured(page);
  await expect(drawing(page).locator('.frontier')).toBeVisible({ timeout: 30_000 });
  const listed = await page
    .locator('.type-row', { has: page.locator('.type-error:not(:empty)') })
    .locator('.type-name')
    .allTextContents();
  expect(listed.length).toBeGreaterThan(20);
  // The drawing follows the list by a moment.
  await expect(async () => {
    const drawn = (await twin(page, 'Size and error')).filter(([, kind]) => kind === 'type' || kind === 'chosen');
    expect(drawn.map(([name]) => name).sort()).toEqual([...listed].sort());
  }).toPass({ timeout: 10_000 });
  await expect(drawing(page).locator('.plane-point:not(.best)')).toHaveCount(listed.length);
});

test('a memory is a line: what lies beyond it is out of reach, as the list says', async ({ page }) => {
  await page.goto('./');
  await goTo(page, 'Plan');
  await page.getByLabel('Memory to run it in').fill('18.5 MB');
  await page.getByLabel('Context, in tokens').selectOption('4096');
  await page.getByLabel('Type of the key and value cache').selectOption('q4_0');
  await drop(page, TS3M);
  await expect(drawing(page).locator('.plane-limit text')).toHaveText('fits 18.5 MB with 4\u202f096 tokens', {
    timeout: 30_000,
  });
  await measured(page);
  const tagged = await page.locator('.type-row', { hasText: 'does not fit 18.5 MB' }).count();
  expect(tagged).toBeGreaterThan(0);
  await expect(drawing(page).locator('.plane-point.out:not(.best)')).toHaveCount(tagged);
  const limit = (await drawing(page).locator('.plane-limit line').boundingBox())!.x;
  for (const point of await drawing(page).locator('.plane-point:not(.best)').all()) {
    const { x, width } = (await point.boundingBox())!;
    const isOut = /\bout\b/.test((await point.getAttribute('class')) ?? '');
    expect(x + width / 2 > limit).toBe(isOut);
  }
  // More memory: everything is within reach.
  await page.getByLabel('Memory to run it in').fill('8 GB');
  await expect(drawing(page).locator('.plane-point.out')).toHaveCount(0);
  await expect(drawing(page).locator('.plane-limit text')).toHaveText('fits 8.00 GB with 4\u202f096 tokens');
  await page.getByLabel('Memory to run it in').fill('');
  await expect(drawing(page).locator('.plane-limit')).toHaveCount(0);
});

test('a click on a point chooses its type, Enter too', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await measured(page);
  // Which point it is, its reading says.
  await plane(page).scrollIntoViewIfNeeded();
  const reading = plane(page).locator('.tooltip-head');
  for (const point of await drawing(page).locator('.plane-point.type').all()) {
    const { x, y, width, height } = (await point.boundingBox())!;
    await page.mouse.move(x + width / 2, y + height / 2);
    if ((await reading.textContent())?.startsWith('Q6_K')) break;
  }
  await expect(reading).toHaveText('Q6_K, nearly lossless');
  await page.mouse.down();
  await page.mouse.up();
  await expect(page.locator('.plan-summary')).toContainText('ts3m-Q6_K.gguf');
  await expect(drawing(page).locator('.plane-label.chosen')).toHaveText('Q6_K, nearly lossless');
  const chart = plane(page).getByRole('application');
  await chart.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(page.locator('.plan-summary')).not.toContainText('ts3m-Q6_K.gguf');
});

for (const [width, height] of [
  [1440, 900],
  [1280, 720],
  [390, 844],
] as const)
  test(`${width} px: no name lies on another or on a point, with a memory stated and without`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await page.goto('./');
    await openModel(page);
    await measured(page);
    await expect(drawing(page).locator('.frontier')).toBeVisible({ timeout: 30_000 });
    await expect(drawing(page).locator('.plane-label.chosen')).toHaveText(
      width < 500 ? /^Q4_K_M/ : 'Q4_K_M, recommended',
    );
    expect(await collisions(page)).toEqual([]);
    for (const memory of ['33.5 MB', '34 MB', '35.2 MB', '38 MB', '1 GB']) {
      await page.getByLabel('Memory to run it in').fill(memory);
      await expect(drawing(page).locator('.plane-limit text')).toContainText('fits');
      expect(await collisions(page), memory).toEqual([]);
    }
    await expectNoSidewaysScrolling(page);
  });
