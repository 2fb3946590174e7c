import type {
  ErrorReport,
  FileTypeInfo,
  ModelInfo,
  OutputReport,
  Plan,
  Price,
  RunReport,
  RuntimeMemory,
} from '../core';
import { bytes as size, duration, plural, quantity as amount, tally } from '../text/units';
import { describeCalibration } from './calibration';
import { printable, table } from './text';

/** What the commands print for people. `--json` prints the same data whole. */

export interface PricedType extends FileTypeInfo {
  price: Price | null;
  problem: string | null; // why this type cannot be had
}

export function describeModel(info: ModelInfo): string {
  const bytes = info.files.reduce((sum, file) => sum + file.bytes, 0);
  const tensors = table(
    info.tensors.map((tensor) => [tensor.name, tensor.shape.join(' × '), tensor.type, size(tensor.bytes)]),
    [3],
  );
  const types = tally(info.tensors.map((tensor) => tensor.type));
  const metadata = table(info.metadata.map(({ key, type, value }) => [key, type, oneLine(value)]));
  return [
    printable(
      `${info.files.map((file) => file.name).join(', ')}: ` +
        `${info.container}${info.version === null ? '' : ` v${info.version}`} · ` +
        `${info.architecture ?? 'no architecture'}${info.name ? ` · ${info.name}` : ''} · `,
    ) +
      `${plural(info.tensors.length, 'tensor')} · ` +
      `${amount(info.weights)} weights · ${size(bytes)}${types && ` · ${types}`}`,
    '',
    metadata,
    '',
    tensors,
  ].join('\n');
}

export function describePlan(info: ModelInfo, plan: Plan): string {
  const tensors = table(
    plan.tensors.map(({ name, shape, from, to, outputBytes, reason }) => [
      name,
      shape.join(' × '),
      from,
      from === to ? '' : `→ ${to}`,
      size(outputBytes),
      reason,
    ]),
    [4],
  );
  return [
    tensors,
    '',
    summary(
      info.files.reduce((sum, file) => sum + file.bytes, 0),
      plan,
    ),
  ].join('\n');
}

/** What an output takes when it runs, and of how much memory, when that was said. */
export type Running = RuntimeMemory & { cacheType: string; memory: number | null };

const runningBytes = (outputBytes: number, { cacheBytes, workingBytes }: Running) =>
  outputBytes + cacheBytes + workingBytes;

export function describeRunning(outputBytes: number, running: Running): string {
  const { context, cacheBytes, workingBytes, cacheType, memory } = running;
  const all = runningBytes(outputBytes, running);
  const verdict = memory === null ? '' : all <= memory ? `: fits ${size(memory)}` : `: does not fit ${size(memory)}`;
  return (
    `To run it: ${size(all)}${verdict}. That is the file, ${size(cacheBytes)} for ${plural(context, 'token')} ` +
    `(cache ${cacheType}) and about ${size(workingBytes)} of scratch, as llama.cpp allocates on the processor.`
  );
}

/** `running`: a column says what each takes when it runs, and whether that fits. */
export function describePrices(info: ModelInfo, types: PricedType[], running: Running | null = null): string {
  const now = info.files.reduce((sum, file) => sum + file.bytes, 0);
  const toRun = (bytes: number) => {
    if (!running) return [];
    const all = runningBytes(bytes, running);
    return [size(all), ...(running.memory === null ? [] : [all <= running.memory ? 'fits' : 'too large'])];
  };
  const heads = running ? ['to run', ...(running.memory === null ? [] : [`in ${size(running.memory)}`])] : [];
  const rows = types.map(({ name, price, problem, summary: text }) =>
    price === null
      ? [name, '', '', ...heads.map(() => ''), '', problem ?? '']
      : [
          name,
          size(price.outputBytes),
          price.bitsPerWeight.toFixed(2),
          ...toRun(price.outputBytes),
          price.needsImportance ? 'needs --imatrix' : '',
          text,
        ],
  );
  const head = ['type', 'size', 'bits/weight', ...heads, '', ''];
  return [
    table([head, ...rows], running ? [1, 2, 3] : [1, 2]),
    '',
    `Now: ${size(now)}`,
    ...(running
      ? [
          `To run: the file, ${size(running.cacheBytes)} for ${plural(running.context, 'token')} (cache ` +
            `${running.cacheType}) and about ${size(running.workingBytes)} of scratch, as llama.cpp allocates on the ` +
            'processor.',
        ]
      : []),
  ].join('\n');
}

export function describeRun(report: RunReport): string {
  return [
    describeOutput(report),
    `${duration(report.seconds)} with ` +
      `${plural(report.workers, 'worker')}${report.kernel === 'none' ? '' : ` (${report.kernel} kernels)`}, ` +
      `${amount(report.weights / Math.max(report.seconds, 1e-3))} weights/s`,
  ].join('\n');
}

export function describeOutput(report: OutputReport): string {
  const { total } = report;
  return [
    ...report.files.map((file) => `${file.name}: ${size(file.bytes)}, SHA-256 ${file.sha256}`),
    summary(report.inputBytes, report),
    total ? `Error of the quantized weights: ${describeError(total)}` : 'No weight changed.',
    ...describeReference(report),
    ...(report.calibration ? describeCalibration(report.calibration) : []),
  ].join('\n');
}

/**
 * The error beside that of the method compared with, tensor by tensor where they differ, then in total; nothing when
 * none was measured.
 */
export function describeReference({ method, reference, total, tensors }: OutputReport): string[] {
  if (reference === null || total === null) return [];
  const rows = tensors.flatMap(({ name, to, error, reference: other }) =>
    error === null || other === null || error === other
      ? []
      : [[name, to, error.rmse.toPrecision(4), other.rmse.toPrecision(4), ratio(error, other)]],
  );
  return [
    ...(rows.length === 0
      ? []
      : [
          '',
          table([['tensor', 'type', `RMSE, ${method}`, `RMSE, ${reference.method}`, 'ratio'], ...rows], [2, 3, 4]),
          '',
        ]),
    `RMSE ${total.rmse.toPrecision(4)} with ${method}, ${reference.total.rmse.toPrecision(4)} with ` +
      `${reference.method} on the same weights: ${ratio(total, reference.total)} times as much.`,
  ];
}

function ratio(error: ErrorReport, other: ErrorReport): string {
  return other.rmse === 0 ? '–' : (error.rmse / other.rmse).toFixed(4);
}

export function describeError(error: ErrorReport): string {
  const ratio = error.sqnrDb === null ? 'none' : `${error.sqnrDb.toFixed(1)} dB SQNR`;
  const nans = error.nans + error.infinities;
  const weighted = error.weightedRmse === null ? '' : ` (${error.weightedRmse.toPrecision(4)} weighted by importance)`;
  return (
    `RMSE ${error.rmse.toPrecision(4)}${weighted}, largest ${error.maxError.toPrecision(4)}, ` +
    `${ratio}${nans > 0 ? `, ${nans} weights that are no numbers` : ''}`
  );
}

function summary(
  inputBytes: number,
  { outputBytes, bitsPerWeight, fileType, method }: Pick<Plan, 'outputBytes' | 'bitsPerWeight' | 'fileType' | 'method'>,
): string {
  return (
    `${fileType}, method ${method}: ${size(outputBytes)} instead of ` +
    `${size(inputBytes)}, ${bitsPerWeight.toFixed(2)} bits per weight`
  );
}

function oneLine(text: string): string {
  const longest = 100;
  const flat = text.replace(/\s+/g, ' ');
  return flat.length > longest ? `${flat.slice(0, longest - 1)}…` : flat;
}
