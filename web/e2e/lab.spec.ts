/** The Lab: without any file, by keyboard alone, by pointer and from a link. */
import { readFileSync } from 'node:fs';
import type { Locator } from '@playwright/test';
import { format, lab, method, openLab, readout, slider, WAVE } from './lab';
import {
  expect,
  expectAccessible,
  expectNoSidewaysScrolling,
  goTo,
  openEverything,
  openModel,
  openTab,
  test,
} from './support';

test('opens on 0.1 0.2 0.3 0.6 and shows why 0.6/7 is worse than 0.1', async ({ page }) => {
  await openLab(page);
  await expect(readout(page)).toContainText('7.554 %');
  await lab(page).getByRole('radio', { name: 'Two scales' }).check();
  await expect(lab(page)).toContainText('0.6/7 = 0.0857');
  const row = (name: RegExp) =>
    lab(page).getByRole('region', { name: 'The weights at two scales' }).getByRole('row', { name });
  await expect(row(/^0.1/).getByRole('cell')).toHaveText(['1.17 → 1', '0.0857', '1', '0.1']);
  await expect(row(/^0.3/).getByRole('cell')).toHaveText(['3.5 → 4', '0.343', '3', '0.3']);
  await expect(row(/^0.6/).getByRole('cell')).toHaveText(['7', '0.6', '6', '0.6']);
  await expect(row(/relative error/).getByRole('cell')).toHaveText(['7.55 %', '0.02 %']);
  await method(page, 'exact').click();
  await expect(readout(page)).toContainText('0.09998');
  await expect(readout(page)).toContainText('0.024 %');
  await expect(method(page, 'exact')).toHaveAttribute('aria-pressed', 'true');
});

