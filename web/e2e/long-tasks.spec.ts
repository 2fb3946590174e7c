import { writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { tinyGguf, tinyTensor } from '../test/support/tiny-gguf';
import { slowness } from './processor';
import { expect, openTab, test } from './support';

/** Layers of seven matrices: 449 tensors with the embedding, all of which can be measured and quantized. */
const LAYERS = 64;
const MATRICES = ['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_gate', 'ffn_up', 'ffn_down'];
const SHAPE = [256, 96];

function manyTensors(): Uint8Array {
  const layers = Array.from({ length: LAYERS }, (_, layer) =>
    MATRICES.map((name) => tinyTensor(`blk.${layer}.${name}.weight`, SHAPE)),
  );
  return tinyGguf({ 'general.architecture': { string: 'llama' }, 'llama.block_count': { u32: LAYERS } }, [
    tinyTensor('token_embd.weight', SHAPE),
    ...layers.flat(),
  ]);
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number; // microseconds
  tdur?: number; // microseconds of processor time
  args: { name?: string };
}

/**
 * Tasks of the page's thread between two user timing marks, in milliseconds of processor time: the machine may be busy.
 */
function tasksBetween(trace: TraceEvent[], from: string, to: string): number[] {
  const [start, end] = [from, to].map((mark) => trace.find(({ name }) => name === mark)!);
  const main = trace.find(
    ({ name, pid, args }) => name === 'thread_name' && pid === start!.pid && args.name === 'CrRendererMain',
  )!;
  return trace
    .filter(
      ({ name, ph, pid, tid, ts }) =>
        name === 'RunTask' && ph === 'X' && pid === main.pid && tid === main.tid && ts > start!.ts && ts < end!.ts,
    )
    .map(({ tdur = 0 }) => tdur / 1000);
}

/** Longest task of the page's thread, in milliseconds of processor time, of a processor that is as fast as usual. */
const MOST = 50;

/** Phases in their order, each named by the mark that begins it. */
const PHASES = [
  'opening',
  'measuring',
  'choosing a type',
  'overrides',
  'solving',
  'reading tables',
  'run running',
  'run finished',
];

/** Waits without the assertions of Playwright, which keep the page busy themselves. */
const until = (page: Page, selector: string, text: string) =>
  page.waitForFunction(
    ([where, wanted]) => document.querySelector(where!)?.textContent?.includes(wanted!),
    [selector, text],
    { polling: 250, timeout: 100_000 },
  );

test('the page stays responsive in every phase, with a model of 449 tensors', async ({ page, browser }, testInfo) => {
  test.setTimeout(180_000);
  const path = testInfo.outputPath('many.gguf');
  writeFileSync(path, manyTensors());
  const mark = (name: string) => page.evaluate((text) => void performance.mark(text), name);
  await page.goto('./');
  await expect(page.locator('.type-row').first()).toBeAttached();
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a file' }).first().click();
  const chooser = await choosing;
  await page.evaluate(() => {
    const status = document.querySelector('#run .place-status')!;
    new MutationObserver(() => performance.mark(`run ${status.textContent}`)).observe(status, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
  await browser.startTracing(page, {
    categories: ['disabled-by-default-devtools.timeline', 'blink.user_timing', '__metadata'],
  });
  await mark('opening');
  await chooser.setFiles(path);
  await until(page, '.measure-status', 'Measuring a sample of rows');
  await mark('measuring');
  await until(page, '.measure-status', 'Errors are');
  await openTab(page, 'A size of your own');
  await until(page, '.plan-plane', 'Size and error');
  const choose = async (type: string) => {
    await page.evaluate(
      (name) => document.querySelector<HTMLInputElement>(`input[name="file-type"][value="${name}"]`)!.click(),
      type,
    );
    await until(page, '.plan-summary', `many-${type}.gguf`);
    await page.waitForTimeout(600); // what follows a plan comes after it
  };
  await mark('choosing a type');
  for (const type of ['IQ3_S', 'Q4_K_M', 'Q8_0']) await choose(type);
  await mark('overrides');
  await openTab(page, 'Options');
  const rules = page.locator('.options');
  await rules.getByLabel('Pattern').fill('ffn_down');
  await rules.getByRole('button', { name: 'Add rule' }).click();
  await page.waitForTimeout(600);
  await rules.getByLabel('Key').fill('general.name');
  await rules.getByLabel('Value', { exact: true }).fill('Many');
  await rules.getByRole('button', { name: 'Set', exact: true }).click();
  await page.waitForTimeout(600);
  await mark('solving');
  await page.evaluate(async () => {
    const slider = document.querySelector<HTMLInputElement>('.size-panel input[type=range]')!;
    for (let steps = 0; steps < 6; steps += 1) {
      slider.stepUp(60);
      slider.dispatchEvent(new Event('input', { bubbles: true }));
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  });
  await until(page, '.mix-summary', 'signal to noise predicted');
  await until(page, '.plan-summary', 'bpw.gguf');
  await page.waitForTimeout(600);
  await mark('reading tables');
  await page.evaluate(async () => {
    const pause = () => new Promise((resolve) => setTimeout(resolve, 300));
    for (const step of ['#/model', '#/plan']) {
      location.hash = step;
      for (const tab of document.querySelectorAll<HTMLElement>(`${step.replace('/', '')} [role=tab]`)) {
        tab.click();
        await pause();
      }
      for (const details of document.querySelectorAll<HTMLDetailsElement>(`${step.replace('/', '')} details`)) {
        details.open = true;
        await pause();
      }
    }
  });
  await choose('Q8_0'); // quick on a busy machine
  await page.evaluate(() => document.querySelector<HTMLButtonElement>('.plan-actions .primary')!.click());
  await until(page, '#run .place-status', 'finished');
  await page.waitForTimeout(1000);
  await mark('end');
  const most = Math.min(MOST * (await slowness(page)), 100); // which no task may take on any machine
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const marks = [...PHASES, 'end'];
  for (const [index, phase] of PHASES.entries()) {
    const tasks = tasksBetween(traceEvents, phase, marks[index + 1]!);
    expect(tasks.length, phase).toBeGreaterThan(10);
    expect(
      tasks.filter((milliseconds) => milliseconds > most),
      phase,
    ).toEqual([]);
  }
});
