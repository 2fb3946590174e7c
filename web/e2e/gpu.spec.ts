/** Models that are run on the GPU; here a software one, whose figures must be near the processor's. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FileChooser, Locator, Page } from '@playwright/test';
import config from '../playwright.config';
import type { Receipt } from '../src/core/receipt';
import { chooseType, expect, expectAccessible, openModel, openTab, quantize, sha256Of, test } from './support';

const launch = config.use!.launchOptions!;
test.use({
  launchOptions: {
    ...launch,
    args: [...launch.args!, '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  },
});

const program = fileURLToPath(new URL('../dist-cli/nibble.js', import.meta.url));
const data = (name: string) => fileURLToPath(new URL(`../../tests/data/${name}`, import.meta.url));
const shipped = fileURLToPath(new URL('../public/calibration.txt', import.meta.url));

/** The software GPU makes less than a GFLOP/s, so models and texts are small. */
const SLOW = { timeout: 50_000 };
const NAME = 'google swiftshader';
const MODEL = 'stories260K-F32.gguf';
const TEXT = readFileSync(shipped).subarray(0, 7000);

/** Opens what a matrix is made with, and waits for the GPU. */
async function matrixPanel(page: Page): Promise<{ panel: Locator; choice: Locator }> {
  await page.goto('./');
  await openModel(page, MODEL);
  const panel = page.locator('#importance');
  await openTab(page, 'Importance');
  await panel.getByText('Make one from a text').click();
  const chooser = page.waitForEvent('filechooser');
  await panel.getByRole('button', { name: 'Use another text…' }).click();
  await (await chooser).setFiles({ name: 'page.txt', mimeType: 'text/plain', buffer: TEXT });
  return { panel, choice: panel.getByRole('checkbox', { name: /Use the GPU/ }) };
}

/** The sums and counts of a matrix that was saved: everything behind its header, which ends as that of `like` does. */
function valuesOf(file: Buffer): Float32Array {
  const header = file.lastIndexOf('.counts');
  const start = Math.ceil((header + 40) / 32) * 32;
  return new Float32Array(file.buffer.slice(file.byteOffset + start, file.byteOffset + file.byteLength));
}

test('a matrix made on the GPU has the processor’s values', async ({ page }) => {
  const { panel, choice } = await matrixPanel(page);
  await expect(choice).toBeVisible(SLOW);
  await expect(choice).not.toBeChecked();
  await expect(panel).toContainText(NAME);
  await choice.check();
  await expect(panel).toContainText('and as much of the GPU’s');
  await expectAccessible(page, '#importance');
  await panel.getByRole('button', { name: 'Make an importance matrix' }).click();
  await expect(page.getByText(`Computed by WebGPU (${NAME}).`)).toBeVisible(SLOW);
  const waiting = page.waitForEvent('download');
  await panel.getByRole('button', { name: 'Save it' }).click();
  const saved = await (await waiting).path();
  const made = readFileSync(saved);

  await quantize(page, 'Q4_0');
  const saving = page.waitForEvent('download');
  await openTab(page, 'Receipt');
  await page.getByRole('button', { name: 'Save the receipt' }).click();
  const receipt = JSON.parse(readFileSync(await (await saving).path(), 'utf8')) as Receipt;
  expect(receipt.importance!.engine).toEqual({ name: `WebGPU (${NAME})`, problem: null });
  expect(receipt.importance!.sha256).toBe(sha256Of(saved));

  const folder = mkdtempSync(join(tmpdir(), 'nibble-'));
  try {
    const own = join(folder, 'own.gguf');
    const text = join(folder, 'page.txt');
    writeFileSync(text, TEXT);
    execFileSync(process.execPath, [program, 'imatrix', data(MODEL), '-f', text, '-c', '512', '-o', own]);
    const file = readFileSync(own);
    expect(made.byteLength).toBe(file.byteLength);
    const values = valuesOf(made);
    const expected = valuesOf(file);
    expect(values.length).toBeGreaterThan(35 * 64);
    let apart = 0;
    for (const [i, value] of expected.entries()) {
      apart = Math.max(apart, Math.abs(values[i]! - value) / Math.abs(value || 1));
    }
    expect(apart).toBeLessThan(1e-4);
    expect(expected.filter((value) => value > 0).length).toBeGreaterThan(35 * 64);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('answers on the GPU are the processor’s within the figures shown', async ({ page }) => {
  await page.goto('./');
  await openModel(page, MODEL);
  await quantize(page, 'Q4_0');
  const answers = page.getByRole('region', { name: 'Answers', exact: true });
  await expect(answers).toContainText('Computed by wasm SIMD.', SLOW);
  const shown = async (label: string) => {
    const figure = answers.getByRole('list').locator('li', { hasText: label }).locator('.figure-value');
    return Number((await figure.textContent())!.replace(/[^\d.]/g, ''));
  };
  const figures = async () => [
    await shown('mean divergence'),
    await shown('perplexity'),
    await shown('probability kept'),
  ];
  const before = await figures();
  await answers.getByRole('checkbox', { name: /Use the GPU/ }).check(SLOW);
  await answers.getByRole('button', { name: 'Compare answers' }).click();
  await expect(answers).toContainText(`Computed by WebGPU (${NAME}).`, SLOW);
  const after = await figures();
  // One unit of the last digit shown: five of a divergence, three of a perplexity, two of a percentage.
  for (const [i, unit] of [1e-5, 1e-3, 1e-1].entries()) {
    expect(Math.abs(after[i]! - before[i]!)).toBeLessThanOrEqual(1.01 * unit);
  }
});

/** Puts code in front of the workers'. */
async function beforeWorkers(page: Page, code: string): Promise<void> {
  // A service worker would fetch the code by itself.
  await page.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'serviceWorker'));
  await page.route('**/assets/job-worker-*.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${code};\n${await response.text()}` });
  });
}

