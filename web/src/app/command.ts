/** The run as a command of the shell, spelled as llama-quantize spells its options. */
import { usualTokens, type CalibrationLevel } from '../core/calibration';
import type { PlanOptions } from '../core/types';
import { withoutExtension } from '../core/file-names';

/** What a run has beside its options. */
export interface RunExtras {
  workers: number;
  matrix?: string;
  /** Adapters that are merged, by their folders; or the one that is written by itself. */
  adapters?: readonly { name: string; strength: number }[];
  adapterOnly?: boolean;
  denseModules?: boolean;
  projector?: boolean;
  /** Of the method "calibrated": a text of one's own, its tokens, and the level where it was chosen; or statistics. */
  calibration?: { text?: string; tokens: number; level?: CalibrationLevel; save?: string } | { from: string };
}

export function commandFor(
  options: PlanOptions,
  input: string,
  output: string,
  { workers, matrix, calibration, adapters = [], adapterOnly, denseModules, projector }: RunExtras,
): string {
  const words = ['scripts/nibble', 'quantize'];
  if (options.allowRequantize) words.push('--allow-requantize');
  if (options.leaveOutputTensor) words.push('--leave-output-tensor');
  if (options.pure) words.push('--pure');
  if (options.outputTensorType) words.push('--output-tensor-type', options.outputTensorType);
  if (options.tokenEmbeddingType) words.push('--token-embedding-type', options.tokenEmbeddingType);
  for (const { pattern, type } of options.tensorTypes ?? []) words.push('--tensor-type', quoted(`${pattern}=${type}`));
  for (const { key, type, value } of options.overrides ?? [])
    words.push('--override-kv', quoted(`${key}=${type}:${value}`));
  if (matrix !== undefined && options.useImportance !== false) words.push('--imatrix', quoted(matrix));
  for (const { name, strength } of adapters)
    words.push('--lora', quoted(strength === 1 ? name : `${name}=${strength}`));
  if (adapterOnly) words.push('--adapter-only');
  if (denseModules) words.push('--sentence-transformers-dense-modules');
  if (projector) words.push('--mmproj');
  if (options.keepSplit) words.push('--keep-split');
  if (options.noMtp) words.push('--no-mtp');
  if (options.mtpOnly) words.push('--mtp');
  if (options.pruneLayers?.length) words.push('--prune-layers', options.pruneLayers.join());
  if (options.method) words.push('--method', options.method);
  if (calibration && 'from' in calibration) words.push('--from-calibration', quoted(calibration.from));
  else if (calibration) {
    const { text, tokens, level, save } = calibration;
    if (text !== undefined) words.push('--calibration', quoted(text));
    if (tokens !== usualTokens) words.push('--tokens', String(tokens));
    if (level !== undefined) words.push('--level', level);
    if (save !== undefined) words.push('--save-calibration', quoted(save));
  }
  words.push('--workers', String(workers), quoted(input), quoted(output), options.type);
  return words.join(' ');
}

/** The command that makes a folder of a GGUF file. */
export function exportCommand(type: string, input: string, folder: string): string {
  const wanted = type === 'AUTO' ? [] : ['--type', type];
  return ['scripts/nibble', 'export', ...wanted, quoted(input), quoted(folder)].join(' ');
}

/** In single quotes where a shell would read more into it. */
function quoted(text: string): string {
  return /^[\w.=/@%+:,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** ts3m-F16.gguf as Q4_0 → ts3m-Q4_0.gguf: the type in the name is replaced, or added where there is none. */
export function outputName(
  input: string,
  type: string,
  knownTypes: readonly string[],
  weightExtensions: readonly string[],
  extension = 'gguf',
): string {
  const stem = withoutExtension(input, weightExtensions).replace(/-\d{5}-of-\d{5}$/, '');
  const lower = stem.toLowerCase();
  const named = [...knownTypes]
    .sort((a, b) => b.length - a.length)
    .find((known) => ['-', '.', '_'].some((mark) => lower.endsWith(mark + known.toLowerCase())));
  return `${named ? stem.slice(0, -named.length - 1) : stem}-${type}.${extension}`;
}
