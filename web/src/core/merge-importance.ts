import type { ImportanceSums, NibbleModule } from '../wasm/nibble';
import { longestPieceBytes, readRange } from './importance';
import { answer, throwProblem, withBytes } from './module';
import type { Core } from './opened-model';
import { Problem } from './problem';
import type { SourceHandle } from './source';
import type { ImportanceStatistics } from './types';

/** As llama-imatrix --output-format: "dat" is the older form. */
export type MatrixForm = 'gguf' | 'dat';

/** Uses sums and frees them. */
export async function withSums<T>(
  { module, whole }: Pick<Core, 'module' | 'whole'>,
  use: (sums: ImportanceSums) => Promise<T>,
): Promise<T> {
  await whole;
  const sums = new module.ImportanceSums();
  try {
    return await use(sums);
  } finally {
    sums.delete();
  }
}

/**
 * Adds the files to the sums, one after the other; of the older form, each call stands for `chunkTokens` tokens. Throws
 * Problem.
 */
export async function addFiles(
  { module, platform }: Pick<Core, 'module' | 'platform'>,
  sums: ImportanceSums,
  files: readonly SourceHandle[],
  chunkTokens: number,
): Promise<void> {
  for (const file of files) {
    const source = platform.openSource(file);
    let reply = answer(sums.read(file.bytes), file.name);
    while ('wanted' in reply) {
      const { offset, bytes } = reply.wanted;
      if (bytes > longestPieceBytes) {
        throw new Problem(`${file.name} is no importance matrix, or a damaged one: its index has no end.`);
      }
      const piece = await readRange(source, offset, bytes);
      reply = withBytes(module, piece, (pointer) => answer(sums.offer(pointer, piece.byteLength), file.name));
    }
    for (const [entry, { valuesOffset, valuesBytes, countsOffset, countsBytes }] of reply.entries.entries()) {
      const values = await readRange(source, valuesOffset, valuesBytes);
      const counts = await readRange(source, countsOffset ?? 0, countsBytes);
      withBytes(module, values, (at) =>
        withBytes(module, counts, (countsAt) => throwProblem(sums.merge(entry, at, countsAt, chunkTokens), file.name)),
      );
    }
  }
}

/** The file that sums make. Throws Problem. */
export function fileOf(
  module: NibbleModule,
  sums: ImportanceSums,
  chunkTokens: number,
  form: MatrixForm,
): Uint8Array<ArrayBuffer> {
  throwProblem(sums.make(chunkTokens, form === 'dat'));
  const start = sums.filePointer() >>> 0;
  return module.HEAPU8.slice(start, start + sums.fileBytes()) as Uint8Array<ArrayBuffer>;
}

/**
 * One importance matrix of several, or of one in another form, as llama-imatrix --in-file makes it. `chunkTokens`: how
 * many tokens it counts as a chunk. Throws Problem.
 */
export async function mergeImportance(
  core: Pick<Core, 'module' | 'whole' | 'platform'>,
  files: readonly SourceHandle[],
  chunkTokens: number,
  form: MatrixForm = 'gguf',
): Promise<Uint8Array<ArrayBuffer>> {
  return withSums(core, async (sums) => {
    await addFiles(core, sums, files, chunkTokens);
    return fileOf(core.module, sums, chunkTokens, form);
  });
}

/** What a matrix says of itself. Throws Problem. */
export async function importanceStatistics(
  core: Pick<Core, 'module' | 'whole' | 'platform'>,
  file: SourceHandle,
): Promise<ImportanceStatistics> {
  return withSums(core, async (sums) => {
    await addFiles(core, sums, [file], 1);
    return answer(sums.statistics());
  });
}