test('by keyboard alone: the slider steps through half floats, kinks are read, a weight is changed', async ({
  page,
}) => {
  await openLab(page);
  await slider(page).focus();
  const value = async () => Number(await slider(page).inputValue());
  const before = await value();
  await page.keyboard.press('ArrowRight');
  expect((await value()) - before).toBeCloseTo(2 ** -14, 12); // the distance of half floats there
  await page.keyboard.press('ArrowLeft');
  expect(await value()).toBe(before);
  await page.keyboard.press('PageUp');
  expect((await value()) - before).toBeCloseTo(10 * 2 ** -14, 12);

  const curve = lab(page).getByRole('application', { name: /Error over the scale/ });
  await curve.focus();
  await page.keyboard.press('End');
  const reading = lab(page)
    .locator('figure', { hasText: 'Error over the scale' })
    .locator('[aria-live="polite"]')
    .last();
  await expect(reading).toContainText(/weight \d \([\d.]+\) moves from code \d+ to \d+, level \d+ to \d+/);

  await slider(page).focus();
  // what plays, and what a chart has around it, lie between
  for (let times = 0; times < 12; times += 1) await page.keyboard.press('Tab');
  await expect(lab(page).getByRole('slider', { name: 'Weight 1' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(lab(page).getByRole('slider', { name: 'Weight 3' })).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(lab(page).getByRole('textbox', { name: 'Weights' })).not.toHaveValue('0.1 0.2 0.3 0.6');
  await expect(page).toHaveURL(/#lab:w=0\.1,0\.2,0\.3\d+,0\.6/);

  await method(page, 'grid').focus();
  await page.keyboard.press('Enter');
  await expect(method(page, 'grid')).toHaveAttribute('aria-pressed', 'true');
  await curve.focus();
  await page.keyboard.press('Tab');
  const marker = curve.locator('.method-marker:focus');
  await expect(marker).toHaveAccessibleName(/^[a-z].*: scale −?0\.\d+, relative error \d/);
  await page.keyboard.press('Enter');
  await expect(marker).toHaveAttribute('aria-pressed', 'true');
  await lab(page).getByRole('radio', { name: '− scale' }).focus();
  await page.keyboard.press('Space');
  await expect(readout(page)).toContainText(/scale−0\.\d/);
  await expect(lab(page).locator('svg.scale-curve path.branch')).toHaveCount(2);
});

test('the table tells of every method what the format stores, and goes along with the slider', async ({ page }) => {
  await openLab(page, `#lab:w=${WAVE};f=q8_0`);
  await lab(page).getByRole('radio', { name: 'Figures' }).check();
  const table = lab(page).getByRole('region', { name: 'Methods and their choices' });
  await expect(table.getByRole('columnheader')).toHaveText([
    'method',
    'scale',
    'divisor',
    'relative error',
    'largest error',
    'clipped',
    'tried',
    'bytes of the block',
  ]);
  const names = (await table.getByRole('rowheader').allTextContents()).map((name) => name.trim());
  expect(names).toEqual([
    'llama.cpp',
    'max7',
    'signed-max',
    'table8',
    'grid',
    'descent',
    'shrink-l2.4',
    'lsq',
    'exact',
    'quick',
    'lowest-error',
    'unbiased',
  ]);
  const cells = async (name: string) =>
    table
      .getByRole('row')
      .filter({ has: page.getByRole('rowheader', { name, exact: true }) })
      .getByRole('cell')
      .allTextContents();
  for (const name of names) {
    const [scale = '', divisor = '', relative = '', largest = '', clipped = '', tried = '', bytes = ''] =
      await cells(name);
    expect(scale).toMatch(/^−?0\.\d+$/);
    expect(Number(divisor)).toBeGreaterThan(90);
    expect(relative).toMatch(/^\d\.\d{3} %$/);
    expect(largest).toMatch(/^[\d.e−]+$/);
    expect(clipped).toBe('0');
    expect(tried).toMatch(/^([\d\s]+|–)$/);
    expect(bytes.split(' ')).toHaveLength(34);
    await method(page, name).click();
    await expect(readout(page)).toContainText(relative);
  }
  const tried = Object.fromEntries(
    await Promise.all(['max7', 'table8', 'grid'].map(async (name) => [name, (await cells(name))[5]])),
  );
  expect(tried).toEqual({ max7: '1', table8: '8', grid: '19' });
});

test('levels of a codebook stand unevenly on the number line', async ({ page }) => {
  await openLab(page, `#lab:w=${WAVE};f=iq4_nl`);
  await method(page, 'exact').click();
  const teeth = lab(page).locator('svg.number-line .tooth-name');
  const at = new Map(
    (
      await teeth.evaluateAll((all) =>
        all.map((name) => [name.textContent ?? '', Number(name.getAttribute('x'))] as const),
      )
    ).map(([name, x]) => [name, x]),
  );
  const apart = (a: string, b: string) => Math.abs((at.get(a) ?? NaN) - (at.get(b) ?? NaN));
  expect(apart('−104', '−83') / apart('1', '13')).toBeCloseTo(21 / 12, 1);
});

test('importance moves the best scale to the weight that counts', async ({ page }) => {
  await openLab(page);
  await method(page, 'exact').click();
  await lab(page).getByText('every weight counts the same').click();
  await lab(page).getByRole('textbox', { name: 'Weights' }).fill('0.1 0.23 0.3 0.6');
  await method(page, 'exact').click();
  const equal = await readout(page).textContent();
  await lab(page).getByRole('textbox', { name: 'Importance' }).fill('1 1000 1 1');
  await expect(readout(page)).not.toHaveText(equal ?? '');
  await expect(page).toHaveURL(/;i=1,1000,1,1;/);
});

test('by pointer: the curve, a marker, the slider and a weight', async ({ page }) => {
  await openLab(page);
  const curve = lab(page).locator('svg.scale-curve');
  await curve.scrollIntoViewIfNeeded();
  const box = await curve.boundingBox();
  if (!box) throw new Error('The curve is not drawn.');
  await page.mouse.click(box.x + box.width * 0.757, box.y + box.height / 2);
  await expect(readout(page)).toContainText('0.14');
  await expect(lab(page).locator('[aria-pressed="true"]')).toHaveCount(0);
  await curve.locator('.method-marker').first().click({ force: true });
  await expect(lab(page).locator('.stage-methods [aria-pressed="true"]')).toHaveCount(1);

  // Above the kink where the third weight leaves level 4 for 3.
  const reading = lab(page).locator('.tooltip');
  await curve.hover({ position: { x: 52 + ((0.3 / 3.5 - 0.04286) / (0.1714 - 0.04286)) * (box.width - 108), y: 60 } });
  await expect(reading).toContainText(/weight 3 \(0\.3\) moves from code 11 to 10, level 4 to 3/);

  const weight = lab(page).getByRole('slider', { name: 'Weight 4' });
  await weight.scrollIntoViewIfNeeded();
  const dot = await weight.boundingBox();
  if (!dot) throw new Error('The weight is not drawn.');
  const [x, y] = [dot.x + dot.width / 2, dot.y + dot.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x - 60, y, { steps: 4 });
  await page.mouse.move(x - 120, y, { steps: 4 });
  await page.mouse.up();
  const dragged = Number(await weight.getAttribute('aria-valuenow'));
  expect(dragged).toBeGreaterThan(0.3);
  expect(dragged).toBeLessThan(0.55);
});

test('weights, importance and levels can be typed; a wrong one is named', async ({ page }) => {
  await openLab(page);
  const weights = lab(page).getByRole('textbox', { name: 'Weights' });
  await weights.fill('1, 2, x');
  await expect(lab(page)).toContainText('“x” is not a number.');
  await weights.fill(Array.from({ length: 32 }, (_, index) => Math.sin(index * 3).toFixed(3)).join(' '));
  await format(page).selectOption('q4_0');
  await lab(page).getByRole('radio', { name: 'Figures' }).check();
  await expect(lab(page).locator('.lab-bytes').first()).toHaveText(/^([0-9a-f]{2} ){17}[0-9a-f]{2}$/);
  await lab(page).getByText('every weight counts the same').click();
  await lab(page).getByRole('textbox', { name: 'Importance' }).fill('1 2');
  await expect(lab(page)).toContainText('There are 2 numbers for 32 weights.');
  await format(page).selectOption('mxfp4');
  await expect(lab(page)).toContainText('a power of two');
  await expect(lab(page).getByRole('radio', { name: '− scale' })).toHaveCount(0);
});

test('decimal commas are understood or asked about, and it is shown how', async ({ page }) => {
  await openLab(page);
  const weights = lab(page).getByRole('textbox', { name: 'Weights' });
  const note = weights.locator('xpath=..').locator('[aria-live="polite"]');
  await weights.fill('0,1 0,2');
  await expect(note).toHaveText('Commas read as decimal signs: 0.1  0.2');
  await expect(page).toHaveURL(/#lab:w=0\.1,0\.2;/);
  await weights.fill('0.1, 0.2, 0.5');
  await expect(note).toHaveText(/^1 to 256 numbers/);
  await expect(page).toHaveURL(/#lab:w=0\.1,0\.2,0\.5;/);
  await weights.fill('0,1');
  await expect(note).toHaveText('“0,1” can be read as 0.1 or as 0 and 1: write “0.1” or “0; 1”.');
  // The question and what was typed stay when the field is left; another block takes their place.
  await slider(page).focus();
  await expect(weights).toHaveValue('0,1');
  await expect(weights).toHaveAttribute('aria-invalid', 'true');
  await expect(page).toHaveURL(/#lab:w=0\.1,0\.2,0\.5;/);
  await lab(page).getByRole('button', { name: 'Back to 0.1 0.2 0.3 0.6' }).click();
  await expect(weights).toHaveValue('0.1 0.2 0.3 0.6');
  await expect(weights).toHaveAttribute('aria-invalid', 'false');
});

test('curve and figures are in one unit: what the table says is found on the axis', async ({ page }) => {
  await openLab(page);
  const ticks = await lab(page)
    .locator('svg.scale-curve .axes g:has(.rule)')
    .evaluateAll((all) =>
      all.map((tick) => ({ value: Number(tick.textContent), at: new DOMMatrix(getComputedStyle(tick).transform).f })),
    );
  const at = Number(await lab(page).locator('svg.scale-curve .now circle').getAttribute('cy'));
  await expect(lab(page).locator('svg.scale-curve')).toContainText('relative error, %');
  await expect(readout(page)).toContainText('7.554 %');
  // 7.554 % lies between its neighbours on the axis, where its square is between theirs.
  const sorted = ticks.sort((a, b) => a.value - b.value);
  const above = sorted.find(({ value }) => value > 7.554)!;
  const below = sorted.filter(({ value }) => value < 7.554).pop()!;
  const share = (7.554 ** 2 - below.value ** 2) / (above.value ** 2 - below.value ** 2);
  expect(at).toBeCloseTo(below.at + share * (above.at - below.at), 0);
});

test('slider, curve and number line show every point that can be reached', async ({ page }) => {
  test.slow();
  // Scales stored as powers of two: rounding goes as far as a half.
  await openLab(page, '#lab:w=0.1,0.2,0.3,0.6;l=seven;s=e8m0');
  const range = async () =>
    slider(page).evaluate((input: HTMLInputElement) => [input.min, input.max, input.value].map(Number));
  const expectHeld = async () => {
    const [min = NaN, max = NaN, value = NaN] = await range();
    const shown = Number(
      (await readout(page).textContent())?.match(/scale[−]?([\d.]+(?:e−?\d+)?)/)?.[1]?.replace('−', '-'),
    );
    expect(value).toBeGreaterThanOrEqual(min);
    expect(value).toBeLessThanOrEqual(max);
    expect(value / shown).toBeCloseTo(1, 2);
    await expect(lab(page).locator('svg.scale-curve .now')).toHaveCount(1);
    const line = lab(page).locator('svg.number-line');
    const width = Number(await line.getAttribute('width'));
    const stems = (await line.locator('path.fall').getAttribute('d')) ?? '';
    for (const [, x] of stems.matchAll(/M(-?[\d.]+)/g)) {
      expect(Number(x)).toBeGreaterThanOrEqual(-0.1);
      expect(Number(x)).toBeLessThanOrEqual(width - 68 + 0.1);
    }
  };
  await slider(page).focus();
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowLeft', 'PageDown', 'ArrowLeft']) {
    await page.keyboard.press(key);
    await expectHeld();
  }
  await lab(page).getByRole('button', { name: 'Whole range' }).click();
  await expectHeld();
  for (const end of [0.001, 0.999]) {
    const box = (await slider(page).boundingBox())!;
    await page.mouse.click(box.x + 8 + (box.width - 16) * end, box.y + box.height / 2);
    await expectHeld();
  }
  await lab(page).getByRole('button', { name: 'Zoom in' }).click();
  await expectHeld();
  // With an offset, decoded values leave the weights' range.
  await openLab(page, '#lab:w=0.1,0.2,0.3,0.6;f=q4_1');
  const offset = lab(page).getByRole('slider', { name: 'Offset' });
  await offset.focus();
  for (let times = 0; times < 30; times += 1) await page.keyboard.press('PageDown');
  await expectHeld();
  const [low = NaN, high = NaN, value = NaN] = await offset.evaluate((input: HTMLInputElement) =>
    [input.min, input.max, input.value].map(Number),
  );
  expect(value).toBeGreaterThanOrEqual(low);
  expect(value).toBeLessThanOrEqual(high);
});

test('a link opens where it points, in a fresh tab and in an open one', async ({ page }) => {
  await openLab(page, '#lab:w=1,-2.5,0.25;f=q8_0');
  await expect(page.locator('#lab-title')).toBeFocused();
  // Addresses as they are, and as they were before places had a stroke.
  for (const address of ['#/plan', '#plan', '#/result', '#/model', '#/lab', '#lab']) {
    const id = address.replace(/^#\/?/, '');
    const fresh = await page.context().newPage();
    await fresh.goto(`./${address}`);
    await expect(fresh.locator(`#${id}-title`)).toBeFocused();
    await expect(fresh.locator('.place:visible')).toHaveCount(1);
    await fresh.close();
  }
  // From elsewhere on the page, and with a link that shows nothing.
  await goTo(page, 'Result');
  await expect(page.locator('#result')).toContainText('Nothing was quantized yet.');
  await page.evaluate(() => (location.hash = '#lab:w=0.5,0.25'));
  await expect(lab(page).getByRole('textbox', { name: 'Weights' })).toHaveValue('0.5 0.25');
  await page.evaluate(() => (location.hash = '#lab:w=0.5,abc'));
  await expect(lab(page).getByRole('alert')).toContainText('The link shows no block: “abc” among its weights');
  await expect(lab(page).getByRole('textbox', { name: 'Weights' })).toHaveValue('0.5 0.25');
});

test('a link brings the block back', async ({ page }) => {
  await openLab(page, '#lab:w=1,-2.5,0.25;i=1,2,3;f=iq4_nl');
  await expect(lab(page).getByRole('textbox', { name: 'Weights' })).toHaveValue('1 -2.5 0.25');
  await expect(format(page)).toHaveValue('iq4_nl');
  await expect(lab(page)).toContainText('one number for each weight');
});

test('zooms until single half floats are marked, and back', async ({ page }) => {
  await openLab(page);
  for (let times = 0; times < 5; times += 1) await lab(page).getByRole('button', { name: 'Zoom in' }).click();
  await expect(lab(page).locator('path.storable')).toHaveCount(1);
  await lab(page).getByRole('button', { name: 'Whole range' }).click();
  await expect(lab(page).locator('path.storable')).toHaveCount(0);
});

test('with reduced motion candidates are stepped through, never played', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await openLab(page);
  await method(page, 'table8').click();
  await lab(page).getByRole('radio', { name: '8 candidates of table8' }).check();
  await expect(lab(page).getByRole('button', { name: /Play/ })).toHaveCount(0);
  for (let candidate = 1; candidate <= 8; candidate += 1) {
    await lab(page).getByRole('button', { name: 'Step ›' }).click();
    await expect(lab(page)).toContainText(`candidate ${candidate} of 8`);
  }
  await lab(page).getByRole('button', { name: 'Step ›' }).click();
  await expect(readout(page)).toContainText('−0.09796');
});

test('plays a method and rests on its choice', async ({ page }) => {
  await openLab(page);
  await method(page, 'table8').click();
  await lab(page).getByRole('radio', { name: '8 candidates of table8' }).check();
  await lab(page).getByRole('button', { name: '▶ Play' }).click();
  // Any of them: on a busy machine one candidate passes between two looks.
  await expect(lab(page).getByText(/^candidate \d of 8: scale −0\.\d+$/)).toBeVisible();
  await expect(lab(page).getByRole('button', { name: '▶ Play' })).toBeVisible();
  await expect(readout(page)).toContainText('−0.09796');
});

test('scale and offset: by keyboard alone', async ({ page }) => {
  await openLab(page, `#lab:w=${WAVE};f=q4_1`);
  await expect(lab(page).locator('svg.error-map')).toBeVisible();
  const offset = lab(page).getByRole('slider', { name: 'Offset' });
  await offset.focus();
  const value = async (of: Locator) => Number(await of.inputValue());
  const before = await value(offset);
  await page.keyboard.press('ArrowRight');
  expect((await value(offset)) - before).toBeCloseTo(2 ** -12, 12); // the distance of half floats there
  await slider(page).focus();
  const scale = await value(slider(page));
  await page.keyboard.press('ArrowRight');
  expect((await value(slider(page))) - scale).toBeCloseTo(2 ** -14, 12);

  const map = lab(page).getByRole('application', { name: /^Place on the map/ });
  await lab(page).locator('figure').first().getByRole('button', { name: 'Zoom in' }).focus();
  for (let times = 0; times < 6; times += 1) await page.keyboard.press('Tab'); // over what a chart has around it
  await expect(map).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect.poll(async () => (await value(offset)) - before).toBeGreaterThan(0.01);
  await page.keyboard.press('Shift+ArrowDown');
  await expect(map).toHaveAccessibleName(/Place on the map: scale 0\.\d+, offset −0\.\d+, relative error/);
  const marker = lab(page)
    .locator('svg.error-map')
    .getByRole('button', { name: /^exact: scale/ });
  await marker.focus();
  await page.keyboard.press('Enter');
  await expect(marker).toHaveAttribute('aria-pressed', 'true');
  await expect(method(page, 'exact')).toHaveAttribute('aria-pressed', 'true');
  await expect(readout(page)).toContainText('3.409 %');
});

test('scale and offset: by pointer, and taken along', async ({ page }) => {
  await openLab(page, `#lab:w=${WAVE};f=q5_1`);
  const map = lab(page).locator('svg.error-map .map-cells');
  await map.scrollIntoViewIfNeeded();
  const box = await map.boundingBox();
  if (!box) throw new Error('The map is not drawn.');
  const said = async () => (await readout(page).textContent()) ?? '';
  await page.mouse.move(box.x + box.width * 0.7, box.y + box.height * 0.3);
  await page.mouse.down();
  const first = await said();
  await page.mouse.move(box.x + box.width * 0.8, box.y + box.height * 0.6, { steps: 3 });
  expect(await said()).not.toBe(first);
  await page.mouse.up();
  await expect(lab(page).locator('.stage-methods [aria-pressed="true"]')).toHaveCount(0);
  await lab(page).locator('svg.error-map .map-marker circle').first().click();
  await expect(lab(page).locator('.stage-methods [aria-pressed="true"]')).toHaveCount(1);
  const figure = lab(page).locator('figure', { hasText: 'Error over scale and offset' }).first();
  for (const [kind, ending] of [
    ['CSV', 'csv'],
    ['SVG', 'svg'],
    ['PNG', 'png'],
  ] as const) {
    const waiting = page.waitForEvent('download');
    await figure.getByRole('button', { name: kind, exact: true }).click();
    expect((await waiting).suggestedFilename()).toBe(`error-map.${ending}`);
  }
});

test('the curve and the number line can be taken along as numbers and as drawings', async ({ page }) => {
  await openLab(page);
  const take = async (title: string, kind: string) => {
    const waiting = page.waitForEvent('download');
    await lab(page).getByRole('figure', { name: title }).getByRole('button', { name: kind, exact: true }).click();
    const download = await waiting;
    return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
  };
  for (const [title, file] of [
    ['Error over the scale', 'scale-curve'],
    ['The weights on the number line', 'number-line'],
  ] as const) {
    const csv = await take(title, 'CSV');
    expect(csv.name).toBe(`${file}.csv`);
    expect(csv.bytes.toString().trim().split('\r\n').length).toBeGreaterThan(file === 'scale-curve' ? 50 : 4);
    const svg = await take(title, 'SVG');
    expect(svg.name).toBe(`${file}.svg`);
    expect(svg.bytes.toString()).toMatch(/^<svg[^]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^]*<\/svg>$/);
    const png = await take(title, 'PNG');
    expect([png.name, png.bytes.toString('latin1', 1, 4)]).toEqual([`${file}.png`, 'PNG']);
  }
});

const STATES: readonly { name: string; link: string; model?: boolean }[] = [
  { name: 'a curve', link: '#/lab' },
  { name: 'a curve of 32 weights', link: `#lab:w=${WAVE};f=q4_0` },
  { name: 'a codebook and importance', link: '#lab:w=0.1,0.2,0.3,0.6;i=1,2,3,4;f=iq4_nl' },
  { name: 'weights of zero', link: '#lab:w=0,0,0,0;f=q4_0' },
  { name: 'a link that shows nothing', link: '#lab:w=1,x' },
  { name: 'a map', link: '#lab:w=0.1,-0.2,0.3,0.6;f=q4_1' },
  { name: 'a map of a sub-block, and all blocks of a tensor', link: `#lab:w=${WAVE};f=q4_K`, model: true },
];
for (const [colorScheme, width] of [
  ['light', 1280],
  ['dark', 390],
] as const) {
  for (const { name, link, model = false } of STATES) {
    test(`accessible, without sideways scrolling, ${colorScheme}, ${width} px: ${name}`, async ({ page }) => {
      test.slow(); // axe reads every element
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 800 });
      await page.goto(`./${link}`);
      await expect(lab(page).locator('.stage-methods')).toBeVisible();
      if (model) {
        await openModel(page); // which leaves the Lab where it is
        const panel = lab(page).getByRole('group', { name: 'A block of this model' });
        await panel.getByRole('combobox', { name: 'Tensor' }).fill('blk.0.attn_k.weight');
        await panel.getByRole('button', { name: 'All blocks' }).click();
        await expect(lab(page).getByRole('figure', { name: /^All blocks/ })).toBeVisible({ timeout: 60_000 });
      }
      await openEverything(page);
      await expectAccessible(page, '#lab');
      await expectNoSidewaysScrolling(page);
    });
  }
}

test('the browser’s buttons go back and forth among the views, each with the block it had', async ({ page }) => {
  await openLab(page);
  const selected = lab(page).locator('[role=tab][aria-selected=true]');
  await slider(page).press('ArrowRight');
  await openTab(page, 'Error feedback');
  await openTab(page, 'Number formats');
  await expect(page).toHaveURL(/;t=formats/);
  await page.goBack();
  await expect(selected).toHaveText('Error feedback');
  await page.goBack();
  await expect(selected).toHaveText('Block');
  await expect(page).toHaveURL(/#lab:w=0\.1,0\.2,0\.3,0\.6;.*;x=/);
  await expect(readout(page)).toContainText('0.08575');
  await page.goForward();
  await expect(selected).toHaveText('Error feedback');
  // A step of the story that shows another view is one to go back from, too; one that does not, is not.
  await page.goForward();
  await lab(page).getByRole('button', { name: 'Story' }).click();
  await expect(selected).toHaveText('Block');
  await expect(page).toHaveURL(/;p=1/);
  await lab(page).getByRole('button', { name: 'Next ›' }).click();
  await expect(page).toHaveURL(/;p=2/);
  await page.goBack();
  await expect(selected).toHaveText('Number formats');
});
