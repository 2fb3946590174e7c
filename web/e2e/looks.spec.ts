/** Accessible to axe's eyes and to a keyboard, and not wider than a phone. */
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { tinyGguf, tinyTensor } from '../test/support/tiny-gguf';
import {
  dropBytes,
  expect,
  expectAccessible,
  expectedSha256,
  expectNoSidewaysScrolling,
  goTo,
  inEveryView,
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
  const check = async (page: Page, part: string) => {
    await openEverything(page, part);
    await expectAccessible(page, part);
    await expectNoSidewaysScrolling(page);
  };
  const open = async (page: Page) => {
    test.setTimeout(180_000); // axe reads every element
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 800 });
    await page.goto('./');
    await expect(page.locator('.type-row').first()).toBeAttached();
  };

  test(`${colorScheme}, ${width} px: accessible without a model, without sideways scrolling`, async ({ page }) => {
    await open(page);
    await expectAccessible(page);
    for (const place of ['Run', 'Result', 'Plan'] as const) {
      await goTo(page, place);
      await check(page, `#${place.toLowerCase()}`);
    }
  });

  for (const place of ['Model', 'Plan', 'Result'] as const)
    test(`${colorScheme}, ${width} px: accessible behind every tab of ${place}, and not wider`, async ({ page }) => {
      await open(page);
      await openModel(page);
      if (place === 'Result') {
        await quantize(page, 'Q4_0');
        await goTo(page, 'Run');
        await check(page, '#run');
      }
      await inEveryView(page, place, (view) => check(page, view));
    });
}

/** A tensor of each role, in equal parts. */
const OF_EACH_ROLE = [
  'token_embd.weight',
  'output.weight',
  ...[
    'attn_q',
    'attn_k',
    'attn_v',
    'attn_qkv',
    'attn_output',
    'ffn_gate',
    'ffn_up',
    'ffn_down',
    'attn_norm',
    'ssm_x',
  ].map((name) => `blk.0.${name}.weight`),
];

for (const colorScheme of ['light', 'dark'] as const)
  test(`${colorScheme}: the name of every role can be read on its colour`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width: 1600, height: 800 });
    await page.goto('./');
    const tensors = OF_EACH_ROLE.map((name) => tinyTensor(name, [256, 32]));
    await dropBytes(page, 'roles.gguf', [...tinyGguf({ 'general.architecture': { string: 'llama' } }, tensors)]);
    await expect(page.locator('.model-name')).toHaveText('roles.gguf');
    await goTo(page, 'Model');
    const names = page.locator('.role-bar .role-name');
    await expect(names).toHaveCount(OF_EACH_ROLE.length);
    await expect(names.last()).toHaveText('other');
    // axe leaves out what is drawn.
    const contrasts = await names.evaluateAll((all) =>
      all.map((name) => {
        const [ink, ground] = [name, name.previousElementSibling!].map((element) => {
          const [red, green, blue] = getComputedStyle(element)
            .fill.match(/[\d.]+/g)!
            .slice(0, 3)
            .map((level) => Number(level) / 255)
            .map((level) => (level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4));
          return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
        });
        return [name.textContent, (Math.max(ink!, ground!) + 0.05) / (Math.min(ink!, ground!) + 0.05)] as const;
      }),
    );
    expect(contrasts.filter(([, contrast]) => contrast < 4.5)).toEqual([]);
  });

/** From a dropped model to its saved output. */
const MOST_TABS = 15;

test('the whole way by keyboard alone', async ({ page }) => {
  await page.goto('./');
  await expect(page.locator('.type-row').first()).toBeAttached();
  const chooser = page.waitForEvent('filechooser');
  await page.evaluate(() => document.body.focus()); // the event is waited for now
  await page.keyboard.press('Control+o');
  await (await chooser).setFiles(fileURLToPath(new URL(`../../tests/data/${TS3M}`, import.meta.url)));
  await expect(page.locator('#plan-title')).toBeFocused();
  let presses = 0;
  const focused = () =>
    page.evaluate(() => document.activeElement?.getAttribute('value') ?? document.activeElement?.textContent ?? '');
  const tabTo = async (wanted: string) => {
    for (; presses < MOST_TABS && !(await focused()).startsWith(wanted); presses += 1) await page.keyboard.press('Tab');
    expect(await focused()).toMatch(new RegExp(`^${wanted}`));
  };
  await tabTo('Q4_K_M');
  await expect(page.locator('.suggestion').last()).toContainText('Q6_K', { timeout: 30_000 });
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('.plan-summary')).toContainText('ts3m-Q6_K.gguf');
  await tabTo('Quantize');
  await page.keyboard.press('Enter');
  await expect(page.locator('#result .place-status')).toHaveText('Q6_K');
  expect(await page.getByTestId('sha256').textContent()).toBe(expectedSha256(TS3M, 'Q6_K'));
  const saving = page.waitForEvent('download');
  await tabTo('Save');
  await page.keyboard.press('Enter');
  expect((await saving).suggestedFilename()).toBe('ts3m-Q6_K.gguf');
});
