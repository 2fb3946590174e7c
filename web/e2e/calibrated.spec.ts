/** Choosing codes by a text, in the page: the command line's bytes, and what stands in the way. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from '@playwright/test';
import { tinyGguf, tinyTensor } from '../test/support/tiny-gguf';
import {
  chooseType,
  dropBytes,
  expect,
  expectAccessible,
  expectNoSidewaysScrolling,
  openModel,
  openTab,
  privateBytes,
  quantize,
  save,
  sha256Of,
  test,
} from './support';

const program = fileURLToPath(new URL('../dist-cli/nibble.js', import.meta.url));
const data = (name: string) => fileURLToPath(new URL(`../../tests/data/${name}`, import.meta.url));
const SMALL = 'stories260K-F32.gguf';

/** What a run that calibrates may take, in milliseconds. */
const CALIBRATING = 30_000;

const calibrated = (page: Page) => page.locator('#plan').getByRole('radio', { name: 'calibrated' });
const panel = (page: Page) => page.locator('.calibrated');

async function useText(page: Page, name: string, content: Buffer): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await panel(page).getByRole('button', { name: 'Use another text…' }).click();
  await (await chooser).setFiles({ name, mimeType: 'text/plain', buffer: content });
}

test('the page calibrates by a text of one’s own to the bytes of the command line, and says what it did', async ({
  page,
}) => {
  test.slow(); // four runs of models, one of them on the command line
  await page.goto('./');
  await openModel(page, SMALL);
  await openTab(page, 'Scale search');
  await calibrated(page).check();
  await expect(panel(page)).toContainText('calibration.txt, which comes with this page');
  await useText(page, 'short.txt', Buffer.from('Once upon a time there was a dog. '.repeat(60)));
  await expect(panel(page).getByRole('alert')).toContainText('fewer than 2000 do more harm than good');
  await expect(page.getByRole('button', { name: 'Quantize' })).toHaveAttribute('aria-disabled', 'true');
  await useText(page, 'tinystories.txt', readFileSync(data('tinystories.txt')));
  await panel(page).getByLabel('Tokens of the text, at most').selectOption('4096');
  await expect(panel(page)).toContainText('3 584 tokens calibrate in stretches of 256, 512 judge');
  await expectAccessible(page, '#plan');
  const shown = await quantize(page, 'Q4_0', CALIBRATING);

  const folder = mkdtempSync(join(tmpdir(), 'nibble-'));
  try {
    const own = join(folder, 'own.gguf');
    const how = ['--method', 'calibrated', '--calibration', data('tinystories.txt'), '--tokens', '4096'];
    execFileSync(process.execPath, [program, 'quantize', ...how, data(SMALL), own, 'Q4_0']);
    expect(shown).toBe(sha256Of(own));
    expect(sha256Of((await save(page)).path)).toBe(shown);
  } finally {
    rmSync(folder, { recursive: true });
  }
  const result = page.locator('.calibrated-result');
  await expect(result).toContainText('Layer after layer by tinystories.txt, 3 584 tokens');
  await expect(result).toContainText(sha256Of(data('tinystories.txt')));
  await openTab(page, 'Calibrated');
  await result.getByText('Matrix by matrix').click();
  await expect(result.getByRole('region', { name: /What calibrating left/ })).toContainText('blk.0.attn_q.weight');
  await expect(result.getByRole('region', { name: 'Answers before and after' })).toContainText('mean divergence');
  await expectAccessible(page, '.calibrated-result');

  // The same types by the other searches, beside what was calibrated: the least divergence first.
  await openTab(page, 'Answers');
  const answers = page.getByRole('region', { name: 'Answers', exact: true });
  await expect(answers).toContainText('Measured on 4 stretches', { timeout: 30_000 });
  await answers.getByRole('button', { name: 'Measure the same by llama.cpp and lowest-error' }).click();
  await answers.getByRole('button', { name: 'Pause' }).click();
  await expect(answers.getByRole('status')).toContainText(/Q4_0 by [\w.-]+, \d of 2, paused/);
  await answers.getByRole('button', { name: 'Go on' }).click();
  const rows = answers.getByRole('region', { name: 'Answers measured of this model' }).locator('tbody tr');
  await expect(rows).toContainText([/calibrated layer after layer/, /lowest-error/, /llama\.cpp/], { timeout: 30_000 });
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoSidewaysScrolling(page);
});

/** Chooses the file of statistics that codes are to be chosen by. */
async function useStatistics(page: Page, path: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await panel(page).getByRole('button', { name: 'Use saved statistics…' }).click();
  await (await chooser).setFiles(path);
  await expect(panel(page)).toContainText('No text is read.');
}

