import { Problem, type EditOptions } from '../core';
import { keptHeader, replaceHeader, restoreHeader } from '../platform/header-in-place';
import type { ComputeOptions } from './options';
import { tell } from './notes';
import { note, print, printable } from './text';
import { withModel } from './with-model';

/**
 * Changes the metadata of a file where it is: the tensors stay where they lie, and not one of their bytes is written.
 * Without changes, puts back what an interrupted call left. Throws Problem where the header does not fit.
 */
export async function editInPlace(
  path: string,
  changes: EditOptions,
  options: ComputeOptions & { dryRun?: boolean; json?: boolean },
): Promise<void> {
  const restored = restoreHeader(path);
  if (restored) note(`${path} has its old header again, which an interrupted change had begun to write over.`);
  if (Object.keys(changes).length === 0) {
    if (restored) return;
    throw new Problem('Nothing is to be changed. Say what, for example --set, --remove or --chat-template.');
  }
  await withModel(
    path,
    options,
    () => {},
    async (model, inputs) => {
      if (inputs.paths.length > 1) {
        throw new Problem(
          `${path} is a part of a model in several files, whose header is not changed where it is. ` +
            'Join them first (merge), or write the change to other files.',
        );
      }
      const starts = model.info.tensors.map(({ offset }) => offset);
      if (starts.length === 0) throw new Problem(`${path} holds no tensors. Write the change to another file.`);
      const headerBytes = starts.reduce((least, start) => Math.min(least, start));
      const { plan, headers } = model.prepare({ type: 'COPY', edit: { ...changes, headerBytes } });
      tell(options, plan.notes);
      const header = headers[0]!;
      if (!options.dryRun) replaceHeader(inputs.paths[0]!, header);
      const done = { path, headerBytes, tensors: starts.length, written: !options.dryRun };
      print(options, done, ({ written }) =>
        printable(
          written
            ? `${path}: ${headerBytes} bytes of header written, the tensors left as they are. Had it been cut short, ` +
                `${keptHeader(path)} would have the old header.`
            : `${path}: the new header fits into the ${headerBytes} bytes of the old one.`,
        ),
      );
    },
  );
}
