/** What else people drop: arrays of NumPy, checkpoints of PyTorch, and checkpoints that want to run something. */
import { expect, quantize, test } from './support';
import type { Page } from '@playwright/test';

async function choose(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.goto('./');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a file' }).click();
  await (await chooser).setFiles({ name, mimeType: 'application/octet-stream', buffer });
}

/** A NumPy array of floats. */
function array(rows: number, columns: number): Buffer {
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`.padEnd(117) + '\n';
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, dict.length & 255, dict.length >> 8]);
  const values = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i));
  return Buffer.concat([start, Buffer.from(dict, 'latin1'), Buffer.from(values.buffer)]);
}

/** A zip archive of one entry, as torch.save makes them. */
function archive(name: string, content: Buffer): Buffer {
  const fields = (bytes: number, values: [number, number][]) => {
    const buffer = Buffer.alloc(bytes);
    for (const [at, value] of values) buffer.writeUInt32LE(value, at);
    return buffer;
  };
  const text = Buffer.from(name);
  const local = Buffer.concat([
    fields(30, [
      [0, 0x04034b50],
      [18, content.length],
      [22, content.length],
      [26, text.length],
    ]),
    text,
    content,
  ]);
  const list = Buffer.concat([
    fields(46, [
      [0, 0x02014b50],
      [20, content.length],
      [24, content.length],
      [28, text.length],
    ]),
    text,
  ]);
  const end = Buffer.concat([
    fields(20, [
      [0, 0x06054b50],
      [8, 0x00010001],
      [12, list.length],
      [16, local.length],
    ]),
    Buffer.alloc(2),
  ]);
  return Buffer.concat([local, list, end]);
}

test('an array of NumPy is measured and quantized', async ({ page }) => {
  await choose(page, 'weights.npy', array(64, 256));
  await expect(page.locator('#model')).toContainText('1 tensor');
  await quantize(page, 'Q4_0');
  await expect(page.locator('#result')).toContainText('dB');
});

test('a checkpoint that wants to call something is refused by the name of it', async ({ page }) => {
  // What pickle.dumps writes for an object whose __reduce__ answers (os.system, ("echo",)).
  await choose(
    page,
    'model.pt',
    archive('model/data.pkl', Buffer.from('\x80\x02cposix\nsystem\nX\x04\x00\x00\x00echo\x85R.', 'latin1')),
  );
  await expect(page.getByText('wants to call "posix.system"')).toBeVisible();
});
