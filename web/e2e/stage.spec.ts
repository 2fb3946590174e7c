/** The Lab as a stage: one screen, what plays it, the stored bits, and all of it in the link. */
import type { Locator, Page } from '@playwright/test';
import { expect, expectAccessible, expectNoSidewaysScrolling, openEverything, openModel, test } from './support';

const lab = (page: Page): Locator => page.locator('#lab');
const readout = (page: Page): Locator => page.getByTestId('lab-readout');
const radio = (page: Page, name: string | RegExp): Locator => lab(page).getByRole('radio', { name });

const WAVE = Array.from({ length: 32 }, (_, index) => (Math.sin(index * index * 1.7) * 0.8 + 0.3).toFixed(3)).join(',');

async function openLab(page: Page, link = 'w=0.1,0.2,0.3,0.6;l=seven;s=f16'): Promise<void> {
  await page.goto(`./#lab:${link}`);
  await expect(readout(page)).toBeVisible();
}

/** Whether two boxes lie over each other by more than a pixel. */
const overlap = (a: DOMRect, b: DOMRect): boolean =>
  a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;

for (const [width, height] of [
  [1440, 900],
  [1280, 720],
] as const) {
  test(`the curve, what plays it, the number line and the methods are on one screen, ${width} × ${height}`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height });
    await openLab(page, `w=${WAVE};f=q4_0`);
    for (const part of [
      lab(page).getByRole('tablist'),
      lab(page).getByRole('textbox', { name: 'Weights' }),
      lab(page).locator('svg.scale-curve'),
      lab(page).getByRole('slider', { name: 'Scale' }),
      lab(page).getByRole('button', { name: '▶ Play' }),
      lab(page).locator('svg.number-line'),
      lab(page).locator('.stage-methods'),
    ])
      await expect(part).toBeInViewport({ ratio: 0.99 });
    const [curve, play] = await Promise.all([
      lab(page).locator('svg.scale-curve').boundingBox(),
      lab(page).getByRole('button', { name: '▶ Play' }).boundingBox(),
    ]);
    expect(play!.y - (curve!.y + curve!.height)).toBeLessThan(80);
  });
}

test('tabs: the arrow keys go round, what was opened keeps its state', async ({ page }) => {
  await openLab(page);
  const tab = (name: string) => lab(page).getByRole('tab', { name, exact: true });
  await tab('Block').focus();
  await page.keyboard.press('ArrowLeft');
  await expect(tab('Symmetric or not')).toBeFocused();
  await expect(tab('Symmetric or not')).toHaveAttribute('aria-selected', 'true');
  await expect(lab(page).getByRole('tabpanel')).toContainText('With a model open');
  await page.keyboard.press('Home');
  await expect(tab('Block')).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(tab('Error feedback')).toBeFocused();
  await expect(lab(page).getByRole('tabpanel')).toHaveAccessibleName('Error feedback');
  await lab(page).getByRole('radio', { name: '4 bits' }).check();
  await tab('Block').click();
  await expect(lab(page).locator('svg.scale-curve')).toBeVisible();
  await tab('Error feedback').click();
  await expect(lab(page).getByRole('radio', { name: '4 bits' })).toBeChecked();
});

for (const link of ['w=0.1,0.2,0.3,0.6;l=seven;s=f16', `w=${WAVE};f=q8_0`, `w=${WAVE};f=q4_1`]) {
  test(`names on the curve and levels on the line never collide, ${link.slice(-12)}`, async ({ page }) => {
    await openLab(page, link);
    for (const width of [390, 1280, 1440, 2560]) {
      await page.setViewportSize({ width, height: width === 390 ? 844 : Math.round((width * 10) / 16) });
      await expect(lab(page).locator('svg.scale-curve')).toBeVisible();
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      for (const selector of ['.scale-curve .method-name', '.error-map .method-name', '.number-line .tooth-name']) {
        const boxes = await lab(page)
          .locator(selector)
          .evaluateAll((all) => all.map((one) => ({ text: one.textContent, box: one.getBoundingClientRect() })));
        for (const [index, one] of boxes.entries())
          for (const other of boxes.slice(index + 1))
            expect.soft(overlap(one.box, other.box), `${width} px: ${one.text} and ${other.text}`).toBe(false);
      }
      expect(await lab(page).locator('.scale-curve .method-name').count()).toBeGreaterThan(2);
    }
  });
}

