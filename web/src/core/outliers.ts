import type { Activations } from './activations';
import type { ChatUse } from './chat';
import { outlierFeatures, type InputFeatures, type ObservedMatrix } from './outlier-features';
import { Problem } from './problem';
import type { OpenedModel } from './opened-model';
import { runStudy, type StudyControls } from './study';
import type { PlannedTensor, PlanOptions, Role, StudyPiece } from './types';

/** By what a column stands out. */
export type OutlierBasis =
  | 'weights' // the RMS of its own weights: a proxy, which knows nothing of activations
  | 'producers' // the RMS of the row that produces its input, in the tensor before: a proxy for activations
  | 'importance'; // the RMS of its activations, as measured: the root of its importance

export interface OutlierOptions {
  plan: PlanOptions; // the type and method whose error is looked at
  basis?: OutlierBasis; // default: importance where there is a matrix or a text was read, else weights
  activations?: Activations; // of a text; they come before those of the matrix
  threshold?: number; // a column is an outlier beyond so many times the median column; default 3
  tensors?: string; // a name or a pattern; without it every matrix
  weights?: number; // about so many are looked at; 0: all. Default: see defaultWeights
}

/** Shares of the columns of every tensor that might be kept at 16 bits. */
export const keptShares = [0.001, 0.005, 0.01, 0.02, 0.05];
/** Read when nobody says: every row of small models. */
const defaultWeights = 1 << 26;
const defaultThreshold = 3;
const jobWeights = 1 << 18;
/** Listed of one tensor and of the columns that layers share. */
const mostListed = 20;

export interface TensorOutliers {
  name: string;
  layer: number | null;
  role: Role;
  to: string;
  columns: number;
  rows: number; // that were looked at
  basis: OutlierBasis; // weights where the one asked for has nothing to say of this tensor
  median: number; // of the columns' magnitudes
  largest: number;
  count: number; // columns beyond the threshold
  // the largest of them; ratio: magnitude over the median
  outliers: { column: number; ratio: number; largestWeight: number }[];
  errorShare: number; // of the squared error (times importance, with that basis) in all of them
  /** For each of keptShares: the share of the squared error that goes when the columns with most of it are kept. */
  saved: number[];
}

/** Columns of one input: the residual stream, the heads' output, the inside of the feed-forward part. */
type InputKind = 'residual' | 'attention' | 'feed-forward';

interface SharedColumn {
  input: InputKind;
  column: number;
  layers: number; // in which some tensor with this input has it as an outlier
  ofLayers: number;
}

export interface OutlierReport {
  type: string;
  method: string;
  threshold: number;
  weights: number; // looked at
  ofWeights: number;
  tensors: TensorOutliers[];
  shared: SharedColumn[]; // in more than one layer, most layers first
  /** Where a text was read: outlier features in what layers are multiplied with. */
  activations: { threshold: number; tokens: number; chatTemplate: ChatUse | null; inputs: InputFeatures[] } | null;
  /** What keeping columns would cost and save in all these tensors together. */
  kept: { share: number; bitsPerWeight: number; savedError: number; rmseRatio: number }[];
}

interface Sums {
  squares: Float64Array;
  largest: Float64Array;
  errors: Float64Array;
  rowSquares: number[];
}

/**
 * Looks for columns that stand out: how many, which ones layers share, how much of the error they carry, and what
 * keeping the worst ones at 16 bits would save. No GGUF type stores columns apart: this is analysis. Throws Stopped or
 * Problem.
 */
