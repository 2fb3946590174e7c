/** What moving something in the Lab costs. */
import type { Locator, Page } from '@playwright/test';
import { lab, openLab, slider } from './lab';
import { processorClock, slowness } from './processor';
import { expect, test } from './support';

/**
 * The processor time of the page's thread until two frames after each of 30 acts, in ms, sorted; other work on the
 * machine does not count.
 */
async function costs(
  page: Page,
  name: string,
  act: (step: number) => Promise<void>,
): Promise<{ median: number; most: number }> {
  const { session, taken } = await processorClock(page);
  const frames: number[] = [];
  for (let step = 1; step <= 30; step += 1) {
    const before = await taken();
    await act(step);
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    frames.push((await taken()) - before);
  }
  await session.detach();
  frames.sort((a, b) => a - b);
  const [median, most] = [frames[15]!, frames[29]!];
  test
    .info()
    .annotations.push({ type: `ms for ${name}`, description: `median ${median.toFixed(1)}, most ${most.toFixed(1)}` });
  return { median, most };
}

/** The same for moves of the pointer to the right that drag something. */
async function dragCosts(
  page: Page,
  name: string,
  from: Locator,
  start: number,
  width: number,
): Promise<{ median: number; most: number }> {
  await from.scrollIntoViewIfNeeded();
  const box = await from.boundingBox();
  if (!box) throw new Error('There is nothing to drag.');
  const [x, y] = [box.x + box.width * start, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  const found = await costs(page, name, (step) => page.mouse.move(x + (width * step) / 30, y));
  await page.mouse.up();
  return found;
}

const FRAME = 1000 / 60;
for (const [count, type] of [
  [32, 'q4_0'],
  [32, 'q8_0'],
  [32, 'iq4_nl'],
  [32, 'q4_1'],
  [32, 'q4_K'],
  [256, 'iq4_nl'],
  [256, 'q5_1'],
  [256, 'q8_0'],
] as const) {
  test(`${count} weights of ${type}: a step of the slider, of a weight and of its importance fits into frames`, async ({
    page,
  }) => {
    const weights = Array.from({ length: count }, (_, index) => (Math.sin(index * index * 1.7) + 0.1).toFixed(3));
    await openLab(page, `#lab:w=${weights.join(',')};f=${type}`);
    const slid = await dragCosts(page, 'the slider', slider(page), 0.3, 300);
    const moved = await dragCosts(
      page,
      'a weight',
      lab(page).getByRole('slider', { name: 'Weight 3', exact: true }),
      0.5,
      60,
    );
    await lab(page).getByText('every weight counts the same').click();
    const importance = lab(page).getByRole('textbox', { name: 'Importance' });
    await importance.fill('1 '.repeat(count));
    await importance.press('Control+End');
    await importance.press('Backspace');
    const edited = await costs(page, 'an importance', (step) =>
      page.keyboard.press(step % 2 === 1 ? '5' : 'Backspace'),
    );
    const slow = await slowness(page);
    // Counted in are the browser's part of the input and what this test asks: about 4 ms, more on a busy machine.
    expect(slid.median).toBeLessThan(slow * FRAME);
    // The report of the largest blocks comes from a worker a frame later, so that they are drawn twice.
    const twice = slow * (count === 32 ? 1.5 : 2) * FRAME;
    expect(moved.median).toBeLessThan(twice);
    expect(edited.median).toBeLessThan(twice);
    for (const { most } of [slid, moved, edited]) expect(most).toBeLessThan(slow * 50);
  });
}