test('the scale sweeps from one end to the other; it is paused, gone through step by step, turned back', async ({
  page,
}) => {
  await openLab(page);
  const scale = async () => Number(await lab(page).getByRole('slider', { name: 'Scale' }).inputValue());
  await lab(page).getByRole('combobox', { name: 'Speed' }).selectOption('4');
  await lab(page).getByRole('button', { name: '▶ Play' }).click();
  await expect(lab(page).locator('.gone-over')).toHaveCount(1);
  await expect.poll(scale).toBeGreaterThan(0.06);
  await lab(page).getByRole('button', { name: '❚❚ Pause' }).click();
  const paused = await scale();
  await page.waitForTimeout(200);
  expect(await scale()).toBe(paused);
  await lab(page).getByRole('button', { name: '▶ Play' }).click();
  await expect.poll(scale, { timeout: 20_000 }).toBeGreaterThan(0.17);
  await expect(lab(page).getByRole('button', { name: '▶ Play' })).toBeVisible();

  await lab(page).getByRole('button', { name: '‹ Back' }).click();
  await expect(lab(page).locator('.transport-words')).toHaveText(/^weight \d goes from level \d to \d$/);
  const words = await lab(page).locator('.transport-words').textContent();
  const back = await scale();
  await lab(page).getByRole('button', { name: '‹ Back' }).click();
  expect(await scale()).toBeLessThan(back);
  await lab(page).getByRole('button', { name: 'Step ›' }).click();
  const [, weight, from, to] = /weight (\d) goes from level (\d) to (\d)/.exec(words ?? '') ?? [];
  expect(weight && from && to).toBeTruthy();
  expect(await scale()).toBeCloseTo(back, 12);

  // The same by keyboard alone, wherever no control takes the keys.
  await lab(page).locator('.stage').focus();
  await page.keyboard.press('ArrowLeft');
  expect(await scale()).toBeLessThan(back);
  await page.keyboard.press(' ');
  await expect(lab(page).getByRole('button', { name: '❚❚ Pause' })).toBeVisible();
  await page.keyboard.press(' ');
  await expect(lab(page).getByRole('button', { name: '▶ Play' })).toBeVisible();
});

test('each weight’s share of the error stands beside the curve, and the trail of a method stays on it', async ({
  page,
}) => {
  await openLab(page);
  const shares = lab(page).locator('.shares .share');
  const heights = await shares
    .locator('rect')
    .evaluateAll((all) => all.map((one) => Number(one.getAttribute('height'))));
  // At 0.6/7: errors 0.0143, 0.0286, 0.0429 and nothing that shows.
  expect(heights.length).toBeGreaterThanOrEqual(3);
  expect(heights[1]! / heights[0]!).toBeCloseTo(4, 0);
  expect(heights[2]! / heights[0]!).toBeCloseTo(9, 0);
  await shares.nth(2).hover();
  await expect(lab(page).locator('.number-line [data-weight="2"]')).toHaveClass('pointed');

  await lab(page).getByRole('button', { name: 'table8', exact: true }).click();
  await radio(page, '8 candidates of table8').check();
  await expect(lab(page).locator('.trail circle')).toHaveCount(8);
  for (let times = 0; times < 3; times += 1) await lab(page).getByRole('button', { name: 'Step ›' }).click();
  await expect(lab(page).locator('.trail circle')).toHaveCount(3);
  await lab(page).getByRole('button', { name: '‹ Back' }).click();
  await expect(lab(page).locator('.transport-words')).toContainText('candidate 2 of 8');
});

