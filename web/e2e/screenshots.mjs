/**
 * Pictures of the page in its states, light, dark and narrow, from a real model:
 *   node e2e/screenshots.mjs MODEL.gguf FOLDER [TYPE]
 * The page must be built; a server of it must run at http://localhost:4173/ (or at NIBBLE_URL).
 */
import { mkdirSync } from 'node:fs';
import { chromium } from '@playwright/test';

const [model, folder, type = 'Q4_0'] = process.argv.slice(2);
if (!model || !folder) {
  console.error('usage: node e2e/screenshots.mjs MODEL.gguf FOLDER [TYPE]');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });

const looks = [
  { name: 'light', colorScheme: 'light', width: 1280, height: 900 },
  { name: 'dark', colorScheme: 'dark', width: 1280, height: 900 },
  { name: 'narrow', colorScheme: 'light', width: 390, height: 844 },
];

const browser = await chromium.launch({
  executablePath: process.env.NIBBLE_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ],
});
for (const { name, colorScheme, width, height } of looks) {
  const context = await browser.newContext({
    colorScheme,
    viewport: { width, height },
    deviceScaleFactor: width < 500 ? 2 : 1,
  });
  const page = await context.newPage();
  page.on('console', (message) => console.log(`${name}: ${message.text()}`));
  page.on('pageerror', (error) => console.log(`${name}: ${error}`));
  // Headless Chromium has a save dialog that nobody can answer.
  await page.addInitScript(() => {
    delete window.showSaveFilePicker;
    delete window.showOpenFilePicker;
  });
  const shoot = async (state) => {
    await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
    await page.screenshot({ path: `${folder}/${name}-${state}.png`, fullPage: true });
  };
  const shootPlace = async (id, state) => page.locator(`#${id}`).screenshot({ path: `${folder}/${name}-${state}.png` });
  await page.goto(process.env.NIBBLE_URL ?? 'http://localhost:4173/');
  await page.getByRole('radio').first().waitFor();
  await shoot('1-empty');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a file' }).click();
  await (await chooser).setFiles(model);
  await page.getByText('Where the bytes are').waitFor();
  await page.getByRole('radio', { name: new RegExp(`^${type}\\b`) }).check();
  await page.getByRole('button', { name: 'Quantize' }).waitFor();
  await page.waitForTimeout(500);
  await shootPlace('model', '2-model');
  await shootPlace('plan', '2-plan');
  for (const summary of await page.locator('details.disclosure > summary').all()) await summary.click();
  await shootPlace('model', '3-model-open');
  await shootPlace('plan', '3-plan-open');
  for (const summary of await page.locator('details.disclosure > summary').all()) await summary.click();
  await page.getByRole('button', { name: 'Quantize' }).click();
  await page.getByTestId('sha256').waitFor({ timeout: 600_000 });
  await page.waitForTimeout(500);
  await shootPlace('run', '4-run');
  await shootPlace('result', '4-result');
  await context.close();
}
await browser.close();