/**
 * Whenever a step begins whose input is looked at, asks for the sums a calibration asks for, of the worker's first
 * text, and tells them on a channel.
 */
const TELLS_SUMS = `
  const channel = new BroadcastChannel('sums'), post = self.postMessage.bind(self), repeated = new WeakSet();
  let text = '', steps = [];
  self.postMessage = (message, ...more) => {
    if (message.kind !== 'sums') return post(message, ...more);
    channel.postMessage({ key: steps[-1 - message.index] + text, sums: message.sums, tokens: message.tokens });
  };
  self.addEventListener('message', (event) => {
    const { data } = event;
    if (data.kind === 'start-pass') text = String(JSON.parse(data.request).sequences[0].tokens.slice(0, 20));
    if (data.kind !== 'begin-step' || repeated.has(data) || !JSON.parse(data.step).observed?.length) return;
    event.stopImmediatePropagation();
    repeated.add(data);
    const step = JSON.parse(data.step);
    const index = -steps.push(step.layer + ' ' + step.op + ' ');
    const ask = { kind: 'get-sums', index, network: 0, sums: 'inputs', firstText: 0, texts: 1, firstColumn: 0 };
    for (const one of [data, { ...ask, columns: step.columns }])
      self.dispatchEvent(new MessageEvent('message', { data: one }));
  });`;

test('sums over tokens that a calibration is made of are the processor’s', async ({ page }) => {
  await beforeWorkers(page, `{${TELLS_SUMS}}`);
  await page.addInitScript(() => {
    const told: Record<string, number[]> = {};
    Object.assign(globalThis, { told });
    new BroadcastChannel('sums').onmessage = ({ data }) => (told[data.key as string] = [data.tokens, ...data.sums]);
  });
  const sumsOn = async (gpu: boolean, engine: string) => {
    const { panel, choice } = await matrixPanel(page);
    await expect(choice).toBeVisible(SLOW);
    await choice.setChecked(gpu);
    await panel.getByRole('button', { name: 'Make an importance matrix' }).click();
    await expect(page.getByText(`Computed by ${engine}.`)).toBeVisible(SLOW);
    return page.evaluate(() => (globalThis as unknown as { told: Record<string, number[]> }).told);
  };
  const exact = await sumsOn(false, 'wasm SIMD');
  const found = await sumsOn(true, `WebGPU (${NAME})`);
  expect(Object.keys(found).sort()).toEqual(Object.keys(exact).sort());
  expect(Object.keys(exact).length).toBeGreaterThanOrEqual(4 * 5);
  for (const [key, [tokens, ...sums]] of Object.entries(exact)) {
    expect([key, found[key]![0]]).toEqual([key, tokens]);
    const [, ...own] = found[key]!;
    expect(own.length).toBe(sums.length);
    const length = (values: number[]) => Math.hypot(...values);
    expect(length(sums)).toBeGreaterThan(0);
    expect(length(sums.map((value, i) => value - own[i]!)) / length(sums)).toBeLessThan(1e-4);
  }
});

