/** The page in WebKitGTK, which gives pages no private storage as it is shipped: the main job, its chooser, the Lab. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dismissedThenChosen, download, expectedSha256, quantizeOpened, quantizeSample, sweepsInTheLab } from './ways';
import { serve, type Served } from './served';
import { type Tab, untilText } from './tab';
import { WebKit } from './webkit';

const SAMPLE = fileURLToPath(new URL('../../tests/data/ts3m-F16.gguf', import.meta.url));

let served: Served;
let webkit: WebKit;
let tab: Tab;

beforeAll(async () => {
  served = await serve();
  webkit = await WebKit.start();
  console.log(webkit.version);
  tab = await webkit.newTab();
  await tab.open(served.url);
});
afterAll(async () => {
  await webkit?.close();
  served?.close();
});

it('makes of the sample model what llama-quantize makes, keeps it in memory, says so, and downloads it', async () => {
  expect(await tab.run(() => typeof navigator.storage)).toBe('undefined');
  expect(await quantizeSample(tab, 'Q4_K_M')).toBe(expectedSha256('Q4_K_M'));
  await untilText(tab, '.save-actions', /Kept in memory until the page is closed or another run is finished\./);
  expect(await download(webkit, tab, 'ts3m-Q4_K_M.gguf')).toBe(expectedSha256('Q4_K_M'));
});

it('takes a file from a chooser that reports that it was dismissed before it reports the file', async () => {
  await tab.open(`${served.url}?again`);
  await dismissedThenChosen(tab, SAMPLE);
  expect(await quantizeOpened(tab, 'IQ4_XS')).toBe(expectedSha256('IQ4_XS'));
});

it('shows the Lab: its curve, the sweep over scales', async () => {
  await tab.open(`${served.url}?lab#/lab`);
  await sweepsInTheLab(tab);
});