/** Whether a file's name shows its ending within what it stands in, on a narrow screen. */
async function expectEnding(button: Locator, ending: string): Promise<void> {
  await button.scrollIntoViewIfNeeded();
  const end = button.locator('.file-name > :last-child');
  expect(await end.textContent()).toContain(ending);
  const [outer, inner] = [await button.boundingBox(), await end.boundingBox()];
  expect(outer!.x + outer!.width).toBeLessThanOrEqual(390);
  expect(inner!.x + inner!.width).toBeLessThanOrEqual(outer!.x + outer!.width);
}

test('long names of files fit a narrow screen and keep their endings', async ({ page }) => {
  test.slow(); // a run of a model on the command line
  const long = 'one-of-the-longest-names-that-anybody-gave-a-file-'.repeat(3).slice(0, 100);
  const folder = mkdtempSync(join(tmpdir(), 'nibble-'));
  const [file, model] = [join(folder, `${long}-F32.safetensors`), join(folder, `${long}-F32.gguf`)];
  try {
    copyFileSync(data(SMALL), model);
    const how = ['--method', 'calibrated', '--tokens', '2560', '--level', 'one-pass', '--no-answers'];
    const save = ['--save-calibration', file];
    execFileSync(process.execPath, [program, 'quantize', ...how, ...save, model, join(folder, 'own.gguf'), 'Q4_0']);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto('./');
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Open…' }).click();
    await (await chooser).setFiles(model);
    await openTab(page, 'Scale search');
    await calibrated(page).check();
    await useStatistics(page, file);
    await openTab(page, 'A size of your own');
    await page.locator('.size-panel').getByText('What is made small').click();
    const measure = page.getByRole('button', { name: `Measure outputs by ${long}-F32.safetensors` });
    await expectEnding(measure, '32.safetensors');
    await expectNoSidewaysScrolling(page);
    await quantize(page, 'Q4_0', CALIBRATING);
    await expectEnding(page.getByRole('link', { name: `Save ${long}` }), '-Q4_0.gguf');
    await expectNoSidewaysScrolling(page);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('types that need an importance matrix do without one where they are calibrated', async ({ page }) => {
  test.slow(); // every point of a codebook is looked at
  await page.goto('./');
  await openModel(page);
  await chooseType(page, 'IQ2_XXS');
  await expect(page.locator('#plan').getByRole('alert')).toContainText(/importance matrix/);
  await openTab(page, 'Scale search');
  await calibrated(page).check();
  await expect(page.locator('#plan').getByRole('alert')).toHaveCount(0);
  await expect(page.locator('#plan')).toContainText('will be weighed by the text that calibrates');
  await panel(page).getByLabel('Tokens of the text, at most').selectOption('4096');
  await panel(page).getByLabel('How much is done').selectOption('one-pass');
  await quantize(page, 'IQ2_XXS', 2 * CALIBRATING);
  await expect(page.locator('.calibrated-result')).toContainText('of lowest-error’s divergence');
  const answers = page.getByRole('region', { name: 'Answers', exact: true });
  await expect(answers).toContainText('Measured on 4 stretches', { timeout: 60_000 });
  await expect(answers.getByRole('button', { name: /Measure the same by/ })).toHaveCount(0);
});

test('statistics that a calibration kept give the same bytes, and say what types change of outputs', async ({
  page,
}) => {
  test.slow(); // three runs of models, one of them on the command line
  await page.goto('./');
  await openModel(page, SMALL);
  await openTab(page, 'Scale search');
  await calibrated(page).check();
  await useText(page, 'tinystories.txt', readFileSync(data('tinystories.txt')));
  await panel(page).getByLabel('Tokens of the text, at most').selectOption('4096');
  await panel(page)
    .getByRole('checkbox', { name: /Keep the statistics/ })
    .check();
  await expect(panel(page)).toContainText(/A file of [\d.]+ [kM]B beside the output/);
  await expectAccessible(page, '#plan');
  const shown = await quantize(page, 'Q4_0', CALIBRATING);
  const saving = page.waitForEvent('download');
  await openTab(page, 'Calibrated');
  await page.locator('.calibrated-result').getByRole('button', { name: 'Save the statistics' }).click();
  const folder = mkdtempSync(join(tmpdir(), 'nibble-'));
  try {
    const file = join(folder, 'kept.safetensors');
    await (await saving).saveAs(file);
    await expect(page.locator('.calibrated-result')).toContainText(sha256Of(file));
    const own = join(folder, 'own.gguf');
    const how = ['--method', 'calibrated', '--from-calibration', file];
    execFileSync(process.execPath, [program, 'quantize', ...how, data(SMALL), own, 'Q4_0']);
    expect(sha256Of(own)).toBe(shown);

    await page.goto('./#/plan');
    await page.reload();
    await openModel(page, SMALL);
    await openTab(page, 'Scale search');
    await calibrated(page).check();
    await useStatistics(page, file);
    // Another type than the statistics were made layer after layer for.
    await chooseType(page, 'Q5_0');
    await openTab(page, 'Scale search');
    await expect(panel(page).getByRole('alert')).toContainText('Ask for the same types.');
    expect(await quantize(page, 'Q4_0', CALIBRATING)).toBe(shown);
    await expect(page.locator('.calibrated-result')).toContainText(sha256Of(file));

    await openTab(page, 'A size of your own');
    const sizes = page.locator('.size-panel');
    await sizes.getByText('What is made small').click();
    await sizes.getByRole('button', { name: 'Measure outputs by kept.safetensors' }).click();
    const outputs = sizes.getByRole('radio', { name: /the change of the outputs/ });
    await expect(outputs).toBeChecked({ timeout: 30_000 });
    await sizes.getByRole('slider', { name: 'Size of the output' }).fill('300');
    await expect(sizes.locator('.mix-summary')).toContainText('bits per weight');
    await sizes.getByText('Observe: re-spend bits').click();
    await expect(sizes).toContainText('The error is what is changed of the tensor’s outputs');
    await sizes.getByRole('button', { name: 'Observe', exact: true }).click();
    await expect(sizes.locator('.observe')).toContainText('with half the error or less');
    await expectAccessible(page, '.size-panel');
    await page.setViewportSize({ width: 390, height: 844 });
    await expectNoSidewaysScrolling(page);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** How long the page takes from a click on Stop to the sentence that it stopped. */
function millisecondsToStop(page: Page): Promise<number> {
  return page.locator('#run').evaluate(async (run) => {
    const stop = [...run.querySelectorAll('button')].find(({ textContent }) => textContent === 'Stop')!;
    const stopped = new Promise<number>((resolve) =>
      new MutationObserver((_, observer) => {
        if (!run.textContent!.includes('Stopped.')) return;
        observer.disconnect();
        resolve(performance.now());
      }).observe(run, { childList: true, subtree: true, characterData: true }),
    );
    const asked = performance.now();
    stop.click();
    return (await stopped) - asked;
  });
}

test('calibrating is held and stopped, and leaves nothing behind', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await openTab(page, 'Scale search');
  await calibrated(page).check();
  await panel(page).getByLabel('Tokens of the text, at most').selectOption('65536');
  await chooseType(page, 'Q4_K_M');
  await expect(panel(page)).toContainText('judge: a matrix');
  await page.getByRole('button', { name: 'Quantize' }).click();
  const run = page.locator('#run');
  await expect(run).toContainText('layer 1 of 4');
  await run.getByRole('button', { name: 'Pause' }).click();
  await expect(run.locator('.place-status')).toHaveText('paused');
  await run.getByRole('button', { name: 'Go on' }).click();
  expect(await millisecondsToStop(page)).toBeLessThan(200);
  await expect(run).toContainText('Stopped. Nothing was kept of the output.');
  await expect.poll(() => privateBytes(page)).toBe(0);
});

test('a model that no text can be run through says why it is not calibrated', async ({ page }) => {
  await page.goto('./');
  await dropBytes(page, 'bare.gguf', [
    ...tinyGguf({ 'general.architecture': { string: 'llama' } }, [tinyTensor('blk.0.attn_q.weight', [64, 8])]),
  ]);
  await openTab(page, 'Scale search');
  await expect(calibrated(page)).toBeDisabled();
  await expect(page.locator('#plan')).toContainText(/This model cannot be calibrated\. .*tokenizer/);
});

test('the Lab hands errors on, step by step, on an invented row and on a piece of the model', async ({ page }) => {
  await page.goto('./#lab');
  await openTab(page, 'Error feedback');
  const panel = page.getByRole('region', { name: 'Why a worse weight can be a better answer' });
  const words = panel.locator('.feedback-words');
  await expect(words).toHaveText('Nothing is rounded yet.');
  await panel.getByRole('slider', { name: 'Step' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(words).toContainText('Column 0: weight 0.28, its error of');
  await page.keyboard.press('End');
  await expect(words).toContainText(/Descent|no change of a single code/);
  await panel.getByRole('button', { name: 'A step back' }).click();
  await panel.getByRole('button', { name: 'To the beginning' }).click();
  await expect(panel.locator('.feedback-step')).toContainText('step 0 of');
  await panel.getByRole('button', { name: 'Play' }).click();
  await expect(panel.locator('.feedback-step')).toContainText('step 2 of');
  await expectAccessible(page, '.feedback-lab');
  await openModel(page, SMALL);
  await panel.getByLabel('First column').fill('8');
  await panel.getByRole('button', { name: 'Show these columns' }).click();
  await expect(panel).toContainText(
    /Row 0 of blk\.\d+\.ffn_down\.weight, columns 8 to 15; H of what they met in 1024/,
    {
      timeout: 20_000,
    },
  );
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoSidewaysScrolling(page);
});
