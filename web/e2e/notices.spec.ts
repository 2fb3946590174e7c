/** Problems are seen wherever a person is, and say what they are about in sentences that fit. */
import { copyFileSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { tinyGguf, tinyTensor } from '../test/support/tiny-gguf';
import { chooseType, drop, dropBytes, expect, expectAccessible, goTo, openModel, test, TS3M } from './support';

const bytesOf = (text: string) => [...new TextEncoder().encode(text)];

test('a refused file is told of in whatever place a person is, until the notice is closed', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  for (const [place, name] of [
    ['lab', 'Lab'],
    ['plan', 'Plan'],
  ] as const) {
    await goTo(page, name);
    await dropBytes(page, `${place}.gguf`, bytesOf('these are notes, not weights'));
    const notice = page.getByRole('alert').filter({ hasText: `Not opened: ${place}.gguf` });
    await expect(notice).toBeInViewport({ ratio: 1 });
    await expect(notice).toContainText(`The open model is still ${TS3M}.`);
  }
  const notices = page.locator('.notices').getByRole('alert');
  await expect(notices).toHaveCount(2);
  // The same once more is announced anew, and shown once.
  await dropBytes(page, 'lab.gguf', bytesOf('these are notes, not weights'));
  await expect(notices).toHaveText([/lab\.gguf/, /plan\.gguf/]);
  await expectAccessible(page, '.notices');
  await page.waitForTimeout(1500);
  await page.getByRole('button', { name: 'Close: Not opened: plan.gguf' }).click();
  await expect(notices).toHaveText([/lab\.gguf/]);
  await page.getByRole('button', { name: 'Close: Not opened: lab.gguf' }).click();
  await expect(notices).toHaveCount(0);
});

test('what has the keyboard is not hidden behind the notices', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await page.goto('./');
  await openModel(page);
  for (const name of ['a.gguf', 'b.gguf', 'c.gguf']) await dropBytes(page, name, bytesOf('no model'));
  await page.locator('.bottom').scrollIntoViewIfNeeded();
  const covered = await page.evaluate(() => {
    window.scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' });
    const end = document.querySelector('.bottom p')!.getBoundingClientRect().bottom;
    return end - document.querySelector('.notices')!.getBoundingClientRect().top;
  });
  expect(covered).toBeLessThanOrEqual(0);
});

/** Opens a model whose plan has a long warning: nothing says how its tokens are written. */
async function openWithWarning(page: Page): Promise<void> {
  const name = 'a-model-with-a-rather-long-name-32B-Instruct-F32.gguf';
  const tensors = ['token_embd', 'blk.0.ffn_up', 'blk.0.ffn_down'].map((of) => tinyTensor(`${of}.weight`, [256, 256]));
  await dropBytes(page, name, [...tinyGguf({ 'general.architecture': { string: 'llama' } }, tensors)]);
  await expect(page.locator('.model-name')).toHaveText(name);
  await expect(page.locator('.plan-warning')).toContainText('tokenizer');
}

for (const width of [1440, 1280, 390])
  test(`${width} px: notices lie below the plan’s bar and hide nothing of it`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    await page.goto('./');
    await openWithWarning(page);
    for (const name of ['first.gguf', 'second.gguf']) await dropBytes(page, name, bytesOf('no model'));
    await expect(page.locator('.notices').getByRole('alert')).toHaveCount(2);
    const found = await page.evaluate(async () => {
      const bar = document.querySelector('.plan-summary')!;
      const notices = document.querySelector('.notices')!;
      const plan = document.querySelector('#plan')!;
      const end = plan.getBoundingClientRect().bottom + window.scrollY - window.innerHeight;
      plan.scrollIntoView({ behavior: 'instant' });
      const wrong: string[] = [];
      for (let at = window.scrollY; ; at += 90) {
        window.scrollTo({ top: at, behavior: 'instant' });
        for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame); // the second is settled
        const [over, under] = [bar.getBoundingClientRect(), notices.getBoundingClientRect()];
        if (over.bottom > under.top) wrong.push(`the bar ends at ${over.bottom}, the notices begin at ${under.top}`);
        if (under.bottom > window.innerHeight || under.height === 0) wrong.push('the notices are not in view');
        for (const part of bar.querySelectorAll('p, button')) {
          const { left, right, top, bottom } = part.getBoundingClientRect();
          for (const x of [left + 2, (left + right) / 2, right - 2])
            if (top > 60 && !bar.contains(document.elementFromPoint(x, (top + bottom) / 2)))
              wrong.push(`${part.textContent} is covered at ${x}`);
        }
        if (at > end) return wrong;
      }
    });
    expect(found).toEqual([]);
  });

