/** What quantizing changes in the answers, and importance matrices made in the page. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AnswerReport } from '../src/core';
import { tinyGguf, tinyTensor } from '../test/support/tiny-gguf';
import {
  dropBytes,
  expect,
  expectAccessible,
  expectNoSidewaysScrolling,
  goTo,
  openModel,
  openTab,
  quantize,
  save,
  sha256Of,
  test,
  twin,
} from './support';

const program = fileURLToPath(new URL('../dist-cli/nibble.js', import.meta.url));
const data = (name: string) => fileURLToPath(new URL(`../../tests/data/${name}`, import.meta.url));
const shipped = fileURLToPath(new URL('../public/calibration.txt', import.meta.url));

/** Running a model takes seconds, and a busy machine many. */
const SLOW = { timeout: 40_000 };

test('after a run the page says what changed in the answers, as the command line does', async ({ page }) => {
  test.slow(); // axe reads every token
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q4_0');
  const answers = page.getByRole('region', { name: 'Answers', exact: true });
  const figures = answers.getByRole('list', { name: 'What differs in the answers' });
  await expect(figures).toBeVisible(SLOW);
  await expect(answers).toContainText('Measured on 4 stretches of calibration.txt');

  const folder = mkdtempSync(join(tmpdir(), 'nibble-'));
  try {
    const { path } = await save(page);
    const words = ['evaluate', data('ts3m-F16.gguf'), path, '-f', shipped, '-c', '256', '--chunks', '4', '--json'];
    const report = JSON.parse(
      execFileSync(process.execPath, [program, ...words], { encoding: 'utf8' }),
    ) as AnswerReport;
    const shown = async (label: string) =>
      figures.locator('li', { hasText: label }).locator('.figure-value').textContent();
    expect(await shown('mean divergence')).toBe(report.divergence.value.toFixed(5));
    expect(await shown('perplexity')).toBe(report.secondPerplexity.value.toFixed(3));
    expect(report.tokens).toBe(4 * 127);
    expect(report.divergence.value).toBeGreaterThan(0);
  } finally {
    rmSync(folder, { recursive: true });
  }

  const outputs = answers.getByRole('figure', { name: 'Error of each layer’s outputs' });
  await expect(outputs.locator('.legend li')).toHaveText(['q', 'k', 'v', 'o', 'gate', 'up', 'down']);

  // Beside what is predicted of the type, what was measured.
  const type = page.locator('.type-row', { has: page.locator('input[value="Q4_0"]') });
  const measured = await figures.locator('li', { hasText: 'mean divergence' }).locator('.figure-value').textContent();
  await expect(type).toContainText(`answers: ${measured} nats`);
  const plane = await twin(page, 'Size and error');
  const point = plane.find(([name]) => name === 'Q4_0')!;
  expect(Number(point[3])).toBeGreaterThan(10); // predicted, dB
  expect(Number(point[4]).toFixed(5)).toBe(measured);

  // The text, token by token: the most changed one is looked at first, others by pointer and keys.
  await goTo(page, 'Result');
  const text = answers.getByRole('application', { name: 'The text, token by token' });
  await expect(text.locator('.token')).toHaveCount(4 * 127);
  const detail = answers.locator('.token-detail');
  await expect(detail.getByRole('table', { name: 'original' }).getByRole('row')).toHaveCount(5);
  await text.locator('.token').nth(10).hover();
  await expect(text.locator('.token').nth(10)).toHaveClass(/picked/);
  const before = await detail.textContent();
  await text.focus();
  // What scrolling brings under a pointer that rests was not pointed at.
  const resting = await text.locator('.token').nth(10).boundingBox();
  await page.evaluate(() => window.scrollBy(0, 60));
  await expect.poll(async () => (await text.locator('.token').nth(10).boundingBox())!.y).not.toBe(resting!.y);
  await page.waitForTimeout(300);
  await expect(text.locator('.token').nth(10)).toHaveClass(/picked/);
  await page.keyboard.press('ArrowRight');
  await expect(text.locator('.token').nth(11)).toHaveClass(/picked/);
  await expect(detail).not.toHaveText(before!);
  await expectAccessible(page, '.answers');
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoSidewaysScrolling(page);
});

