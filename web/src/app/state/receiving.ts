/** Files as they come in, in any mixture: the parts of a model, an importance matrix, or both. */
import { sentenceOf } from '../../core/index';
import { matrixInfo } from '../engine';
import { type Matrix, matrix, matrixProblem } from './matrix';
import { changeMatrix, open, opening } from './opening';
import { takeReceipt } from './receipt';

/** Of such a name only a matrix is meant; of any other the content decides. */
const MATRIX_NAME = /\.dat$|imatrix/i;

/** Matrices of the largest models have about this many bytes; what is larger and not named like one is a model, and its header is read once. */
const LARGEST_UNNAMED_MATRIX = 2 ** 29;

let turn: Promise<void> = Promise.resolve();

/** Finds out what each file is and opens it. Drops are looked at in the order they come. */
export function receive(files: readonly File[]): Promise<void> {
  turn = turn.then(() => sortOut(files));
  return turn;
}

async function sortOut(files: readonly File[]): Promise<void> {
  const model: File[] = [];
  let found: Matrix | null = null;
  if (files[0]) opening.value = files[0].name;
  for (const file of files) {
    if (await takeReceipt(file)) continue;
    const named = MATRIX_NAME.test(file.name);
    if (!named && file.size > LARGEST_UNNAMED_MATRIX) {
      model.push(file);
      continue;
    }
    try {
      found = { file, info: await matrixInfo(file) };
    } catch (error) {
      if (named) matrixProblem.value = { title: file.name, sentence: sentenceOf(error) };
      else model.push(file);
    }
  }
  opening.value = null;
  if (model.length === 0) {
    if (found) void changeMatrix(found);
    return;
  }
  if (found) {
    matrixProblem.value = null;
    matrix.value = found;
  }
  void open(model);
}
