/** Runs that were cut short, with their tab or by a full disk: which the open model could go on with, and doing so. */
import { computed } from '@preact/signals';
import type { Unfinished } from '../../worker/unfinished';
import { matrix } from './matrix';
import { tell, tellProblem } from './notices';
import { type Opened, opened } from './opening';
import { takeOptions } from './planning';
import { unfinished } from './keeping';
import { begin } from './running';
import { workers } from './workers';
import { texts } from '../../text/texts';

const same = (a: { name: string; size: number }, b: { name: string; bytes: number }) =>
  a.name === b.name && a.size === b.bytes;

function isOf({ run }: Unfinished, { files }: Opened): boolean {
  return run.files.length === files.length && run.files.every((file) => files.some((one) => same(one, file)));
}

/** Those whose files are open, by their names and sizes. That the bytes are the same is looked at when they go on. */
export const atHand = computed<readonly Unfinished[]>(() => {
  const model = opened.value;
  return model === null ? [] : unfinished.value.filter((one) => isOf(one, model));
});

/** Goes on with a run of the open model. Call it from a click. */
export async function goOn(one: Unfinished): Promise<void> {
  const model = opened.value;
  if (!model) return;
  const { options, output, reference, matrix: needed } = one.run;
  try {
    const file = matrix.value?.file;
    if (needed && !(file && same(file, needed))) {
      tell(texts().state.notStarted(output), texts().state.matrixFirst(needed.name));
      return;
    }
    takeOptions(options);
    const assignment = {
      opened: model,
      plan: model.model.plan(options),
      options,
      workers: workers.value,
      output,
      ...(reference !== null && { reference }),
      ...(needed && file && { matrix: file }),
    };
    await begin(assignment, one);
  } catch (error) {
    tellProblem(texts().state.notStarted(output), error);
  }
}