export async function findOutliers(
  model: OpenedModel,
  options: OutlierOptions,
  controls: StudyControls = {},
): Promise<OutlierReport> {
  await model.core.whole;
  const prepared = model.prepare(options.plan);
  const { plan } = prepared;
  const { activations = null } = options;
  const basis = options.basis ?? (model.importance || activations ? 'importance' : 'weights');
  if (basis === 'importance' && !model.importance && !activations)
    throw new Problem('There is no importance matrix to take the columns from. Give one, or choose another basis.');
  const planned = new Map(plan.tensors.map((tensor, index) => [tensor.source, { tensor, index }]));
  const rows = { weights: options.weights ?? (model.info.weights > defaultWeights ? defaultWeights : 0), jobWeights };
  const { jobs, weights, ofWeights } = model.sample(options.tensors ? { ...rows, tensors: options.tensors } : rows);
  const pieces = jobs.flatMap((job): StudyPiece[] => {
    const found = planned.get(job.tensor)?.tensor;
    return found?.action === 'convert' ? [{ ...job, request: { to: found.to, method: found.method } }] : [];
  });
  const sums = new Map<number, Sums>();
  await runStudy(
    model,
    { kind: 'columns', options: {} },
    pieces,
    (result, piece) => add(sums, piece, new Float64Array(result.buffer)),
    controls,
  );

  const threshold = options.threshold ?? defaultThreshold;
  const tensors: TensorOutliers[] = [];
  const observed: ObservedMatrix[] = [];
  const everyOutlier = new Map<string, Set<number>>(); // layers of an input's column
  const layersOf = new Map<InputKind, Set<number>>();
  const totals = { error: 0, kept: keptShares.map(() => 0), bits: keptShares.map(() => 0), weights: 0 };
  for (const [source, sum] of sums) {
    const { tensor, index } = planned.get(source)!;
    const seen = activations?.columns.get(source);
    if (seen) observed.push({ layer: tensor.layer, role: tensor.role, activations: seen, errors: sum.errors });
    const importance =
      basis !== 'importance'
        ? null
        : seen
          ? Float32Array.from(seen.meanSquares)
          : tensor.importance && !tensor.importance.unusable.includes(0)
            ? firstMatrix(await prepared.importanceOf(index), sum.squares.length)
            : null;
    const found = magnitudesOf(basis, tensor, sum, importance, (role, layer) =>
      producer(plan.tensors, sums, role, layer),
    );
    const errors = importance ? sum.errors.map((error, column) => error * importance[column]!) : sum.errors;
    const described = describe(tensor, sum, errors, found, threshold);
    tensors.push(described.outliers);
    const input = inputOf(tensor.role);
    if (input && tensor.layer !== null) {
      layersOf.set(input, (layersOf.get(input) ?? new Set()).add(tensor.layer));
      for (const column of described.columns) {
        const key = `${input} ${column}`;
        everyOutlier.set(key, (everyOutlier.get(key) ?? new Set()).add(tensor.layer));
      }
    }
    const error = total(errors);
    const bits = (8 * tensor.outputBytes) / tensor.weights;
    totals.error += error;
    totals.weights += tensor.weights;
    keptShares.forEach((_, at) => {
      totals.kept[at]! += described.outliers.saved[at]! * error;
      totals.bits[at]! +=
        (keptColumns(keptShares[at]!, sum.squares.length) / sum.squares.length) *
        Math.max(0, 16 - bits) *
        tensor.weights;
    });
  }
  const shared = [...everyOutlier]
    .map(([key, layers]): SharedColumn => {
      const [input, column] = key.split(' ') as [InputKind, string];
      return { input, column: Number(column), layers: layers.size, ofLayers: layersOf.get(input)!.size };
    })
    .filter(({ layers }) => layers > 1)
    .sort((a, b) => b.layers - a.layers || a.input.localeCompare(b.input) || a.column - b.column)
    .slice(0, mostListed);
  return {
    type: plan.fileType,
    method: plan.method,
    threshold,
    weights,
    ofWeights,
    tensors,
    shared,
    activations: activations && {
      threshold: activations.threshold,
      tokens: activations.tokens,
      chatTemplate: activations.chatTemplate ?? null,
      inputs: outlierFeatures(observed, activations.threshold),
    },
    kept: keptShares.map((share, at) => {
      const savedError = totals.error > 0 ? totals.kept[at]! / totals.error : 0;
      return {
        share,
        bitsPerWeight: totals.weights > 0 ? totals.bits[at]! / totals.weights : 0,
        savedError,
        rmseRatio: Math.sqrt(1 - savedError),
      };
    }),
  };
}

/** Adds a piece's sums to its tensor's, in the order of the pieces. */
function add(sums: Map<number, Sums>, { tensor, rowLength }: StudyPiece, figures: Float64Array): void {
  const [squares, largest, errors] = [0, 1, 2].map((part) =>
    figures.subarray(part * rowLength, (part + 1) * rowLength),
  ) as [Float64Array, Float64Array, Float64Array];
  const sum = sums.get(tensor) ?? {
    squares: new Float64Array(rowLength),
    largest: new Float64Array(rowLength),
    errors: new Float64Array(rowLength),
    rowSquares: [],
  };
  for (let column = 0; column < rowLength; column++) {
    sum.squares[column]! += squares[column]!;
    sum.errors[column]! += errors[column]!;
    sum.largest[column] = Math.max(sum.largest[column]!, largest[column]!);
  }
  for (const square of figures.subarray(3 * rowLength)) sum.rowSquares.push(square);
  sums.set(tensor, sum);
}

