/** The Lab's place, and what tests of it find there. */
import type { Locator, Page } from '@playwright/test';
import { expect } from './support';

export const lab = (page: Page): Locator => page.locator('#lab');
export const readout = (page: Page): Locator => page.getByTestId('lab-readout');
export const slider = (page: Page): Locator => lab(page).getByRole('slider', { name: 'Scale' });
export const method = (page: Page, name: string): Locator => lab(page).getByRole('button', { name, exact: true });

export const format = (page: Page): Locator => page.locator('.lab-editor').getByRole('combobox', { name: 'Format' });

export const WAVE = Array.from({ length: 32 }, (_, index) =>
  (Math.sin(index * index * 1.7) * 0.8 + 0.3).toFixed(3),
).join(',');

export async function openLab(page: Page, hash = '#/lab'): Promise<void> {
  await page.goto(`./${hash}`);
  await expect(readout(page)).toBeVisible();
}