test('390 px: what has the keyboard is never behind the bar with a long warning', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 390, height: 700 });
  await page.goto('./');
  await openWithWarning(page);
  await chooseType(page, 'F16');
  const hidden: string[] = [];
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press(presses < 12 ? 'ArrowDown' : 'Tab');
    const name = await page.evaluate(async () => {
      for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame); // the bar may grow
      const { activeElement: focused } = document;
      const bar = document.querySelector('.plan-summary')!;
      if (!focused?.closest('.place') || bar.contains(focused)) return null;
      const box = (focused.closest('.type-row') ?? focused).getBoundingClientRect();
      const { top, bottom } = bar.getBoundingClientRect();
      return box.bottom > top + 1 && box.top < bottom ? `${focused.tagName} ${focused.textContent}` : null;
    });
    if (name !== null) hidden.push(name);
  }
  expect(hidden).toEqual([]);
});

test('a core that cannot be loaded is told of once, with what to do', async ({ page }) => {
  await page.addInitScript(() => {
    WebAssembly.compileStreaming = async () => {
      throw new Error('There is no memory for it.');
    };
  });
  await page.goto('./');
  await expect(page.locator('.notices').getByRole('alert')).toHaveText([/The quantizer could not be loaded.*Reload/]);
});

test('JSON that is nothing of Nibble’s, alone or with others, is told of in sentences that fit', async ({ page }) => {
  await page.goto('./');
  await dropBytes(page, 'empty.json', bytesOf('{}'));
  const notice = page.locator('.notices').getByRole('alert').first();
  await expect(notice).toContainText('Not opened: empty.json');
  await expect(notice).toContainText('There are no weights in it.');
  await expect(notice).toContainText('receipts, measurements and recipes');
  await drop(page, 'README.md', 'golden-hashes.json');
  await expect(notice).toContainText('Not opened: README.md and 1 other file');
});

test('a file that changes on disk after it was chosen is named, with what to do', async ({ page }) => {
  const folder = fileURLToPath(new URL('../test-results/changing/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const path = `${folder}${TS3M}`;
  copyFileSync(fileURLToPath(new URL(`../../tests/data/${TS3M}`, import.meta.url)), path);
  await page.goto('./');
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a file' }).first().click();
  await (await choosing).setFiles(path);
  await expect(page.locator('.model-name')).toHaveText(TS3M);
  await chooseType(page, 'Q4_0');
  await expect(page.getByText(/^Errors are predicted from/)).toBeVisible({ timeout: 30_000 });
  utimesSync(path, new Date(), new Date(Date.now() + 60_000));
  await page.getByRole('button', { name: 'Quantize' }).click();
  await expect(page.locator('#run')).toBeVisible();
  const sentence =
    `${TS3M} can no longer be read: since it was chosen it was ` +
    `changed, moved or deleted, or its disk is gone. Choose it again.`;
  await expect(page.getByRole('alert').filter({ hasText: 'Not finished: ts3m-Q4_0.gguf' })).toContainText(sentence);
  await expect(page.locator('#run')).toContainText('Nothing was kept of the output.');
  // Small files are read whole at once, before anything is known of them.
  const json = `${folder}recipe.json`;
  writeFileSync(json, '{}');
  const choosingAgain = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open…' }).click();
  const chooser = await choosingAgain;
  await page.evaluate(() => {
    const { text } = File.prototype;
    File.prototype.text = async function (this: File) {
      if (this.name === 'recipe.json')
        throw new DOMException('The requested file could not be read.', 'NotReadableError');
      return text.call(this);
    };
  });
  await chooser.setFiles(json);
  await expect(page.locator('.notices').getByRole('alert').first()).toContainText(
    'recipe.json can no longer be read: since it was chosen',
  );
});

test('without WebAssembly, or without module workers, the page says what it needs', async ({ page, context }) => {
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'WebAssembly'));
  await page.goto('./');
  await expect(page.getByRole('heading')).toHaveText('Nibble cannot run in this browser');
  await expect(page.getByRole('alert')).toHaveText('Missing: WebAssembly.');
  await expect(page.getByText('Chromium 95, Firefox 114, Safari 16.4')).toBeVisible();
  await expectAccessible(page);
  const other = await context.newPage();
  await other.addInitScript(() => {
    // As a browser that knows no options of workers.
    window.Worker = class {
      constructor(url: string) {
        new URL(url);
      }
    } as unknown as typeof Worker;
  });
  await other.goto('./');
  await expect(other.getByRole('alert')).toHaveText('Missing: module workers.');
});
