/** What is known of a model stands where a person decides. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { ODD_FOLDERS, writeOddFolder, type OddFolder } from '../test/support/odd-folders';
import { chooseType, expect, goTo, openModel, quantize, test } from './support';

function named(name: string): OddFolder {
  return ODD_FOLDERS.find((odd) => odd.name === name)!;
}

async function openFolder(page: Page, path: string): Promise<void> {
  await page.goto('./');
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await (await choosing).setFiles(path);
  await expect(page.locator('.model-name')).toHaveText(path.slice(path.lastIndexOf('/') + 1));
}

for (const odd of ODD_FOLDERS) {
  test(`${odd.name}: a ${odd.level} beside the button`, async ({ page }, info) => {
    const folder = info.outputPath('model');
    writeOddFolder(odd, folder);
    await openFolder(page, folder);
    await chooseType(page, 'Q8_0');
    for (const place of ['Model', 'Plan'] as const) {
      await goTo(page, place);
      const list = page
        .locator(`#${place.toLowerCase()}`)
        .getByRole('list', { name: odd.level === 'warning' ? 'Warnings' : 'Notes' });
      await expect(list.getByRole('listitem').filter({ hasText: odd.says })).toHaveCount(1);
      if (odd.level === 'warning') await expect(list.getByRole('listitem').first()).toContainText('Warning:');
    }
    const button = page.getByRole('button', { name: 'Quantize', exact: true });
    if (odd.level === 'warning') await expect(button).toHaveAccessibleDescription(/^Warning.*: ./);
    else await expect(button).toHaveAccessibleDescription('');
  });
}

test('a warning stays in view with the button, goes with the result, and passes axe', async ({ page }, info) => {
  const folder = info.outputPath('model');
  writeOddFolder(named('weights quantized by fp8'), folder);
  await openFolder(page, folder);
  const beside = page.locator('.plan-summary .plan-warning');
  await expect(beside).toBeInViewport();
  await expect(beside).toContainText('Warning 1 of 2: The weights are quantized already (FP8:');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const place of ['Model', 'Plan'] as const) {
      await goTo(page, place);
      const { violations } = await new AxeBuilder({ page }).include(`#${place.toLowerCase()}`).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    }
  }
  await quantize(page, 'Q8_0');
  await expect(page.locator('#result').getByRole('list', { name: 'Warnings' })).toContainText('(FP8:');
});

test('a good model has neither warnings nor a description of the button', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await expect(page.getByRole('button', { name: 'Quantize', exact: true })).toHaveAccessibleDescription('');
  await expect(page.getByRole('list', { name: 'Warnings' })).toHaveCount(0);
});
