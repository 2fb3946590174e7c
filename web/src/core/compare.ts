import { answer, merge } from './module';
import type { OpenedModel } from './opened-model';
import { rangesOf, runStudy, type StudyControls } from './study';
import type { ErrorReport, StudyPiece, TensorInfo, TensorPair } from './types';

/** Weights of a piece: a multiple of every block length. Of F32 against F32, 4 MiB a worker. */
const pieceWeights = 1 << 19;

/** A tensor of two models. */
export interface ComparedTensor {
  match: TensorPair['match'];
  a: TensorInfo | null;
  b: TensorInfo | null;
  /** Of b's weights against a's: x is a's, y is b's. Null: not compared; `problem` says why. */
  error: ErrorReport | null;
  problem: string | null;
}

/** Two models, tensor by tensor: in a's order, then what only b has. */
export interface Comparison {
  version: string; // of this program
  a: Side;
  b: Side;
  tensors: ComparedTensor[];
  total: ErrorReport | null; // over all compared tensors; null: none was
  seconds: number;
}

interface Side {
  files: { name: string; bytes: number }[];
  weights: number;
  tensorBytes: number;
  bitsPerWeight: number; // of the tensor data
}

/**
 * Measures b's weights against a's, both decoded, whatever made the files. The bytes of both are read once, in pieces,
 * by workers. `onTensor` gets tensors as they are done, in order. Throws Stopped or Problem.
 */
export async function compare(
  a: OpenedModel,
  b: OpenedModel,
  controls: StudyControls & { onTensor?: (tensor: ComparedTensor) => void } = {},
): Promise<Comparison> {
  const began = performance.now();
  const { core } = a;
  await core.whole;
  const tensors = a.pair(b).map((pair): ComparedTensor => {
    const [first, second] = [
      pair.a === null ? null : a.info.tensors[pair.a]!,
      pair.b === null ? null : b.info.tensors[pair.b]!,
    ];
    return { match: pair.match, a: first, b: second, error: null, problem: obstacle(core.formats, first, second) };
  });
  const pieces = tensors.flatMap((tensor, index) => (tensor.problem === null ? piecesOf(a, b, tensor, index) : []));
  const total = new core.module.Statistics();
  let statistics = new core.module.Statistics();
  let done = 0;
  let compared = 0;
  const finish = (before: number) => {
    for (; done < before; done++) controls.onTensor?.(tensors[done]!);
  };
  try {
    await runStudy(
      {
        core,
        sources: [...a.sources, ...b.sources],
        info: { tensors: tensors.map((tensor) => ({ name: (tensor.a ?? tensor.b)!.name })) },
      },
      { kind: 'compare', options: {} },
      pieces,
      (result, piece) => {
        merge(core.module, statistics, result);
        finish(piece.tensor);
        compared += 1;
        if (pieces[compared]?.tensor === piece.tensor) return;
        tensors[piece.tensor]!.error = answer(statistics.report());
        total.add(statistics);
        statistics.delete();
        statistics = new core.module.Statistics();
        finish(piece.tensor + 1);
      },
      controls,
    );
    finish(tensors.length);
    return {
      version: core.version,
      a: sideOf(a),
      b: sideOf(b),
      tensors,
      total: compared > 0 ? answer(total.report()) : null,
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    statistics.delete();
    total.delete();
  }
}

/** Why two tensors cannot be compared, or null. */
function obstacle(formats: OpenedModel['core']['formats'], a: TensorInfo | null, b: TensorInfo | null): string | null {
  if (a === null) return 'Only the second model has it.';
  if (b === null) return 'Only the first model has it.';
  if (a.weights !== b.weights) return `The shapes differ: ${a.shape.join(' × ')} and ${b.shape.join(' × ')}.`;
  if (a.weights === 0) return 'It has no weights.';
  for (const { stored } of [a, b]) {
    if (!formats.some(({ name, decodable }) => name === stored && decodable))
      return `Values of type ${stored} are no weights that could be compared.`;
  }
  return null;
}

/** The pieces of one pair: the bytes of a's run, then those of b's. */
function piecesOf(
  a: OpenedModel,
  b: OpenedModel,
  { a: first, b: second }: ComparedTensor,
  index: number,
): StudyPiece[] {
  const [x, y] = [first!, second!];
  const pieces: StudyPiece[] = [];
  for (let start = 0; start < x.weights; start += pieceWeights) {
    const weights = Math.min(pieceWeights, x.weights - start);
    const ours = rangesOf(a, a.info.tensors.indexOf(x), start, weights);
    const theirs = rangesOf(b, b.info.tensors.indexOf(y), start, weights).map((range) => ({
      ...range,
      file: range.file + a.sources.length,
    }));
    const ranges = [...ours, ...theirs];
    const bytesOf = (list: typeof ranges) => list.reduce((sum, { bytes }) => sum + bytes, 0);
    pieces.push({
      tensor: index,
      type: x.stored,
      rowLength: x.shape[0]!,
      position: 0,
      weights,
      bytes: bytesOf(ranges),
      add: 0, // each side has its own
      ranges,
      request: { second: y.stored, secondAt: bytesOf(ours), firstWeight: start, firstAdd: x.add, secondAdd: y.add },
    });
  }
  return pieces;
}

function sideOf({ info: { files, weights, tensorBytes } }: OpenedModel): Side {
  return { files, weights, tensorBytes, bitsPerWeight: weights > 0 ? (8 * tensorBytes) / weights : 0 };
}