test('the stored block: a weight lights up its bits, bits say what they are, the formula has their numbers', async ({
  page,
}) => {
  await openLab(page, `w=${WAVE};f=q4_K;d=0.001,0.005;v=bits`);
  const map = lab(page).getByRole('application', { name: /^The stored numbers/ });
  const formula = lab(page).locator('.bit-formula');
  await expect(formula).toContainText('weight = d × scale × code − dmin × minimum');
  await expect(map.locator('.bit-map rect.bit')).toHaveCount(8 * 144);
  // Its own code has four bits, its scale and its minimum six, d and dmin sixteen each.
  await map.locator('.bit-weight').nth(6).hover();
  await expect(map.locator('rect.bit.lit')).toHaveCount(4 + 6 + 6 + 16 + 16);
  await expect(map.locator('rect.bit-code.lit')).toHaveCount(4);
  await expect(formula).toContainText('weight 7 =');
  const [, text = '', value = ''] = /weight 7 = ([^=]+) = (−?[\d.]+)/.exec((await formula.textContent()) ?? '') ?? [];
  const [first = '', second = ''] = text.replaceAll(/[()]/g, '').split(/ − (?=\d)/);
  const product = (part: string) => part.split(' × ').reduce((all, one) => all * Number(one.replace('−', '-')), 1);
  expect(product(first) - product(second)).toBeCloseTo(Number(value.replace('−', '-')), 3);

  // From bits to what they are, by pointer and by keyboard.
  await map.locator('rect.bit-scale:not(.of-others)').first().hover();
  await expect(map.locator('.tooltip')).toContainText(/^scale of run 1 of 8: \d+6 bits [01]{6}in byte 4/);
  await map.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await expect(map.locator('[aria-live="polite"]')).toContainText(
    /dmin, shared by the block: 0\.005\S*, half float 0x/,
  );
  await page.keyboard.press('End');
  await expect(map.locator('[aria-live="polite"]')).toContainText(/code of weight 32: \d+, 4 bits [01]{4}/);

  // What the number line points at is what the bits show.
  await radio(page, 'Number line').check();
  await lab(page).getByRole('slider', { name: 'Weight 12', exact: true }).focus();
  await radio(page, 'Bits').check();
  await expect(formula).toContainText('weight 12 =');
});

test('a block without a stored form says why, and gets one', async ({ page }) => {
  await openLab(page, 'w=0.1,0.2,0.3,0.6;l=seven;s=f16;v=bits');
  await expect(lab(page).locator('.stage-below')).toContainText("Levels of one's own have no stored form");
  await lab(page).getByRole('button', { name: 'Store it as Q4_0' }).click();
  await expect(lab(page).locator('.bit-map rect.bit')).toHaveCount(8 * 18);
  await expect(lab(page).locator('.bit-map rect.bit.of-others')).toHaveCount(28 * 4);
  await lab(page).getByRole('combobox', { name: 'Format' }).selectOption('q6_K');
  await expect(lab(page).locator('.stage-below')).toContainText('What the super-block of these weights stores');
  await lab(page)
    .getByRole('button', { name: /^Take what llama\.cpp gives/ })
    .click();
  await expect(lab(page).locator('.bit-map rect.bit')).toHaveCount(8 * 210);
});

test('what is seen is what opens from the link', async ({ page, context }) => {
  await openLab(page, `w=${WAVE};f=q4_0`);
  const seen = async (of: Page) => ({
    readout: await readout(of).textContent(),
    curve: await lab(of)
      .locator('path.branch')
      .evaluateAll((all) => all.map((one) => one.getAttribute('d'))),
    below: await lab(of).locator('.stage-below h3').textContent(),
    words: await lab(of).locator('.transport-words').textContent(),
  });
  const expectSame = async () => {
    await page.waitForTimeout(600); // the address follows a moment later
    const fresh = await context.newPage();
    await fresh.goto(page.url());
    await expect(readout(fresh)).toBeVisible();
    await expect.poll(() => seen(fresh)).toEqual(await seen(page));
    await fresh.close();
  };
  await radio(page, '− scale').check();
  for (let times = 0; times < 3; times += 1) await lab(page).getByRole('button', { name: 'Zoom in' }).click();
  await lab(page).getByRole('slider', { name: 'Scale' }).press('PageUp');
  await radio(page, 'Bits').check();
  await expectSame();
  expect(page.url()).toMatch(/;x=-0\.\d+,0;z=[\d.,]+;v=bits$/);
  await lab(page).getByRole('button', { name: 'table8', exact: true }).click();
  await radio(page, '8 candidates of table8').check();
  await lab(page).getByRole('button', { name: 'Step ›' }).click();
  await lab(page).getByRole('button', { name: 'Step ›' }).click();
  await radio(page, 'Figures').check();
  await expectSame();
  expect(page.url()).toMatch(/;m=table8;c=2;/);
});

