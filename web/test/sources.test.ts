import { closeSync, fstatSync, ftruncateSync, mkdtempSync, openSync, rmSync, utimesSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlobSource } from '../src/core/source';
import { openNodeSource } from '../src/platform/node-source';

const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31) & 0xff);

/** A blob whose streams are as the given browser's. */
function blobWith(stream: (slice: Blob) => ReadableStream): Blob {
  const blob = new Blob([bytes]);
  const slice = blob.slice.bind(blob);
  blob.slice = (from, to) => {
    const part = slice(from, to);
    const whole = part.arrayBuffer.bind(part);
    Object.assign(part, { stream: () => stream(new Blob([bytes.slice(from, to)])), arrayBuffer: whole });
    return part;
  };
  return blob;
}

/** A byte stream that answers in pieces of 1000 bytes at most. */
function pieces(slice: Blob): ReadableStream {
  let position = 0;
  return new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      const request = controller.byobRequest!;
      const view = new Uint8Array(
        request.view!.buffer,
        request.view!.byteOffset,
        Math.min(1000, request.view!.byteLength),
      );
      const data = new Uint8Array(await slice.slice(position, position + view.byteLength).arrayBuffer());
      view.set(data);
      position += data.byteLength;
      request.respond(data.byteLength);
    },
  });
}

const kinds = {
  'byte streams': new Blob([bytes]),
  'byte streams in pieces': blobWith(pieces),
  'no byte streams': blobWith(() => new ReadableStream()),
};

describe.each(Object.entries(kinds))('a blob with %s', (_, blob) => {
  it('reads any range into a buffer that is used again', async () => {
    const source = new BlobSource('model.gguf', blob);
    let buffer = new Uint8Array(5000);
    for (const [offset, length] of [
      [0, 5000],
      [99_000, 1000],
      [12_345, 4321],
      [7, 0],
    ] as const) {
      buffer = (await source.read(offset, length, buffer)) as Uint8Array<ArrayBuffer>;
      expect(buffer.byteLength).toBe(5000);
      expect(buffer.subarray(0, length)).toEqual(bytes.subarray(offset, offset + length));
    }
  });

  it('says where a file ended early', async () => {
    await expect(new BlobSource('model.gguf', blob).read(99_500, 1000, new Uint8Array(1000))).rejects.toThrow(
      'model.gguf ended early: 1000 bytes were expected at byte 99500, only 500 came.',
    );
  });
});

describe('a file descriptor', () => {
  let folder: string;
  let fd: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nibble-'));
    fd = openSync(join(folder, 'big'), 'w+');
  });
  afterEach(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  const opened = () => {
    const { size, mtimeMs } = fstatSync(fd);
    return openNodeSource({ kind: 'fd', name: 'big', bytes: size, modified: mtimeMs, fd });
  };

  it('reads beyond 4 GiB', async () => {
    const size = 5 * 2 ** 30;
    ftruncateSync(fd, size);
    writeSync(fd, bytes, 0, 1000, size - 1000);
    const source = opened();
    const read = await source.read(size - 1000, 1000, new Uint8Array(4096));
    expect(read.subarray(0, 1000)).toEqual(bytes.subarray(0, 1000));
    const memory = new Uint8Array(1200).fill(7);
    source.fill!(size - 1000, memory.subarray(100, 1100));
    expect(memory.subarray(100, 1100)).toEqual(bytes.subarray(0, 1000));
    expect([...memory.subarray(0, 100), ...memory.subarray(1100)].every((byte) => byte === 7)).toBe(true);
  });

  it('says when the file became shorter or longer, or was written to', async () => {
    writeSync(fd, bytes, 0, 5000, 0);
    const shorter = opened();
    ftruncateSync(fd, 1500);
    await expect(shorter.read(1000, 1000, new Uint8Array(1000))).rejects.toThrow(
      'big was changed on disk while it was being read: it had 5000 bytes and has 1500 now. Run again',
    );
    expect(() => shorter.fill!(1000, new Uint8Array(1000))).toThrow('it had 5000 bytes and has 1500 now. Run again');
    const longer = opened();
    writeSync(fd, bytes, 0, 5000, 0);
    await expect(longer.read(0, 1000, new Uint8Array(1000))).rejects.toThrow('it had 1500 bytes and has 5000 now');
    const written = opened();
    utimesSync(join(folder, 'big'), 1, 1);
    await expect(written.read(0, 1000, new Uint8Array(1000))).rejects.toThrow(
      'big was changed on disk while it was being read. Run again',
    );
    expect(() => written.fill!(0, new Uint8Array(1000))).toThrow('while it was being read. Run again');
    expect(() => opened().fill!(4500, new Uint8Array(1000))).toThrow('big has no byte 5000, which was to be read.');
  });
});
