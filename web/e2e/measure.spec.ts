import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { chooseType, expect, goTo, openModel, openTab, test, twin } from './support';

test('predicts the error of every type from a sample, and the run finds it in the interval', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  const status = page.locator('.measure-status');
  await expect(status).toContainText(/predicted from 1\d\.\d % of the rows/, { timeout: 30_000 });
  await openTab(page, 'All types');
  const row = page.locator('.type-row', { has: page.getByRole('radio', { name: /^Q4_0\b/ }) });
  await expect(row.locator('.type-error')).toHaveText(/^2\d\.\d dB$/);
  await expect(
    page.locator('.type-row', { has: page.getByRole('radio', { name: /^F16\b/ }) }).locator('.type-error'),
  ).toHaveText('lossless');
  const interval = /between ([\d.]+) and ([\d.]+) dB/.exec(
    (await row.locator('.type-error').getAttribute('title')) ?? '',
  );
  await status.getByText('What this means').click();
  await expect(status).toContainText('95 of 100 tensors');

  await chooseType(page, 'Q4_0');
  await page.getByRole('button', { name: 'Quantize' }).click();
  await expect(page.locator('#result')).toBeVisible({ timeout: 30_000 });
  await openTab(page, 'Distribution');
  const achieved = page
    .locator('#result .figures')
    .getByText(/^[\d.]+ dB$/)
    .first();
  await expect(achieved).toBeVisible({ timeout: 30_000 });
  const decibels = Number.parseFloat((await achieved.textContent())!);
  expect(decibels).toBeGreaterThan(Number(interval?.[1]));
  expect(decibels).toBeLessThan(Number(interval?.[2]));
});

test('measures no further while a run has the machine, and goes on afterwards', async ({ page }) => {
  await page.addInitScript(() => {
    const told: unknown[] = ((window as unknown as { told: unknown[] }).told = []);
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (this: Worker, ...sent: unknown[]) {
      const { path, argumentList } = (sent[0] ?? {}) as { path?: string[]; argumentList?: { value: unknown }[] };
      if (path?.[0] === 'pause') told.push(argumentList?.[0]?.value);
      Reflect.apply(post, this, sent);
    };
  });
  const told = () => page.evaluate(() => (window as unknown as { told: unknown[] }).told);
  await page.goto('./');
  await openModel(page);
  await chooseType(page, 'Q4_0');
  expect(await told()).not.toContain(true);
  await page.getByRole('button', { name: 'Quantize' }).click();
  await expect(page.locator('#result')).toBeVisible({ timeout: 30_000 });
  await expect.poll(told).toContain(true);
  await expect.poll(async () => (await told()).at(-1)).toBe(false);
});

