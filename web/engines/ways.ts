/** Ways through the page, the same in every browser, and what must come of them. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { type Browser, chooseType, click, resultHash, type Tab, until, untilText } from './tab';

const hashes = JSON.parse(
  readFileSync(new URL('../../tests/data/llama-quantize-sha256.json', import.meta.url), 'utf8'),
) as { input: string; type: string; options: string[]; sha256: string }[];

/** Of what llama-quantize makes of the sample model. */
export function expectedSha256(type: string): string {
  return hashes.find((one) => one.input === 'ts3m-F16.gguf' && one.type === type && one.options.length === 0)!.sha256;
}

export const sha256Of = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** From the start page to the result; answers the hash that the page shows. */
export async function quantizeSample(tab: Tab, type: string): Promise<string> {
  await click(tab, 'Try it with a 6.58 MB story model');
  await untilText(tab, '.model-name', /^ts3m-F16\.gguf$/);
  return quantizeOpened(tab, type);
}

export async function quantizeOpened(tab: Tab, type: string): Promise<string> {
  await chooseType(tab, type);
  await click(tab, 'Quantize');
  return resultHash(tab, type);
}

/** Saves the output as a download of this name and answers its hash once all of it has arrived. */
export async function download({ downloads }: Browser, tab: Tab, name: string): Promise<string> {
  await tab.run(() => document.querySelector<HTMLElement>('.save-actions a[download]')!.click());
  const path = join(downloads, name);
  let size = 0;
  return vi.waitUntil(
    () => {
      const before = size;
      size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      return size > 0 && size === before && sha256Of(path);
    },
    { timeout: 40_000, interval: 300 },
  );
}

/** Chooses a model in a dialog that reports that it was dismissed first, as some browsers' do. */
export async function dismissedThenChosen(tab: Tab, path: string): Promise<void> {
  await tab.choose(path, async () => {
    await click(tab, 'Choose a file');
    await until(tab, 'the chooser', () =>
      document.querySelector('input[type="file"]')?.dispatchEvent(new Event('cancel', { bubbles: true })),
    );
  });
  await untilText(tab, '.model-name', /^ts3m-F16\.gguf$/);
}

/** The Lab is open: its block is computed, its curve drawn, and the scale goes until it is held. */
export async function sweepsInTheLab(tab: Tab): Promise<void> {
  await untilText(tab, '[data-testid="lab-readout"]', /7\.554 %/);
  const curve = () => document.querySelector('#lab svg.scale-curve path')?.getAttribute('d')?.length ?? 0;
  expect(await tab.run(curve)).toBeGreaterThan(100);
  const scale = () => Number(document.querySelector<HTMLInputElement>('#lab input[type="range"]')!.value);
  const before = await tab.run(scale);
  await click(tab, '▶ Play');
  await until(tab, 'a part of the curve that was gone over', () => document.querySelector('#lab .gone-over') !== null);
  await click(tab, '❚❚ Pause');
  const paused = await tab.run(scale);
  expect(paused).not.toBe(before);
  await new Promise((wait) => setTimeout(wait, 300));
  expect(await tab.run(scale)).toBe(paused);
}