test('formats without a curve show their bits too, linked with the weights; the link says which', async ({ page }) => {
  await openLab(page, `w=${WAVE};f=q4_0;v=bits`);
  const as = lab(page).getByRole('combobox', { name: 'Stored as' });
  const bits = lab(page).locator('.bit-map rect.bit');
  await as.selectOption('iq2_xxs');
  await expect(bits).toHaveCount(8 * 66);
  await expect(lab(page).locator('.bit-weight')).toHaveCount(256);
  await expect(lab(page).locator('.bit-formula')).toContainText('weight = d × step[scale] × point × sign');
  // The third weight: its sign bit, its point of 8 bits, the 4 of its scale, the 16 of d.
  await lab(page).locator('.bit-weight').nth(2).hover();
  await expect(bits.and(page.locator('.lit'))).toHaveCount(1 + 8 + 4 + 16);
  await expect(lab(page).locator('.bit-formula')).toContainText(/weight 3 = .* = .*\(was /);
  // A point's bits: its eight weights.
  await bits.and(page.locator('.bit-code')).first().hover({ force: true });
  await expect(lab(page).locator('.bit-weight.lit')).toHaveCount(8);
  await expect(lab(page).locator('.tooltip')).toContainText(/levels (\d+ ){7}\d+/);
  // A stored sign is part of its own weight and, by parity, of the eighth.
  await bits.and(page.locator('.bit-minimum')).first().hover({ force: true });
  await expect(lab(page).locator('.bit-weight.lit')).toHaveCount(2);
  for (const [format, bytes] of [
    ['iq3_s', 110],
    ['iq1_s', 50],
    ['iq1_m', 56],
    ['tq1_0', 54],
    ['q1_0', 18],
  ] as const) {
    await as.selectOption(format);
    await expect(bits).toHaveCount(8 * bytes);
  }
  await as.selectOption('iq1_m');
  await expect(page).toHaveURL(/;v=bits;b=iq1_m$/);
  await page.reload();
  await expect(as).toHaveValue('iq1_m');
  await expect(lab(page).locator('.bit-formula')).toContainText('weight = d × step[scale] × (point + shift)');
});

test('teeth of 255 levels stand apart, and levels in use have their names', async ({ page }) => {
  await openLab(page, `w=${WAVE};f=q8_0`);
  const teeth = await lab(page)
    .locator('.number-line .tooth')
    .evaluateAll((all) =>
      all
        .flatMap((path) => [...path.getAttribute('d')!.matchAll(/M([\d.]+),[\d.]+L([\d.]+)/g)])
        .map(([, left, tip]) => ({ left: Number(left), right: 2 * Number(tip) - Number(left) }))
        .sort((a, b) => a.left - b.left),
    );
  expect(teeth.length).toBeGreaterThan(100);
  for (const [index, { right }] of teeth.slice(0, -1).entries())
    expect(right).toBeLessThanOrEqual(teeth[index + 1]!.left + 0.15);
  expect(await lab(page).locator('.number-line .tooth-name.used').count()).toBeGreaterThan(10);
});

test('the story sets the instruments step by step, is in the link, and can be left', async ({ page }) => {
  await openLab(page);
  await lab(page).getByRole('button', { name: 'Story', exact: true }).click();
  const story = lab(page).getByRole('region', { name: 'Story' });
  const next = story.getByRole('button', { name: 'Next ›' });
  await expect(story).toContainText('1 of 7 Four weights and the obvious scale.');
  await expect(readout(page)).toContainText('7.554 %');
  await next.click();
  await expect(readout(page)).toContainText('0.024 %');
  await next.click();
  await expect(story).toContainText('An outlier arrives');
  const error = async () => Number(/relative error([\d.]+)/.exec((await readout(page).textContent()) ?? '')?.[1]);
  // What it tells to try comes out as it says.
  const before = await error();
  const weight = lab(page).getByRole('slider', { name: 'Weight 11' });
  await weight.focus();
  for (let times = 0; times < 8; times += 1) await page.keyboard.press('Shift+PageDown');
  expect(await error()).toBeLessThan(before / 1.3);
  await next.click();
  await expect(lab(page).locator('svg.error-map')).toBeVisible();
  const withOffset = await error();
  await lab(page).getByRole('combobox', { name: 'Format' }).selectOption('q4_0');
  await lab(page).getByRole('button', { name: 'exact', exact: true }).click();
  expect(await error()).toBeGreaterThan(withOffset);
  await next.click();
  await expect(lab(page).locator('.bit-formula')).toContainText('dmin × minimum');
  await expect(page).toHaveURL(/;p=5$/);
  await page.reload();
  await expect(story).toContainText('5 of 7 A super-block.');
  await expect(lab(page).locator('.bit-formula')).toContainText('dmin × minimum');
  await next.click();
  await expect(lab(page).getByRole('tab', { name: 'Error feedback' })).toHaveAttribute('aria-selected', 'true');
  await next.click();
  await expect(story).toContainText('Open a model');
  await story.getByRole('button', { name: 'End' }).click();
  await expect(story).toHaveCount(0);
  await expect(lab(page).locator('svg.scale-curve')).toBeVisible();
});

test('the story ends with the worst block of the open model', async ({ page }) => {
  await page.goto('./#lab:w=0.1,0.2,0.3,0.6;l=seven;s=f16;p=6;t=feedback');
  await openModel(page);
  await page.evaluate(() => document.getElementById('lab')?.scrollIntoView());
  await lab(page).getByRole('button', { name: 'Next ›' }).click();
  await expect(lab(page).getByRole('group', { name: 'A block of this model' })).toContainText(
    'the largest relative error',
    { timeout: 30_000 },
  );
});

test('on a projector the stage is alone, in large type; in a frame it is alone too', async ({ page }) => {
  await page.setViewportSize({ width: 1920, height: 1080 });
  await openLab(page);
  await lab(page).getByRole('button', { name: 'Projector' }).click();
  await expect(page.locator('.top')).toBeHidden();
  await expect(lab(page).getByRole('tablist')).toBeHidden();
  await expect(lab(page).locator('svg.scale-curve')).toBeInViewport({ ratio: 0.99 });
  await expect(lab(page).locator('svg.number-line')).toBeInViewport({ ratio: 0.99 });
  const letters = await lab(page)
    .locator('.scale-curve .tick')
    .first()
    .evaluate((tick) => tick.getBoundingClientRect().height);
  expect(letters).toBeGreaterThan(18);
  // A click on the enlarged curve goes where it points.
  const curve = (await lab(page).locator('svg.scale-curve').boundingBox())!;
  await page.mouse.click(curve.x + curve.width * 0.757, curve.y + curve.height / 2);
  await expect(readout(page)).toContainText('0.14');
  await lab(page).getByRole('button', { name: 'Leave the projector' }).click();
  await expect(page.locator('.top')).toBeVisible();

  await page.goto('/pages/frame.html');
  const frame = page.frameLocator('iframe');
  await expect(frame.getByTestId('lab-readout')).toContainText('7.554 %');
  await expect(frame.locator('.top')).toBeHidden();
  await expect(frame.getByRole('link', { name: 'Open in Nibble' })).toHaveAttribute(
    'href',
    /^#lab:w=0\.1,0\.2,0\.3,0\.6;l=seven;s=f16$/,
  );
});

for (const [colorScheme, width, link] of [
  ['light', 1280, `w=${WAVE};f=q4_K;d=0.001,0.005;v=bits;p=5`],
  ['dark', 390, `w=${WAVE};f=q4_0;v=bits;m=table8;c=3`],
  ['dark', 1440, 'w=0.1,0.2,0.3,0.6;l=seven;s=f16;v=two;p=2'],
  ['light', 1280, `w=${WAVE};f=q8_0;v=figures;stage`],
  ['dark', 1280, `w=${WAVE};f=q4_0;v=bits;b=iq2_xs`],
] as const)
  test(`accessible, without sideways scrolling: ${colorScheme}, ${width} px, ${link.slice(-8)}`, async ({ page }) => {
    test.slow(); // axe reads every element
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 900 });
    await openLab(page, link);
    await openEverything(page);
    await expectAccessible(page, '#lab');
    await expectNoSidewaysScrolling(page);
  });
