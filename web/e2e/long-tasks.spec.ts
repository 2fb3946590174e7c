import { tinyGguf, tinyTensor } from '../test/support/tiny-gguf';
import { chooseType, expect, test } from './support';

/** Layers of seven matrices: 406 tensors with the norms and the embedding. */
const LAYERS = 45;
const MATRICES = ['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_gate', 'ffn_up', 'ffn_down'];
const NORMS = ['attn_norm', 'ffn_norm'];

function manyTensors(): Buffer {
  const layers = Array.from({ length: LAYERS }, (_, layer) => [
    ...MATRICES.map((name) => tinyTensor(`blk.${layer}.${name}.weight`, [256, 128])),
    ...NORMS.map((name) => tinyTensor(`blk.${layer}.${name}.weight`, [256])),
  ]);
  return Buffer.from(
    tinyGguf({ 'general.architecture': { string: 'llama' }, 'llama.block_count': { u32: LAYERS } }, [
      tinyTensor('token_embd.weight', [256, 128]),
      ...layers.flat(),
    ]),
  );
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

/** Tasks of the page's main thread between two user timing marks, in milliseconds of processor time: the machine may be busy. */
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

test('the page stays responsive while a model of some hundred tensors is quantized', async ({ page, browser }) => {
  await page.goto('./');
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a file' }).first().click();
  await (await choosing).setFiles({ name: 'many.gguf', mimeType: 'application/octet-stream', buffer: manyTensors() });
  await expect(page.locator('.model-name')).toHaveText('many.gguf');
  await chooseType(page, 'IQ3_S');
  await expect(page.getByRole('button', { name: 'Quantize' })).toBeEnabled();
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
  await page.getByRole('button', { name: 'Quantize' }).click();
  await expect(page.locator('#result .place-status')).toHaveText('IQ3_S', { timeout: 50_000 });
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const tasks = tasksBetween(traceEvents, 'run running', 'run finished');
  expect(tasks.length).toBeGreaterThan(10);
  expect(tasks.filter((milliseconds) => milliseconds > 50)).toEqual([]);
});