test('more text on request, a text of one’s own, and what is wrong with it', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q8_0');
  const answers = page.getByRole('region', { name: 'Answers', exact: true });
  await expect(answers).toContainText('Measured on 4 stretches', SLOW);
  await answers.getByRole('button', { name: 'Compare over more text' }).click();
  await answers.getByRole('button', { name: 'Pause' }).click();
  await expect(answers.getByRole('status')).toContainText(', paused');
  const held = await answers.getByRole('progressbar').getAttribute('value');
  await page.waitForTimeout(500);
  expect(Number(await answers.getByRole('progressbar').getAttribute('value')) - Number(held)).toBeLessThan(0.1);
  await answers.getByRole('button', { name: 'Go on' }).click();
  await expect(answers).toContainText('Measured on 40 stretches of calibration.txt', SLOW);

  const choose = async (name: string, text: string) => {
    const chooser = page.waitForEvent('filechooser');
    await answers.getByRole('button', { name: 'Use another text…' }).click();
    await (await chooser).setFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
  };
  await choose('short.txt', 'Once upon a time.');
  await answers.getByRole('button', { name: 'Compare answers' }).click();
  await expect(page.getByRole('alert').last()).toContainText(/The text has \d+ tokens; at least one stretch of 256/);
  await page.getByRole('button', { name: /Close/ }).first().click();
  await choose('story.txt', 'Once upon a time there was a little dog named Max. He liked to run. '.repeat(40));
  await answers.getByRole('button', { name: 'Compare answers' }).click();
  await expect(answers).toContainText('of story.txt', SLOW);
});

test('an importance matrix is made from a text, used, and the same as the command line’s', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  const panel = page.locator('#importance');
  await openTab(page, 'Importance');
  await panel.getByText('Make one from a text').click();
  await expect(panel).toContainText('8 192 tokens');
  await panel.getByRole('button', { name: 'Make an importance matrix' }).click();
  await panel.getByRole('button', { name: 'Pause' }).click();
  await expect(panel.getByRole('status')).toContainText(', paused');
  await panel.getByRole('button', { name: 'Go on' }).click();
  await expect(panel).toContainText('ts3m-F16-imatrix.gguf', SLOW);
  await expect(panel).toContainText('calibration.txt');
  await panel.getByText('Which layers and columns matter').click();
  await expect(panel.getByRole('heading', { name: 'Importance by layer' })).toBeVisible();
  await expect(panel.getByRole('region', { name: 'Importance of each tensor' })).toContainText('blk.3.ffn_down.weight');
  await expectAccessible(page, '#importance');
  const waiting = page.waitForEvent('download');
  await panel.getByRole('button', { name: 'Save it' }).click();
  const saved = await (await waiting).path();

  const folder = mkdtempSync(join(tmpdir(), 'nibble-'));
  try {
    const own = join(folder, 'own.gguf');
    const words = ['imatrix', data('ts3m-F16.gguf'), '-f', shipped, '-c', '512', '--chunks', '16', '-o', own];
    execFileSync(process.execPath, [program, ...words]);
    expect(sha256Of(saved)).toBe(sha256Of(own));
  } finally {
    rmSync(folder, { recursive: true });
  }
  await quantize(page, 'IQ2_XS');
  await expect(page.locator('#result')).toContainText('weighted RMSE');
});

test('a model without a tokenizer says why nothing is compared and no matrix made', async ({ page }) => {
  await page.goto('./');
  await dropBytes(page, 'bare.gguf', [
    ...tinyGguf({ 'general.architecture': { string: 'llama' } }, [tinyTensor('blk.0.attn_q.weight', [64, 8])]),
  ]);
  await openTab(page, 'Importance');
  await page.locator('#importance').getByText('Make one from a text').click();
  await expect(page.locator('#importance')).toContainText(/None can be made here\. .*tokenizer/);
  await quantize(page, 'Q8_0');
  await expect(page.getByRole('region', { name: 'Answers', exact: true })).toContainText(
    /cannot be measured\. .*tokenizer/,
  );
});

test('original and output are asked the same in llama.cpp, from this page’s own host', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q8_0');
  await page.getByRole('button', { name: 'Try it', exact: true }).click();
  const answers = page.getByRole('region', { name: 'Try it' });
  await answers.getByLabel('Say something').fill('Once upon a time, there was a little');
  await answers.getByRole('button', { name: 'Say it' }).click();
  const voices = answers.locator('.voice-text');
  await expect(voices).toHaveCount(2);
  await expect(answers.getByRole('button', { name: 'Say it' })).toBeVisible({ timeout: 50_000 });
  for (const voice of [voices.first(), voices.last()]) await expect(voice).toHaveText(/\w+ \w+ \w+/);
  await expectAccessible(page, '#result [role=tabpanel]:not([hidden])');
});

test('any other file is compared by its answers too', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await openTab(page, 'Compare with another file');
  const chooser = page.waitForEvent('filechooser');
  await page.locator('.compare').getByRole('button', { name: 'Choose a file…' }).click();
  await (await chooser).setFiles(data('ts3m-F16.gguf'));
  const answers = page.getByRole('region', { name: 'Answers of both files' });
  await answers.getByRole('button', { name: 'Compare answers' }).click(SLOW);
  const figures = answers.getByRole('list', { name: 'What differs in the answers' });
  await expect(figures).toBeVisible(SLOW);
  await expect(figures.locator('li', { hasText: 'same first choice' })).toContainText('100.0 %');
  await expect(figures.locator('li', { hasText: 'mean divergence' })).toContainText('0.00000');
});
