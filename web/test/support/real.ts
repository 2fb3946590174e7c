import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadCore, openModel, type Kernel, type OpenedModel, type SourceHandle } from '../../src/core';
import { nodePlatform } from '../../src/platform/node';

/** The real core, and the models to use it on. */

export function testData(name: string): string {
  return fileURLToPath(new URL(`../../../tests/data/${name}`, import.meta.url));
}

export interface GoldenFile {
  input: string;
  type: string;
  options: string[];
  sha256: string | null; // null: llama-quantize refused
  bytes: number | null;
}

export const goldenFiles = ['llama-quantize-sha256.json', 'pruned-sha256.json'].flatMap(
  (list) => JSON.parse(readFileSync(testData(list), 'utf8')) as GoldenFile[],
);

export function openHandle(path: string): SourceHandle & { kind: 'fd' } {
  const fd = openSync(path, 'r');
  const { size, mtimeMs } = fstatSync(fd);
  return { kind: 'fd', name: basename(path), bytes: size, modified: mtimeMs, fd };
}

/** Opens a model, and an importance matrix under its bare name if one is given, for as long as `use` takes. */
export async function withModel<T>(
  path: string,
  use: (model: OpenedModel) => Promise<T>,
  given: { kernel?: Kernel; imatrix?: string } = {},
): Promise<T> {
  const handles = [path, ...(given.imatrix ? [given.imatrix] : [])].map(openHandle);
  try {
    const [file, matrix] = handles;
    const core = await loadCore(nodePlatform, given.kernel ? { kernel: given.kernel } : {});
    const model = await openModel(core, [file!], matrix && { file: matrix, path: matrix.name });
    try {
      return await use(model);
    } finally {
      model.close();
    }
  } finally {
    for (const { fd } of handles) closeSync(fd);
  }
}
