/**
 * Pictures of every place of the page and of what is behind its tabs, in several sizes, from a real model:
 *   node e2e/screenshots.mjs MODEL.gguf FOLDER [TYPE]
 * The page must be built; a server of it must run at http://localhost:4173/ (or at NIBBLE_URL).
 */
import { mkdirSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { CHROMIUM } from './browser.mjs';

const [model, folder, type = 'Q4_0'] = process.argv.slice(2);
if (!model || !folder) {
  console.error('usage: node e2e/screenshots.mjs MODEL.gguf FOLDER [TYPE]');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });

const looks = [
  { name: 'light', colorScheme: 'light', width: 1440, height: 900 },
  { name: 'dark', colorScheme: 'dark', width: 1440, height: 900 },
  { name: 'low', colorScheme: 'light', width: 1280, height: 720 },
  { name: 'narrow', colorScheme: 'light', width: 390, height: 844 },
  { name: 'narrow-dark', colorScheme: 'dark', width: 390, height: 844 },
  { name: 'wide', colorScheme: 'light', width: 2560, height: 1440 },
];

const browser = await chromium.launch(CHROMIUM);
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
  let number = 0;
  const shoot = async (state) => {
    await page.waitForTimeout(300);
    number += 1;
    const order = String(number).padStart(2, '0');
    await page.screenshot({ path: `${folder}/${name}-${order}-${state.toLowerCase().replaceAll(/\W+/g, '-')}.png` });
  };
  /** A place, and what is behind each of its tabs. */
  const shootPlace = async (place) => {
    await page.locator('.steps a', { has: page.getByText(place, { exact: true }) }).click();
    await page.locator(`#${place.toLowerCase()}`).waitFor();
    const tabs = await page.locator(`#${place.toLowerCase()}`).getByRole('tab').all();
    if (tabs.length === 0) await shoot(place);
    for (const tab of tabs) {
      await tab.click();
      await shoot(`${place} ${await tab.textContent()}`);
    }
    await tabs[0]?.click();
  };
  await page.goto(process.env.NIBBLE_URL ?? 'http://localhost:4173/');
  await page.locator('.type-row').first().waitFor({ state: 'attached' });
  await shoot('start');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a file' }).click();
  await (await chooser).setFiles(model);
  await page.getByRole('status').filter({ hasText: 'Errors are predicted' }).waitFor({ timeout: 600_000 });
  await page.locator(`input[name="file-type"][value="${type}"]`).check();
  await shootPlace('Model');
  await shootPlace('Plan');
  await page.getByRole('button', { name: 'Quantize' }).click();
  await page.locator('#result .place-status', { hasText: type }).waitFor({ timeout: 600_000 });
  await page.waitForTimeout(15_000); // for a short comparison of answers
  await shootPlace('Result');
  await shootPlace('Run');
  await shootPlace('Lab');
  await context.close();
}
await browser.close();
