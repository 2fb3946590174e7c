import { toJson } from '../wasm/json';
import { answer } from './module';
import { offerHeader, openModel } from './model';
import type { Core, ModelOrigin, OpenedModel } from './opened-model';
import { Problem } from './problem';
import type { SourceHandle } from './source';
import { rangesOf, runStudy, type StudyControls } from './study';
import type { CheckedTensor, Finding, StudyPiece } from './types';

/** Weights of a piece: a multiple of every block length, as many as comparisons take. */
const pieceWeights = 1 << 19;

/** What is wrong with the files of a model. */
export interface CheckReport {
  version: string; // of this program
  files: { name: string; bytes: number }[];
  findings: Finding[]; // of headers, then of weights in the order of the tensors
  tensors: number; // whose weights were read
  weights: number;
  unread: string[]; // tensors whose values are no weights that could be read
  seconds: number;
}

/** A tensor, and where its weights lie. */
interface Read {
  tensor: Pick<CheckedTensor, 'name' | 'shape' | 'type' | 'weights'>;
  file: string;
  ranges: (first: number, count: number) => StudyPiece['ranges'];
  bytesOf: (weights: number) => number;
  add: number;
}

/**
 * Checks the files of a model: headers, then every weight, once, by workers. What is wrong is found, not thrown.
 * Throws Stopped, and Problem where a file cannot be read from the disk.
 */
export async function checkFiles(
  core: Core,
  files: SourceHandle[],
  origin: ModelOrigin = { name: '', notes: [] },
  controls: StudyControls = {},
): Promise<CheckReport> {
  await core.whole;
  const began = performance.now();
  const { findings, reads, unread, sources, close } = await headersOf(core, files, origin);
  try {
    findings.push(...(await checkWeights(core, sources, reads, controls)));
  } finally {
    close();
  }
  return {
    version: core.version,
    files: files.map(({ name, bytes }) => ({ name, bytes })),
    findings,
    tensors: reads.length,
    weights: reads.reduce((sum, { tensor }) => sum + tensor.weights, 0),
    unread,
    seconds: (performance.now() - began) / 1000,
  };
}

interface Headers {
  findings: Finding[];
  reads: Read[];
  unread: string[];
  sources: readonly SourceHandle[];
  close: () => void;
}

async function headersOf(core: Core, files: SourceHandle[], origin: ModelOrigin): Promise<Headers> {
  const check = new core.module.FileCheck();
  try {
    for (const [index, file] of files.entries()) await offerHeader(core, check, index, file);
    const { gguf, findings, tensors } = answer(check.report());
    if (!gguf) return await headersOfOthers(core, files, origin);
    const read = tensors.filter(({ decodable, weights }) => decodable && weights > 0);
    return {
      findings,
      reads: read.map((tensor) => readOf(core, files, tensor)),
      unread: tensors.filter(({ decodable }) => !decodable).map(({ name }) => name),
      sources: files,
      close: () => {},
    };
  } finally {
    check.delete();
  }
}

function readOf(core: Core, files: SourceHandle[], tensor: CheckedTensor): Read {
  const bytesOf = bytesIn(core, tensor.type);
  return {
    tensor,
    file: files[tensor.file]!.name,
    bytesOf,
    ranges: (first, weights) => [
      {
        file: tensor.file,
        offset: tensor.offset + bytesOf(first),
        bytes: bytesOf(weights),
        firstWeight: first,
        weights,
      },
    ],
    add: 0,
  };
}

function bytesIn(core: Core, type: string): (weights: number) => number {
  const { blockLength, blockBytes } = core.formats.find(({ name }) => name === type)!;
  return (weights) => (weights / blockLength) * blockBytes;
}

/** Files of other containers: whether they make a model, and its tensors. */
async function headersOfOthers(core: Core, files: SourceHandle[], origin: ModelOrigin): Promise<Headers> {
  let model: OpenedModel;
  try {
    model = await openModel(core, files, undefined, origin);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const finding: Finding = { level: 'error', file: '', subject: '', text: error.message, llamaCpp: '' };
    return { findings: [finding], reads: [], unread: [], sources: files, close: () => {} };
  }
  const isDecodable = ({ stored }: { stored: string }) =>
    core.formats.some(({ name, decodable }) => name === stored && decodable);
  const reads = [...model.info.tensors.entries()].flatMap(([number, tensor]): Read[] => {
    if (!isDecodable(tensor) || tensor.weights === 0) return [];
    return [
      {
        tensor: { ...tensor, type: tensor.stored },
        file: files[tensor.file]?.name ?? '',
        bytesOf: bytesIn(core, tensor.stored),
        ranges: (first, count) => rangesOf(model, number, first, count),
        add: tensor.add,
      },
    ];
  });
  return {
    findings: [],
    reads,
    unread: model.info.tensors.filter((tensor) => !isDecodable(tensor)).map(({ name }) => name),
    sources: model.sources,
    close: () => model.close(),
  };
}

async function checkWeights(
  core: Core,
  sources: readonly SourceHandle[],
  reads: readonly Read[],
  controls: StudyControls,
): Promise<Finding[]> {
  const counts = reads.map(() => ({ nan: 0, infinite: 0, first: 0 }));
  await runStudy(
    { core, sources: [...sources], info: { tensors: reads.map(({ tensor }) => tensor) } },
    { kind: 'check', options: {} },
    reads.flatMap(piecesOf),
    (result, piece) => {
      const [nan = 0, infinite = 0, first = 0] = [...new BigUint64Array(result.slice().buffer)].map(Number);
      const so = counts[piece.tensor]!;
      if (nan + infinite > 0 && so.nan + so.infinite === 0) so.first = first;
      so.nan += nan;
      so.infinite += infinite;
    },
    controls,
  );
  return reads.flatMap(({ tensor: { name, shape }, file }, index) => {
    const { nan, infinite, first } = counts[index]!;
    if (nan + infinite === 0) return [];
    return [answer(core.module.weightFinding(toJson({ file, tensor: name, shape, nan, infinite, first })))];
  });
}

function piecesOf({ tensor: { type, shape, weights: all }, ranges, bytesOf, add }: Read, tensor: number): StudyPiece[] {
  const pieces: StudyPiece[] = [];
  for (let first = 0; first < all; first += pieceWeights) {
    const weights = Math.min(pieceWeights, all - first);
    pieces.push({
      tensor,
      type,
      rowLength: shape[0] ?? 1,
      position: 0,
      weights,
      bytes: bytesOf(weights),
      add,
      ranges: ranges(first, weights),
    });
  }
  return pieces;
}