test('when the GPU is lost on the way, the processor goes on', async ({ page }) => {
  await beforeWorkers(
    page,
    `const request = GPUAdapter.prototype.requestDevice, submit = GPUQueue.prototype.submit;
    let device, left = 30;
    GPUAdapter.prototype.requestDevice = async function (...all) { return (device = await request.apply(this, all)); };
    GPUQueue.prototype.submit = function (...all) { submit.apply(this, all); if (--left === 0) device.destroy(); };`,
  );
  const { panel, choice } = await matrixPanel(page);
  await choice.check(SLOW);
  await panel.getByRole('button', { name: 'Make an importance matrix' }).click();
  const told = page.getByText(/Computed by WebGPU \(google swiftshader\), wasm SIMD\./);
  await expect(told).toContainText('The GPU was not used to the end. The browser took it away', SLOW);
  await expect(panel).toContainText('stories260K-F32-imatrix.gguf');
});

test('a GPU that computes wrongly is not offered', async ({ page }) => {
  await beforeWorkers(
    page,
    `const range = GPUBuffer.prototype.getMappedRange;
    GPUBuffer.prototype.getMappedRange = function (...all) {
      const bytes = range.apply(this, all);
      new Float32Array(bytes)[5] += 1;
      return bytes;
    };`,
  );
  const { panel, choice } = await matrixPanel(page);
  await expect(panel).toContainText(
    /The GPU is not used\. Its products \(google swiftshader\) are wrong by 0\.0/,
    SLOW,
  );
  await expect(choice).toHaveCount(0);
});

test('codes chosen by sums of the GPU come out the same by the file of them', async ({ page }) => {
  test.slow(); // software is slow
  await page.goto('./');
  await openModel(page, MODEL);
  await openTab(page, 'Scale search');
  await page.locator('#plan').getByRole('radio', { name: 'calibrated' }).check();
  const panel = page.locator('.calibrated');
  const useFile = async (button: string, file: Parameters<FileChooser['setFiles']>[0]) => {
    const chooser = page.waitForEvent('filechooser');
    await panel.getByRole('button', { name: button }).click();
    await (await chooser).setFiles(file);
  };
  await useFile('Use another text…', { name: 'page.txt', mimeType: 'text/plain', buffer: TEXT });
  await panel.getByLabel('Tokens of the text, at most').selectOption('2048');
  await panel.getByLabel('How much is done').selectOption('one-pass');
  await panel.getByRole('checkbox', { name: /Use the GPU/ }).check(SLOW);
  const keep = panel.getByRole('checkbox', { name: /Keep the statistics/ });
  await expect(keep).toBeChecked();
  await expect(keep).toBeDisabled();
  await expect(panel).toContainText('gives the same bytes by this file only');
  await chooseType(page, 'Q4_0');
  await page.getByRole('button', { name: 'Quantize' }).click();
  const ended = page.locator('#result .place-status');
  await expect(ended).toHaveText('Q4_0', { timeout: 90_000 });
  const result = page.locator('.calibrated-result');
  await expect(result).toContainText(`WebGPU (${NAME})`);
  await openTab(page, 'Calibrated');
  const sha256 = await page.getByTestId('sha256').textContent();
  const saving = page.waitForEvent('download');
  await result.getByRole('button', { name: 'Save the statistics' }).click();
  const kept = await saving;
  await openTab(page, 'Scale search');
  await useFile('Use saved statistics…', await kept.path());
  await expect(panel).toContainText(`computed by`);
  await page.getByRole('button', { name: 'Quantize' }).click();
  await expect(page.locator('#run .place-status')).toHaveText('finished', SLOW);
  await expect(result.getByRole('button', { name: 'Save the statistics' })).toHaveCount(0);
  expect(await page.getByTestId('sha256').textContent()).toBe(sha256);
});
