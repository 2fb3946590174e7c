/** The tab that checks files: a sound model, and a file that cannot be opened. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, expectAccessible, openModel, openTab, test, TS3M } from './support';

const data = new URL('../../tests/data/', import.meta.url).pathname;

test('files are checked, sound or broken', async ({ page }, info) => {
  const broken = readFileSync(`${data}${TS3M}`);
  broken.write('blk.0.attn_k.weight', broken.indexOf('blk.1.attn_k.weight'));
  broken.writeUInt16LE(0x7e00, broken.length - 2);
  writeFileSync(info.outputPath('broken.gguf'), broken);

  await page.goto('/');
  await openModel(page);
  await openTab(page, 'Check');
  const panel = page.getByRole('region', { name: 'What is wrong with the files' });
  await panel.getByRole('button', { name: 'Check this model' }).click();
  await expect(panel).toContainText(`${TS3M}: nothing is wrong. 3.28 M weights of 38 tensors were read.`);

  const chooser = page.waitForEvent('filechooser');
  await panel.getByRole('button', { name: 'Check other files…' }).click();
  await (await chooser).setFiles(info.outputPath('broken.gguf'));
  await expect(panel).toContainText('broken.gguf: 2 findings.');
  await expect(panel.getByRole('listitem')).toContainText([
    /Error: .*appears twice.*duplicate tensor name 'blk\.0\.attn_k\.weight'/,
    /Error: .*1 weight is no number \(NaN\).*--check-tensors/,
  ]);
  await expectAccessible(page, '#model');
});
