import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OrderedFiles } from '../src/core/ordered-files';
import { DiskDestination } from '../src/platform/node-destination';
import { MemoryDestination, memoryLimitBytes, PickedDestination, PrivateDestination } from '../src/worker/stores';
import { FakeFile, FakeFolder } from './support/fake-files';

const first = Uint8Array.from({ length: 3000 }, (_, i) => i & 0xff);
const second = Uint8Array.from({ length: 2000 }, (_, i) => (i * 3) & 0xff);
const files = [
  { name: '-00001-of-00002.gguf', bytes: 3000 },
  { name: '-00002-of-00002.gguf', bytes: 2000 },
];

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function writeBoth(sink: OrderedFiles): Promise<void> {
  await sink.open(files);
  await sink.write(0, 0, first.slice(0, 1000));
  await sink.write(0, 1000, first.slice(1000));
  await sink.write(1, 0, second.slice());
}

describe('files in memory', () => {
  it('keeps, counts and hashes', async () => {
    const sink = new OrderedFiles(new MemoryDestination());
    await writeBoth(sink);
    const finished = await sink.finish();
    expect(finished.map((file) => file.sha256)).toEqual([sha256(first), sha256(second)]);
    expect(new Uint8Array(await finished[0]!.blob!.arrayBuffer())).toEqual(first);
    expect(new Uint8Array(await finished[1]!.blob!.arrayBuffer())).toEqual(second);
  });

  it('refuses more than its limit before any work is done', async () => {
    const sink = new OrderedFiles(new MemoryDestination());
    await expect(sink.open([{ name: '', bytes: memoryLimitBytes + 1 }])).rejects.toThrow(
      'Use a normal (not a private) window',
    );
  });

  it('accepts bytes in order only', async () => {
    const sink = new OrderedFiles(new MemoryDestination());
    await sink.open(files);
    await expect(sink.write(0, 1, first)).rejects.toThrow('out of order');
    await expect(sink.write(1, 0, first)).rejects.toThrow('out of order');
  });

  it('is not complete before everything is written', async () => {
    const sink = new OrderedFiles(new MemoryDestination());
    await sink.open(files);
    await sink.write(0, 0, first.slice());
    await expect(sink.finish()).rejects.toThrow('incomplete');
  });
});