/** The importance of a tensor's columns; of a stack, that of its first matrix. */
function firstMatrix(rows: Float32Array, columns: number): Float32Array {
  return rows.subarray(0, columns);
}

function inputOf(role: Role): InputKind | null {
  if (['q', 'k', 'v', 'qkv', 'gate', 'up'].includes(role)) return 'residual';
  if (role === 'o') return 'attention';
  return role === 'down' ? 'feed-forward' : null;
}

/** RMS of the rows of the tensor of a role in a layer, when all of its rows were read. */
function producer(
  tensors: readonly PlannedTensor[],
  sums: Map<number, Sums>,
  role: Role,
  layer: number,
): Float64Array | null {
  const tensor = tensors.find((one) => one.role === role && one.layer === layer);
  const sum = tensor && sums.get(tensor.source);
  if (!tensor || !sum || sum.rowSquares.length !== tensor.weights / tensor.shape[0]!) return null;
  return Float64Array.from(sum.rowSquares, (square) => Math.sqrt(square / tensor.shape[0]!));
}

function magnitudesOf(
  basis: OutlierBasis,
  { role, layer }: PlannedTensor,
  sum: Sums,
  importance: Float32Array | null,
  rowsOf: (role: Role, layer: number) => Float64Array | null,
): { basis: OutlierBasis; values: Float64Array } {
  const columns = sum.squares.length;
  if (importance) return { basis, values: Float64Array.from(importance, (value) => Math.sqrt(Math.max(0, value))) };
  if (basis === 'producers' && layer !== null) {
    // What a layer reads was written by the output and down matrices before it; inside, v and up write what o and down
    // read.
    const input = inputOf(role);
    const [from, at]: [Role, number] =
      input === 'feed-forward'
        ? ['up', layer]
        : input === 'attention'
          ? ['v', layer]
          : role === 'gate' || role === 'up'
            ? ['o', layer]
            : ['down', layer - 1];
    const rows = input ? rowsOf(from, at) : null;
    // Grouped heads: each of fewer value rows serves several columns.
    if (rows && columns % rows.length === 0) return { basis, values: spread(rows, columns) };
  }
  const rows = sum.rowSquares.length;
  return { basis: 'weights', values: sum.squares.map((square) => Math.sqrt(square / rows)) };
}

/** Value rows as the heads that share them read them, when there are fewer rows than columns: repeated evenly. */
function spread(rows: Float64Array, columns: number): Float64Array {
  const times = columns / rows.length;
  return Float64Array.from({ length: columns }, (_, column) => rows[Math.floor(column / times)]!);
}

function describe(
  { name, layer, role, to }: PlannedTensor,
  sum: Sums,
  errors: Float64Array,
  { basis, values }: { basis: OutlierBasis; values: Float64Array },
  threshold: number,
): { outliers: TensorOutliers; columns: number[] } {
  const columns = values.length;
  const middle = Float64Array.from(values).sort()[Math.floor(columns / 2)]!;
  const beyond = Array.from(values.keys()).filter((column) => values[column]! > threshold * middle);
  const all = total(errors);
  const worst = Float64Array.from(errors).sort().reverse();
  return {
    columns: beyond,
    outliers: {
      name,
      layer,
      role,
      to,
      columns,
      rows: sum.rowSquares.length,
      basis,
      median: middle,
      largest: values.reduce((most, value) => Math.max(most, value), 0),
      count: beyond.length,
      outliers: beyond
        .map((column) => ({ column, ratio: values[column]! / middle, largestWeight: sum.largest[column]! }))
        .sort((a, b) => b.ratio - a.ratio || a.column - b.column)
        .slice(0, mostListed),
      errorShare: all > 0 ? beyond.reduce((share, column) => share + errors[column]!, 0) / all : 0,
      saved: keptShares.map((share) => (all > 0 ? total(worst.subarray(0, keptColumns(share, columns))) / all : 0)),
    },
  };
}

/** Columns that a share stands for: whole ones, at least one. */
function keptColumns(share: number, columns: number): number {
  return Math.max(1, Math.round(share * columns));
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
