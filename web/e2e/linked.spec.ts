/** What is chosen in one view of a result, all views of it show; and the way on to its worst block in the Lab. */
import type { Page } from '@playwright/test';
import {
  expect,
  expectAccessible,
  expectNoSidewaysScrolling,
  goTo,
  inEveryView,
  openModel,
  openTab,
  quantize,
  test,
} from './support';

const figure = (page: Page, title: string) =>
  page.locator('#result figure.chart', { has: page.getByRole('heading', { name: title, exact: true }) });
const bar = (page: Page) => page.getByRole('group', { name: 'What the views show' });
const tensorNames = (page: Page) => page.locator('.error-table tbody tr:not(.spacer) td:first-child').allTextContents();

async function makeResult(page: Page): Promise<void> {
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q4_0');
}

test('a layer and a role chosen in the chart of layers: every view, then the tensor, then its worst block', async ({
  page,
}) => {
  await makeResult(page);
  await openTab(page, 'Layers');
  await expect(bar(page).getByRole('status')).toHaveText('all 29 converted tensors');
  await page.getByRole('button', { name: 'v', exact: true }).click();
  await expect(bar(page)).toContainText('v, every layer');
  await expect(bar(page).getByRole('status')).toHaveText('4 of 29 tensors');
  await bar(page).getByRole('combobox', { name: 'Layer' }).selectOption('3');
  await expect(bar(page)).toContainText('Layer 3 × v');
  await expect(figure(page, 'Error by layer').locator('circle.halo')).toHaveCount(1);

  await openTab(page, 'Distribution');
  await expect(bar(page)).toContainText('Layer 3 × v');
  await expect(figure(page, 'How large the errors are')).toContainText(/blk\.3\.attn_v\.weight: 32\s768 weights/);
  await openTab(page, 'Blocks');
  await expect(figure(page, 'Errors of blocks')).toContainText(/blk\.3\.attn_v\.weight: 1\s024 blocks of 32 weights/);
  const worst = page.getByRole('table', { name: 'Worst blocks' }).locator('tbody tr');
  for (const name of await worst.locator('th').allTextContents()) expect(name).toBe('blk.3.attn_v.weight');
  await openTab(page, 'Tensors$');
  expect(await tensorNames(page)).toEqual(['blk.3.attn_v.weight']);
  await expect(figure(page, 'A row before and after')).toContainText('blk.3.attn_v.weight');
  await openTab(page, 'Codes and bytes');
  await expect(figure(page, 'Use of the codes')).toContainText(/^Use of the codesLayer 3 × v, q4_0: 32\s768 codes/);

  await openTab(page, 'Blocks');
  const block = (await worst.first().locator('td').first().textContent())!;
  await bar(page).getByRole('button', { name: 'Open its worst block in the Lab' }).click();
  await expect(page.locator('#lab-title')).toBeFocused();
  await expect(page.getByRole('group', { name: 'A block of this model' })).toContainText(`Block ${block} of`);
  await goTo(page, 'Result');
  await bar(page)
    .getByRole('button', { name: /^Show everything/ })
    .click();
  await expect(bar(page).getByRole('status')).toHaveText('all 29 converted tensors');
  expect((await tensorNames(page)).length).toBeGreaterThan(10);
});

test('a point of the chart is chosen by Enter and left by Enter; what does not go together is left', async ({
  page,
}) => {
  await makeResult(page);
  await openTab(page, 'Layers');
  await figure(page, 'Error by layer').getByRole('application').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(bar(page)).toContainText('Layer 1 × q');
  await bar(page).getByRole('combobox', { name: 'Role' }).selectOption('token_embd');
  await expect(bar(page)).toContainText('token_embd, every layer');
  await expect(bar(page).getByRole('combobox', { name: 'Layer' })).toHaveValue('');
  await openTab(page, 'Codes and bytes');
  await figure(page, 'Bytes by role').getByRole('application').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(bar(page).getByRole('status')).toHaveText('4 of 29 tensors');
  // Several tensors: figures that sums give, and no quantiles.
  await openTab(page, 'Distribution');
  const figures = page.locator('#result [role=tabpanel]:not([hidden]) .figures');
  await expect(figures).toContainText('largest error');
  await expect(figures).not.toContainText('median');
  await openTab(page, 'Tensors$');
  await page.locator('.error-table td button', { hasText: 'blk.2.' }).first().click();
  await expect(bar(page).locator('.focus-chip')).toContainText('blk.2.');
  expect(await tensorNames(page)).toHaveLength(4);
  await openTab(page, 'Distribution');
  await expect(figures).toContainText('median');
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`a part of a result is accessible and fits, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await makeResult(page);
    await openTab(page, 'Tensors$');
    await bar(page).getByRole('combobox', { name: 'Role' }).selectOption('down');
    await page.locator('.error-table td button').first().click();
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 844 });
      await inEveryView(page, 'Result', async () => {
        await expectNoSidewaysScrolling(page);
      });
    }
    await openTab(page, 'Layers');
    await expectAccessible(page, '.focus-bar');
    await expectAccessible(page, '#result .tab-panel:not([hidden])');
  });