describe('files on disk', () => {
  let folder: string;
  let sink: OrderedFiles;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nibble-'));
    sink = new OrderedFiles(new DiskDestination((name) => join(folder, `out${name}`)));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('get their names when all of them are complete', async () => {
    await writeBoth(sink);
    expect(readdirSync(folder).every((name) => name.endsWith('.partial'))).toBe(true);
    const finished = await sink.finish();
    expect(readdirSync(folder).sort()).toEqual(files.map(({ name }) => `out${name}`));
    expect(finished.map((file) => file.sha256)).toEqual([sha256(first), sha256(second)]);
    expect(new Uint8Array(readFileSync(join(folder, 'out-00001-of-00002.gguf')))).toEqual(first);
  });

  it('leave nothing after an abort, at any time', async () => {
    await sink.open(files);
    await sink.write(0, 0, first.slice());
    await sink.abort();
    expect(readdirSync(folder)).toEqual([]);

    const done = new OrderedFiles(new DiskDestination((name) => join(folder, `out${name}`)));
    await writeBoth(done);
    await done.finish();
    await done.abort();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('keep an older file of that name when the run fails', async () => {
    writeFileSync(join(folder, 'out-00001-of-00002.gguf'), 'old');
    await sink.open(files);
    await sink.write(0, 0, first.slice(0, 10));
    await sink.abort();
    expect(readdirSync(folder)).toEqual(['out-00001-of-00002.gguf']);
    expect(readFileSync(join(folder, 'out-00001-of-00002.gguf'), 'utf8')).toBe('old');
  });

  it('say that the disk is full, and leave nothing', async () => {
    const probe = await open(join(folder, 'probe'), 'w');
    await probe.close();
    rmSync(join(folder, 'probe'));
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    const write = vi.spyOn(Object.getPrototypeOf(probe) as typeof probe, 'write').mockRejectedValue(full);
    try {
      await sink.open(files);
      await expect(sink.write(0, 0, first.slice())).rejects.toThrow(
        /out-00001-of-00002.gguf could not be written: the disk is full\. Free some space/,
      );
    } finally {
      write.mockRestore();
    }
    await sink.abort();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('are never written through what lies under their unfinished name', async () => {
    const target = join(folder, 'precious');
    writeFileSync(target, 'precious');
    symlinkSync(target, join(folder, 'out-00001-of-00002.gguf.partial'));
    await expect(sink.open(files)).rejects.toThrow('there is a file already where it would lie');
    await sink.abort();
    expect(readFileSync(target, 'utf8')).toBe('precious');
  });

  it('are not given the name of a file of another run', async () => {
    await writeBoth(sink);
    const partial = join(folder, 'out-00001-of-00002.gguf.partial');
    rmSync(partial);
    writeFileSync(partial, 'half of another run');
    await expect(sink.finish()).rejects.toThrow(/out-00001-of-00002.gguf.partial was taken away or replaced/);
    await sink.abort();
    expect(readdirSync(folder)).toEqual(['out-00001-of-00002.gguf.partial']);
  });

  it('say that the folder does not exist', async () => {
    const lost = new OrderedFiles(new DiskDestination(() => join(folder, 'missing', 'out.gguf')));
    await expect(lost.open([{ name: '', bytes: 1 }])).rejects.toThrow('its folder does not exist');
    await lost.abort();
  });
});

describe('private files of the browser', () => {
  it('are written, hashed and handed out', async () => {
    const folder = new FakeFolder();
    const sink = new OrderedFiles(new PrivateDestination(folder.handle));
    await writeBoth(sink);
    const finished = await sink.finish();
    expect(finished.map((file) => file.sha256)).toEqual([sha256(first), sha256(second)]);
    expect(folder.files.get(files[0]!.name)!.bytes).toEqual([...first]);
  });

  it('ask for all of their room before anything is written, and leave nothing where there is less', async () => {
    const enough = new FakeFolder(files[0]!.bytes);
    await new OrderedFiles(new PrivateDestination(enough.handle)).open(files);
    expect(enough.files.get(files[0]!.name)!.bytes.length).toBe(files[0]!.bytes);
    const less = new FakeFolder(files[0]!.bytes - 1);
    await expect(new OrderedFiles(new PrivateDestination(less.handle)).open(files)).rejects.toThrow(
      'The output takes 3.00 kB, and this browser has no room for it',
    );
    expect(less.files.size).toBe(0);
  });

  // Browsers tell a full disk in three ways: a short count, the error number as a huge count, an exception.
  it.each([500, 4_294_967_288, 'QuotaExceededError'])(
    'say that the disk is full (%s), and leave nothing',
    async (answer) => {
      const folder = new FakeFolder();
      const sink = new OrderedFiles(new PrivateDestination(folder.handle));
      await sink.open(files);
      await sink.write(0, 0, first.slice(0, 1000));
      folder.files.get(files[0]!.name)!.nextWrite = answer;
      await expect(sink.write(0, 1000, first.slice(1000))).rejects.toThrow(
        'the disk is full or the browser gives this page no more of it',
      );
      await sink.abort();
      expect(folder.files.size).toBe(0);
    },
  );
});

describe('a picked file', () => {
  it('is complete at the end only', async () => {
    const file = new FakeFile();
    const sink = new OrderedFiles(new PickedDestination(file.handle));
    await sink.open([{ name: '', bytes: 3000 }]);
    await sink.write(0, 0, first.slice());
    expect(file.bytes).toEqual([]);
    expect((await sink.finish())[0]!.sha256).toBe(sha256(first));
    expect(file.bytes).toEqual([...first]);
  });

  it('goes away after an abort if it was new, and keeps its content if it was not', async () => {
    for (const before of [[], [1, 2, 3]]) {
      const file = new FakeFile(before);
      const sink = new OrderedFiles(new PickedDestination(file.handle));
      await sink.open([{ name: '', bytes: 3000 }]);
      await sink.write(0, 0, first.slice(0, 100));
      await sink.abort();
      expect(file.removed).toBe(before.length === 0);
      expect(file.bytes).toEqual(before);
    }
  });

  it('says that the disk is full', async () => {
    const file = new FakeFile();
    const sink = new OrderedFiles(new PickedDestination(file.handle));
    await sink.open([{ name: '', bytes: 3000 }]);
    file.nextWrite = 'QuotaExceededError';
    await expect(sink.write(0, 0, first.slice())).rejects.toThrow('the disk is full');
    await sink.abort();
    expect(file.removed).toBe(true);
  });
});
