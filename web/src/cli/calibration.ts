import { basename } from 'node:path';
import { Option, type Command } from 'commander';
import {
  calibrate,
  calibrationMemory,
  calibrationPass,
  cutText,
  divideTexts,
  levelFor,
  Problem,
  stretchTokens,
  tokensFor,
  tokensOf,
  usualTokens,
  type Calibration,
  type CalibrationFigures,
  type CalibrationLevel,
  type CalibrationTexts,
  type HashedFile,
  type OpenedModel,
  type Plan,
} from '../core';
import { readBytes, shippedText } from '../platform/node-files';
import { createNodeHasher } from '../platform/node-hasher';
import { createNodeScratch } from '../platform/node-scratch';
import { bytes as size, duration, integer, percent, plural } from '../text/units';
import { LineDisplay, withDisplay } from './display';
import type { NamedFile } from './outputs';
import { parseTokens, workersOf, type ComputeOptions } from './options';
import { note } from './text';

/** What the method "calibrated" is given. */
export interface CalibrationOptions {
  calibration?: string; // a text; the one that comes with the program
  tokens?: number; // of it, at most
  level?: CalibrationLevel;
  /** Throws Problem when it is not the text it should be. */
  expectText?: (text: HashedFile) => void;
}

export function addCalibrationOptions(command: Command): Command {
  return command
    .option(
      '--calibration <text>',
      'with --method calibrated: the text to choose codes by (default: one that comes along)',
    )
    .option('--tokens <n>', `with --method calibrated: tokens of it at most (default: ${usualTokens})`, parseTokens(1))
    .addOption(
      new Option(
        '--level <name>',
        'with --method calibrated: how much is done (default: as many tokens allow)',
      ).choices(['one-pass', 'layers']),
    );
}

/** What a command reads for it that no output may replace. */
export function calibrationFiles({ calibration }: CalibrationOptions): NamedFile[] {
  return calibration === undefined ? [] : [{ path: calibration, what: 'the calibration text' }];
}

/** Throws Problem where options of the method are given to another. */
function expectMethod({ calibration, tokens, level }: CalibrationOptions): void {
  const given = calibration !== undefined ? '--calibration' : tokens !== undefined ? '--tokens' : level && '--level';
  if (given) throw new Problem(`${given} is for the method calibrated. Add --method calibrated, or leave it out.`);
}

/** Reads and cuts the text. Throws Problem. */
export async function readCalibrationTexts(
  model: OpenedModel,
  { calibration, tokens, expectText }: CalibrationOptions,
): Promise<CalibrationTexts> {
  const bytes = readBytes(calibration ?? shippedText());
  const hasher = createNodeHasher();
  hasher.update(bytes);
  const text = {
    name: basename(calibration ?? shippedText()),
    bytes: bytes.byteLength,
    sha256: hasher.digest(),
  };
  expectText?.(text);
  const most = Math.max(1, Math.floor((tokens ?? usualTokens) / stretchTokens));
  return { ...divideTexts(cutText(tokensFor([model], bytes), stretchTokens, most)), text };
}

/** Calibrates where the plan asks for it, for as long as `use` takes. Throws Stopped or Problem. */
export async function withCalibration<T>(
  model: OpenedModel,
  plan: Plan,
  options: CalibrationOptions & ComputeOptions,
  signal: AbortSignal,
  use: (calibration: Calibration | undefined) => Promise<T>,
): Promise<T> {
  if (plan.method !== 'calibrated') {
    expectMethod(options);
    return use(undefined);
  }
  const texts = await readCalibrationTexts(model, options);
  const pass = calibrationPass(model, texts);
  const level = options.level ?? levelFor(pass, texts);
  const workers = options.workers ?? model.core.platform.parallelism;
  note(
    `Calibrating ${levelNames[level]} by ${texts.text.name}: ${integer(tokensOf(texts.calibrate))} tokens, and ` +
      `${integer(tokensOf(texts.heldBack))} to judge by. This takes at most ` +
      `${size(calibrationMemory(pass, level, workers))} of memory with ${plural(workers, 'worker')}.`,
  );
  const scratch = createNodeScratch();
  try {
    const calibration = await withDisplay(new LineDisplay(), (display) =>
      calibrate(model, plan, texts, scratch, {
        ...workersOf(options),
        level,
        signal,
        onProgress: ({ share, secondsLeft }) =>
          display.show(
            `calibrating: ${percent(share)}${secondsLeft === null ? '' : ` · ${duration(secondsLeft)} left`}`,
          ),
      }),
    );
    return await use(calibration);
  } finally {
    scratch.close();
  }
}

const levelNames: Record<CalibrationLevel, string> = { 'one-pass': 'in one pass', layers: 'layer after layer' };

/** What the calibration did, and which matrices it did not serve. */
export function describeCalibration({ level, text, tokens, heldBack, seconds, parts }: CalibrationFigures): string[] {
  const served = parts.flatMap(({ kept, left }) => (kept === 'calibrated' ? [left!] : []));
  const middle = [...served].sort((a, b) => a - b)[Math.floor(served.length / 2)];
  const other = parts.filter(({ kept }) => kept !== 'calibrated');
  return [
    `Calibrated ${levelNames[level]} by ${text.name}, ${integer(tokens)} tokens, in ${duration(seconds)}: ` +
      `${served.length} of ${plural(parts.length, 'matrix', 'matrices')}` +
      `${middle === undefined ? '' : `, whose outputs keep ${percent(middle)} of the error (the median)`}, ` +
      `judged by ${integer(heldBack)} other tokens.`,
    ...other.map(
      ({ name, expert, tokens: met, kept }) =>
        `${name}${expert === null ? '' : `, expert ${expert}`} keeps lowest-error: ` +
        `${kept === 'no better' ? 'calibrated it was no better' : `only ${plural(met, 'token')} met it`}.`,
    ),
  ];
}
