import { expect, openModel, quantize, test } from './support';

test('another method: its error beside that of llama.cpp’s, in total and for each tensor', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await page.getByText('Options').click();
  await page.getByLabel('Scale search').selectOption('lowest-error');
  await expect(page.getByLabel(/Measure llama.cpp’s method as well/)).toBeChecked();
  await quantize(page, 'Q4_0');
  const figure = page.locator('#result .figures li', { hasText: 'RMSE over llama.cpp’s' });
  const ratio = Number(await figure.locator('.figure-value').textContent());
  expect(ratio).toBeGreaterThan(0.9);
  expect(ratio).toBeLessThan(0.96);
  await expect(page.locator('.error-table th', { hasText: 'of llama.cpp’s' })).toBeVisible();
});
