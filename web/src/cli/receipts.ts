import { makeReceipt, Problem, Stopped, type OpenedModel, type OutputReport, type SourceHandle } from '../core';
import { writeText } from '../platform/node-destination';

/**
 * Writes the receipt of an output that is complete; reads the model (and the matrix) once more. Stopping or failing
 * here says what is there already. Throws Stopped or Problem.
 */
export async function writeReceipt(
  path: string,
  model: OpenedModel,
  report: OutputReport,
  matrix: SourceHandle | null,
  signal: AbortSignal,
): Promise<void> {
  try {
    const receipt = await makeReceipt(model, report, matrix, { signal });
    await writeText(path, `${JSON.stringify(receipt, null, 2)}\n`);
  } catch (error) {
    const left = 'the output is complete, but there is no receipt of it';
    if (error instanceof Stopped) throw new Stopped(left);
    throw error instanceof Problem ? new Problem(`${error.message} So ${left}.`) : error;
  }
}
