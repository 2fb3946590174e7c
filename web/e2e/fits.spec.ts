/** Whether an output fits the memory it is to run in. */
import { drop, expect, goTo, test, TS3M } from './support';

test('files that do not fit the memory somebody has are marked, and the plan says what running takes', async ({
  page,
}) => {
  await page.goto('./');
  await goTo(page, 'Plan');
  await page.getByLabel('Memory to run it in').fill('18.5 MB');
  await page.getByLabel('Context, in tokens').selectOption('4096');
  await drop(page, TS3M);
  const row = (type: string) => page.locator('.type-row', { has: page.getByText(type, { exact: true }) });
  // ts3m: 4 layers, 2 heads of 64: 4 KiB a token with keys and values in half precision.
  await page.getByLabel('Type of the key and value cache').selectOption('q4_0');
  await expect(page.locator('.fits')).toContainText('takes 2.36 MB for the cache and about 11.0 MB of scratch');
  await expect(row('F16')).toContainText('does not fit 18.5 MB');
  await expect(row('Q8_0')).not.toContainText('does not fit');
  await expect(page.locator('.plan-summary')).toContainText('about 15.4 MB to run: fits 18.5 MB');
  await page.getByLabel('Memory to run it in').fill('10 MB');
  await expect(page.locator('.suggestions')).toHaveText(
    'Suggested for this modelNo file type that is worth trying fits 10.0 MB.',
    { timeout: 30_000 },
  );
  await page.getByLabel('Memory to run it in').fill('a lot');
  await expect(page.getByLabel('Memory to run it in')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.locator('.type-list')).not.toContainText('does not fit');
});
