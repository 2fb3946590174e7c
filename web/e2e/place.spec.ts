/** Where the page is served from, and whether it needs a network. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expectedSha256, expect, openModel, quantize, test, TS3M } from './support';

test('works under a sub-path', async ({ page }) => {
  await page.goto('./sub/path/');
  await openModel(page);
  expect(await quantize(page, 'Q8_0')).toBe(expectedSha256(TS3M, 'Q8_0'));
});

for (const path of ['./', './sub/path/']) {
  test(`works without a network after the first visit, at ${path}`, async ({ page, context }) => {
    await page.goto(path);
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      if (!navigator.serviceWorker.controller)
        await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve));
    });
    const model = await page.evaluateHandle(
      async (name) => new File([await (await fetch(`/models/${name}`)).blob()], name),
      TS3M,
    );
    await model.evaluate(async (file) => {
      const root = await navigator.storage.getDirectory();
      const writable = await (await root.getFileHandle(file.name, { create: true })).createWritable();
      await writable.write(file);
      await writable.close();
    });
    await context.setOffline(true);
    await page.reload();
    await page.evaluate(async (name) => {
      const root = await navigator.storage.getDirectory();
      const transfer = new DataTransfer();
      transfer.items.add(await (await root.getFileHandle(name)).getFile());
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }, TS3M);
    await expect(page.locator('.model-name')).toHaveText(TS3M);
    expect(await quantize(page, 'Q4_0')).toBe(expectedSha256(TS3M, 'Q4_0'));
  });
}

test('a newer version waits until it is wanted', async ({ page }) => {
  const copy = fileURLToPath(new URL('../test-results/copy/', import.meta.url));
  const change = (file: string, from: string | RegExp, to: string) =>
    writeFileSync(copy + file, readFileSync(copy + file, 'utf8').replace(from, to));
  rmSync(copy, { recursive: true, force: true });
  cpSync(fileURLToPath(new URL('../dist/', import.meta.url)), copy, { recursive: true });
  await page.goto('./copy/');
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller)
      await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve));
  });
  change('index.html', '<head>', '<head><meta name="newer">');
  change('service-worker.js', /(url:[`"]\.\/[`"],revision:[`"])[^`"]+/, '$1newer');
  await page.reload();
  await expect(page.locator('meta[name=newer]')).toHaveCount(0);
  await expect(page.getByText('A newer version of this page is ready.')).toBeVisible();
  await page.getByRole('button', { name: 'Use it now' }).click();
  await expect(page.locator('meta[name=newer]')).toHaveCount(1);
});
