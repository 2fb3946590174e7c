/** The page in Firefox: the main job, its file chooser, the Lab, a run that is cut short, private windows. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Firefox } from './firefox';
import { serve, type Served } from './served';
import { chooseType, click, resultHash, type Tab, until, untilText } from './tab';
import { dismissedThenChosen, download, expectedSha256, quantizeOpened, quantizeSample, sweepsInTheLab } from './ways';

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const SAMPLE = fromHere('../../tests/data/ts3m-F16.gguf');

let served: Served;
let firefox: Firefox;
let folder: string;

beforeAll(async () => {
  served = await serve();
  firefox = await Firefox.start();
  console.log(firefox.version);
  folder = mkdtempSync(join(process.env.TMPDIR ?? tmpdir(), 'nibble-engines-'));
});
afterEach(() => expect(firefox.complaints).toEqual([]));
afterAll(async () => {
  await firefox?.close();
  served?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function newPage(browser = firefox): Promise<Tab> {
  const tab = await browser.newTab();
  await tab.open(served.url);
  return tab;
}

it('makes of the sample model what llama-quantize makes, and downloads it', async () => {
  const tab = await newPage();
  expect(await quantizeSample(tab, 'Q4_K_M')).toBe(expectedSha256('Q4_K_M'));
  expect(await download(firefox, tab, 'ts3m-Q4_K_M.gguf')).toBe(expectedSha256('Q4_K_M'));
  await tab.close();
});

it('takes a file from a chooser that reports that it was dismissed before it reports the file', async () => {
  const tab = await newPage();
  await dismissedThenChosen(tab, SAMPLE);
  expect(await quantizeOpened(tab, 'IQ4_XS')).toBe(expectedSha256('IQ4_XS'));
  await tab.close();
});

it('shows the Lab: its curve, the sweep over scales', async () => {
  const tab = await firefox.newTab();
  await tab.open(`${served.url}#/lab`);
  await sweepsInTheLab(tab);
  await tab.close();
});

it('goes on with a run whose tab was closed, to the bytes of the command line', async () => {
  const model = join(folder, 'normal.gguf');
  execFileSync(process.execPath, [fromHere('../../scripts/make-large-gguf'), model, '0.15']);
  const tab = await newPage();
  await tab.choose(model, () => click(tab, 'Choose a file'));
  await untilText(tab, '.model-name', /normal\.gguf/);
  await chooseType(tab, 'Q5_K_M');
  await click(tab, 'Quantize');
  await until(tab, 'a beginning', () => /^[1-9]\d? %/.test(document.title));
  await tab.close();

  const next = await newPage();
  await untilText(next, '.unfinished', /Q5_K_M of normal\.gguf was cut short: [1-9]\d? % of/);
  await next.choose(model, () => click(next, 'Choose the same model to go on'));
  await click(next, 'Go on');
  const sha256 = await resultHash(next, 'Q5_K_M');
  expect(await download(firefox, next, 'normal-Q5_K_M.gguf')).toBe(sha256);
  await next.close();
  const output = join(folder, 'normal-Q5_K_M.gguf');
  const options = ['quantize', '--json', model, output, 'Q5_K_M'];
  const printed = execFileSync(process.execPath, [fromHere('../dist-cli/nibble.js'), ...options], { encoding: 'utf8' });
  expect(sha256).toBe((JSON.parse(printed) as { files: { sha256: string }[] }).files[0]!.sha256);
});

it('in a private window, which has no private storage, keeps the output in memory and says so', async () => {
  const secret = await Firefox.start({ isPrivate: true });
  try {
    const tab = await newPage(secret);
    expect(
      await tab.run(() =>
        navigator.storage.getDirectory().then(
          () => 'there',
          ({ name }) => name as string,
        ),
      ),
    ).toBe('SecurityError');
    expect(await quantizeSample(tab, 'Q4_K_M')).toBe(expectedSha256('Q4_K_M'));
    await untilText(tab, '.save-actions', /Kept in memory until the page is closed or another run is finished\./);
    expect(await download(secret, tab, 'ts3m-Q4_K_M.gguf')).toBe(expectedSha256('Q4_K_M'));
    expect(secret.complaints).toEqual([]);
  } finally {
    await secret.close();
  }
});
