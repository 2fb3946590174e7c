/** Words with their meaning behind them: by pointer, keyboard and finger (WCAG 1.4.13). */
import type { Page } from '@playwright/test';
import {
  expect,
  expectAccessible,
  expectNoSidewaysScrolling,
  goTo,
  openModel,
  openTab,
  quantize,
  test,
} from './support';

const tip = (page: Page) => page.getByRole('tooltip');
const bits = (page: Page) => page.locator('.plan-summary').getByRole('button', { name: 'bits per weight' });

test('a pointer opens the meaning, may go onto it, and Escape closes it while it rests', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await bits(page).hover();
  await expect(tip(page)).toContainText('block scales included, for each weight of the model');
  await expect(bits(page)).toHaveAttribute('aria-describedby', (await tip(page).getAttribute('id'))!);
  const words = (await tip(page).boundingBox())!;
  const window = page.viewportSize()!;
  expect(words.x >= 0 && words.x + words.width <= window.width).toBe(true);
  expect(words.y >= 0 && words.y + words.height <= window.height).toBe(true);
  await page.mouse.move(words.x + words.width / 2, words.y + words.height / 2, { steps: 8 });
  await page.waitForTimeout(600);
  await expect(tip(page)).toBeVisible();
  await expectAccessible(page, '.plan-summary');
  await bits(page).hover();
  await page.keyboard.press('Escape');
  await expect(tip(page)).toHaveCount(0);
  await page.mouse.move(5, 5);
  await bits(page).hover();
  await expect(tip(page)).toBeVisible();
  await page.mouse.move(5, 5);
  await expect(tip(page)).toHaveCount(0);
});

test('the keyboard opens the meaning where it arrives and closes it where it leaves', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await page.getByLabel('Context, in tokens').focus();
  await page.keyboard.press('Tab');
  await expect(tip(page)).toContainText('How many tokens of a conversation');
  await page.keyboard.press('Escape');
  await expect(tip(page)).toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(tip(page)).toContainText('How many tokens of a conversation');
  await page.keyboard.press('Tab');
  await expect(tip(page)).toHaveCount(0);
});

test('every place explains its words, and heads of columns what stands in them', async ({ page }) => {
  await page.goto('./');
  const meaning = async (name: string, words: string, part = 'body') => {
    const word = page.locator(part).getByRole('button', { name, exact: true }).first();
    await word.scrollIntoViewIfNeeded();
    await word.hover();
    await expect(tip(page)).toContainText(words);
    await page.keyboard.press('Escape');
    await page.mouse.move(5, 5);
  };
  await meaning('GGUF', 'The file format of llama.cpp', '#model');
  await openModel(page);
  await meaning('super-blocks', '256 weights of a row', '#plan');
  await meaning('Sort by predicted', '10 log₁₀', '#plan');
  await openTab(page, 'Importance');
  await meaning('importance matrix', 'Also called imatrix', '#plan');
  await openTab(page, 'Scale search');
  await meaning('Scale search', 'How the scale of each block is chosen', '#plan');
  await goTo(page, 'Model');
  await meaning('tensors', 'A named array of weights', '#model .facts');
  await openTab(page, 'Metadata');
  await meaning('metadata', 'What a file says beside its weights', '#model');
  await quantize(page, 'Q4_0');
  await meaning('signal to noise', 'Six decibels more halve the error', '#result');
  await openTab(page, 'Tensors$');
  await meaning('bias', 'The mean of y − x', '#result');
  await goTo(page, 'Run');
  await meaning('tensors', 'A named array of weights', '#run');
});

test.describe('with a finger', () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

  test('a tap opens the meaning within the window, another elsewhere closes it', async ({ page }) => {
    await page.goto('./');
    await openModel(page);
    await bits(page).tap();
    await expect(tip(page)).toBeVisible();
    const words = (await tip(page).boundingBox())!;
    expect(words.x >= 0 && words.x + words.width <= 390 && words.y >= 0 && words.y + words.height <= 844).toBe(true);
    await expectNoSidewaysScrolling(page);
    await page.locator('#plan-title').tap();
    await expect(tip(page)).toHaveCount(0);
    await bits(page).tap();
    await bits(page).tap();
    await expect(tip(page)).toHaveCount(0);
  });
});