test('finds the best mix for a size, lets it be changed, and writes it', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await openTab(page, 'A size of your own');
  const panel = page.locator('.size-panel');
  await panel.getByLabel('Size, for example').fill('1 kB');
  await panel.getByRole('button', { name: 'Best mix' }).first().click();
  await expect(panel.getByRole('alert')).toContainText('The smallest file with these types and rules has');

  await panel.getByLabel('Size, for example').fill('2 MB');
  await panel.getByRole('button', { name: 'Best mix' }).first().click();
  const summary = panel.locator('.mix-summary');
  await expect(summary).toContainText('bits per weight');
  await expect(summary).toContainText(/no mix of these types has less error|at most/);
  await expect.poll(async () => (await twin(page, 'Which tensor gets which type')).length).toBe(30);

  // The plan follows: as many bytes as the mix has, and the types of the map.
  const size = await summary.locator('strong').getAttribute('title');
  await expect(page.locator('.plan-size strong')).toHaveAttribute('title', size!);
  const plane = await twin(page, 'Size and error');
  expect(plane.find((row) => row[1] === 'chosen')?.[0]).toBe('your mix');
  const best = plane.filter((row) => row[1] === 'best').map((row) => [Number(row[2]), Number(row[3])] as const);
  expect(best.length).toBeGreaterThan(10);
  for (const [name, kind, bits, decibels] of plane.slice(1)) {
    if (kind !== 'type') continue;
    const smaller = best.filter((point) => point[0] >= Number(bits) + 0.3);
    for (const point of smaller) expect(point[1], name).toBeGreaterThan(Number(decibels) - 0.1);
  }

  // By keyboard: the first cell of the map gets another type.
  const map = panel.getByRole('application', { name: /Types by layer and role/ });
  await map.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  const cell = panel.locator('.mix-type').first().getByRole('combobox');
  await cell.selectOption('q8_0');
  await expect(summary).toContainText('changed by hand');
  await expect(panel.getByRole('button', { name: 'Take back 1 change' })).toBeVisible();
  const changed = await summary.locator('strong').getAttribute('title');
  expect(changed).not.toBe(size);
  await expect(page.locator('.plan-size strong')).toHaveAttribute('title', changed!);

  const download = page.waitForEvent('download');
  await panel.getByRole('button', { name: 'Save recipe.json' }).click();
  const recipe = JSON.parse(readFileSync((await (await download).path())!, 'utf8')) as {
    nibbleRecipe: number;
    bytes: number;
    command: string;
  };
  expect(recipe.nibbleRecipe).toBe(1);
  expect(recipe.command).toContain('--tensor-type');
  expect(`${recipe.bytes.toLocaleString('en').replaceAll(',', '\u202f')} bytes`).toBe(changed);

  await page.getByRole('button', { name: 'Quantize' }).click();
  await expect(page.locator('.result-size strong')).toHaveAttribute('title', changed!, { timeout: 30_000 });

  await goTo(page, 'Plan');
  await panel.getByRole('button', { name: 'Back to the file type' }).click();
  await expect(page.locator('input[name="file-type"][value="Q4_K_M"]')).toBeChecked();
});

test('solves a measurement that is dropped back, without the model', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  const save = page.getByRole('button', { name: 'Save the measurement' });
  await expect(save).toBeVisible({ timeout: 30_000 });
  const download = page.waitForEvent('download');
  await save.click();
  const measurement = readFileSync((await (await download).path())!);
  await page.goto('./');
  await expect(page.locator('.type-row').first()).toBeAttached();
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a file' }).first().click();
  await (await choosing).setFiles({ name: 'ts3m-measurement.json', mimeType: 'application/json', buffer: measurement });
  await expect(page.locator('#plan')).toBeVisible();
  const panel = page.locator('.size-panel');
  await panel.getByLabel('Bits per weight').fill('4.5');
  await panel.getByRole('button', { name: 'Best mix' }).last().click();
  await expect(panel.locator('.mix-summary')).toContainText(/4\.(4|5)\d bits per weight/);
  await expect(panel.getByRole('button', { name: 'Save recipe.json' })).toBeVisible();
});

test('observes the worst tensors, and shows what other searches would gain', async ({ page }) => {
  await page.goto('./');
  await openModel(page);
  await chooseType(page, 'Q4_0');
  await openTab(page, 'A size of your own');
  await page.getByText('Observe: re-spend bits').click();
  await page.getByLabel('worst').fill('5');
  await page.getByRole('button', { name: 'Observe', exact: true }).click();
  await expect(page.locator('.observe')).toContainText('5 tensors of 5 with half the error or less');
  await openTab(page, 'Scale search');
  await page.getByText('What another scale search would gain').click();
  const table = page.getByRole('region', { name: 'Scale searches' });
  await expect(table.getByRole('row', { name: /lowest-error/ })).toContainText(/−[\d.]+ %/, { timeout: 30_000 });
  await table.getByRole('button', { name: 'Use lowest-error' }).click();
  await openTab(page, 'A size of your own');
  await page.getByRole('button', { name: 'Plan this' }).click();
  await expect(page.locator('.plan-words')).toContainText('bpw.gguf');
  const { violations } = await new AxeBuilder({ page }).include('#plan').analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
});
