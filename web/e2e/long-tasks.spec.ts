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
  return Buffer.from(tinyGguf({ 'general.architecture': { string: 'llama' }, 'llama.block_count': { u32: LAYERS } }, [tinyTensor('token_embd.weight', [256, 128]), ...layers.flat()]));
}

test('the page stays responsive while a model of some hundred tensors is quantized', async ({ page }) => {
  await page.goto('./');
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a file' }).first().click();
  await (await choosing).setFiles({ name: 'many.gguf', mimeType: 'application/octet-stream', buffer: manyTensors() });
  await expect(page.locator('.model-name')).toHaveText('many.gguf');
  await chooseType(page, 'IQ3_S');
  await expect(page.getByRole('button', { name: 'Quantize' })).toBeEnabled();
  await page.evaluate(() => {
    const state = globalThis as unknown as { longTasks: { at: number; ms: number }[]; runEnded: number | null };
    state.longTasks = [];
    state.runEnded = null;
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) state.longTasks.push({ at: startTime, ms: duration });
    }).observe({ type: 'longtask' });
    const status = document.querySelector('#run .place-status')!;
    new MutationObserver(() => {
      if (status.textContent === 'finished') state.runEnded = performance.now();
    }).observe(status, { childList: true, characterData: true, subtree: true });
  });
  // The click itself is a person's; what follows runs by itself.
  await page.getByRole('button', { name: 'Quantize' }).click();
  const clicked = await page.evaluate(() => performance.now());
  await expect(page.locator('#result .place-status')).toHaveText('IQ3_S', { timeout: 50_000 });
  const { tasks, ended } = await page.evaluate(() => {
    const state = globalThis as unknown as { longTasks: { at: number; ms: number }[]; runEnded: number | null };
    return { tasks: state.longTasks, ended: state.runEnded };
  });
  expect(ended).not.toBeNull();
  const during = tasks.filter(({ at, ms }) => at > clicked && at + ms < ended! - 1);
  expect(during).toEqual([]);
});
