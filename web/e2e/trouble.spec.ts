/** Bad files, second thoughts. */
import { readFileSync } from 'node:fs';
import {
  chooseType,
  dropBytes,
  dropLargeModel,
  expect,
  expectedSha256,
  goTo,
  openModel,
  privateBytes,
  quantize,
  save,
  test,
  TS3M,
} from './support';

test('a file that is no model is refused in place, and the page goes on', async ({ page }) => {
  await page.goto('./');
  await dropBytes(
    page,
    'notes.gguf',
    [...'these are notes, not weights'].map((letter) => letter.charCodeAt(0)),
  );
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('notes.gguf');
  await expect(alert).toContainText(/GGUF/);
  await openModel(page);
  await expect(alert).toHaveCount(1); // until it is closed
  await page.getByRole('button', { name: 'Close: Not opened: notes.gguf' }).click();
  await expect(alert).toHaveCount(0);
  await dropBytes(page, 'empty.gguf', []);
  await expect(page.getByRole('alert')).toContainText('empty.gguf');
  await expect(page.locator('.model-name')).toHaveText(TS3M);
  expect(await quantize(page, 'Q8_0')).toBe(expectedSha256(TS3M, 'Q8_0'));
});

test('a quantized model is quantized again only when allowed, and a matrix is asked for where one is needed', async ({
  page,
}) => {
  await page.goto('./');
  await openModel(page);
  await chooseType(page, 'IQ2_XS');
  await expect(page.locator('#plan').getByRole('alert')).toContainText(/importance matrix/);
  const button = page.getByRole('button', { name: 'Quantize' });
  await expect(button).toBeDisabled();
  // Where the type was chosen, not only at the end of the plan.
  await expect(page.locator('#plan').getByRole('alert')).toBeInViewport({ ratio: 1 });
  await expect(button).toHaveAccessibleDescription(/importance matrix/);
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('#run .place-status')).toHaveText('nothing is running');
  await quantize(page, 'Q8_0');
  const { path } = await save(page);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Open…' }).click();
  await (
    await chooser
  ).setFiles({ name: 'again.gguf', mimeType: 'application/octet-stream', buffer: readFileSync(path) });
  await expect(page.locator('.model-name')).toHaveText('again.gguf');
  await chooseType(page, 'Q4_0');
  await expect(page.locator('#plan').getByRole('alert')).toBeVisible();
  await page.getByRole('button', { name: 'Allow it for this run' }).click();
  await page.getByRole('button', { name: 'Quantize' }).click();
  await expect(page.locator('#result')).toContainText('again.gguf as Q4_0');
});

test('stop ends a run at once and leaves nothing; pause holds it', async ({ page }) => {
  await page.goto('./');
  await dropLargeModel(page);
  await chooseType(page, 'Q8_0');
  const start = page.getByRole('button', { name: 'Quantize' });
  await start.click();
  await page.getByRole('button', { name: 'Pause' }).click();
  await goTo(page, 'Plan');
  await expect(start).toBeDisabled();
  await expect(start).toHaveAccessibleDescription('A run is going: wait for it, or stop it.');
  await page.getByRole('link', { name: 'wait for it, or stop it' }).click();
  await expect(page.locator('#run .place-status')).toHaveText('paused');
  const written = page.locator('.run-figures li').nth(3);
  // Jobs that were running end, however long that takes; then nothing more is written.
  await expect(async () => {
    const before = await written.textContent();
    await page.waitForTimeout(300);
    expect(await written.textContent()).toBe(before);
  }).toPass();
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.locator('#run .place-status')).toHaveText('running');
  const milliseconds = await page.evaluate(async () => {
    const button = [...document.querySelectorAll<HTMLButtonElement>('#run button')].find(
      (one) => one.textContent === 'Stop',
    );
    const start = performance.now();
    button?.click();
    while (!document.querySelector('#run')?.textContent?.includes('Stopped.')) await new Promise(requestAnimationFrame);
    return performance.now() - start;
  });
  // Within 200 ms where nothing else runs; this bound only tells stopping from finishing, on machines however busy.
  expect(milliseconds).toBeLessThan(2000);
  await expect.poll(() => privateBytes(page)).toBe(0);
  await expect(page.locator('#result .place-status')).toHaveText('after a run');
  // The same run can be begun again, until another model is open.
  await page.getByRole('button', { name: 'Run again' }).click();
  await expect(page.locator('#run .place-status')).toHaveText('running');
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Run again' })).toBeVisible();
  // The page is as good as before.
  await openModel(page);
  expect(await quantize(page, 'Q4_0')).toBe(expectedSha256(TS3M, 'Q4_0'));
});
