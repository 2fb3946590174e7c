/**
 * The pictures of README.md and docs, as the page is:
 *   node e2e/static-server.mjs 4173 &
 *   node e2e/pictures.mjs http://localhost:4173/ ../docs/screenshots
 * The page must be built.
 */
import { chromium } from '@playwright/test';
import { CHROMIUM } from './browser.mjs';

const [address, folder] = process.argv.slice(2);
if (!address || !folder) {
  console.error('usage: node e2e/pictures.mjs ADDRESS FOLDER');
  process.exit(2);
}

const WAVE = Array.from({ length: 32 }, (_, index) => (Math.sin(index * index * 1.7) * 0.8 + 0.3).toFixed(3)).join(',');
const browser = await chromium.launch(CHROMIUM);

async function open(hash = '') {
  const context = await browser.newContext({ colorScheme: 'light', viewport: { width: 1280, height: 860 } });
  const page = await context.newPage();
  // Headless Chromium has a save dialog that nobody can answer.
  await page.addInitScript(() => {
    delete window.showSaveFilePicker;
    delete window.showOpenFilePicker;
  });
  await page.goto(address + hash);
  return page;
}

async function openSample(page) {
  await page.getByRole('button', { name: /^Try it with a .* story model$/ }).click();
  const measuring = page.getByRole('button', { name: 'Stop measuring' });
  await measuring.waitFor({ timeout: 60_000 });
  await measuring.waitFor({ state: 'detached', timeout: 600_000 });
}

const settle = (page) => page.waitForTimeout(800);
const file = (name) => ({ path: `${folder}/${name}.png` });

async function shoot(page, name, part) {
  await settle(page);
  if (part) await page.locator(part).screenshot(file(name));
  else await page.screenshot(file(name));
  console.log(name);
}

const main = await open();
await openSample(main);
await main.mouse.move(0, 0);
await shoot(main, 'plan');
await main.getByRole('button', { name: 'Quantize' }).click();
await main.locator('.result-answers', { hasText: 'same first choice' }).waitFor({ timeout: 120_000 });
await shoot(main, 'result');

await main.locator('.steps a', { hasText: 'Lab' }).click();
const lab = main.locator('#lab');
await lab.getByRole('combobox', { name: 'Format' }).selectOption('q4_0');
await lab.getByRole('tab', { name: 'All blocks' }).click();
const model = lab.getByRole('group', { name: 'A block of this model' });
await model.getByRole('combobox', { name: 'Tensor' }).fill('blk.0.attn_k.weight');
await model.getByRole('button', { name: 'All blocks' }).click();
const scatter = lab.locator('svg.block-scatter');
await scatter.waitFor({ timeout: 60_000 });
await scatter.scrollIntoViewIfNeeded();
await scatter.hover({ position: { x: 400, y: 120 } });
await shoot(main, 'lab-blocks', '#lab figure:has(svg.block-scatter)');

await lab.getByRole('tab', { name: 'Number formats' }).click();
const study = main.locator('#lab section.study', { has: main.getByRole('heading', { name: 'Number formats' }) });
await study.getByRole('combobox', { name: 'Tensor' }).fill('blk.0.ffn_down.weight');
await study.getByRole('button', { name: 'Compare' }).click();
await study.getByText('Finished.', { exact: true }).waitFor({ timeout: 600_000 });
await main.mouse.move(0, 0);
await settle(main);
await study.locator('figure').first().screenshot(file('number-formats'));
console.log('number-formats');
await main.context().close();

const stage = async (name, link, act) => {
  const page = await open(`#lab:${link}`);
  await page.getByTestId('lab-readout').waitFor();
  await settle(page);
  await act?.(page);
  await shoot(page, name);
  await page.context().close();
};
await stage('lab', 'w=0.1,0.2,0.3,0.6;l=seven;s=f16;m=exact');
await stage('lab-bits', `w=${WAVE};f=q4_K;d=0.002,0.012;m=exact;v=bits`, (page) =>
  page.locator('.bit-weight').nth(4).hover(),
);
await stage('lab-map', `w=${WAVE};f=q4_1;m=exact`);
await browser.close();
