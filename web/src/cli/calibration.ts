import { closeSync } from 'node:fs';
import { basename } from 'node:path';
import { Option, type Command } from 'commander';
import {
  calibrate,
  calibrateFrom,
  calibrationMemory,
  calibrationPass,
  collectStatistics,
  cutText,
  divideTexts,
  hashFiles,
  levelFor,
  Problem,
  savedBytes,
  StatisticsFile,
  stretchTokens,
  tokensFor,
  tokensOf,
  inChatTemplate,
  measureCalibration,
  usualTokens,
  type AnswerFigures,
  type Calibration,
  type CalibrationAnswers,
  type CalibrationFigures,
  type CalibrationLevel,
  type CalibrationTexts,
  type ChatUse,
  type HashedFile,
  type OpenedModel,
  type PassProgress,
  type Plan,
  type PlanOptions,
} from '../core';
import type { StatisticsTarget } from '../core/calibration-file';
import type { Scratch } from '../core/scratch';
import { nodePlatform } from '../platform/node';
import { openInput, readBytes, shippedText } from '../platform/node-files';
import { createNodeHasher } from '../platform/node-hasher';
import { writeWhole } from '../platform/node-destination';
import { createNodeScratch } from '../platform/node-scratch';
import { bytes as size, duration, integer, percent, plural } from '../text/units';
import { LineDisplay, withDisplay } from './display';
import type { NamedFile, Output } from './outputs';
import { parseTokens, workersOf, type ComputeOptions } from './options';
import { note } from './text';

/** What the method "calibrated" is given. */
export interface CalibrationOptions {
  calibration?: string; // a text; the one that comes with the program
  tokens?: number; // of it, at most
  level?: CalibrationLevel;
  /** Whether the text is read in the model's chat template; when nobody says: where it has one. */
  chatTemplate?: boolean;
  answers?: boolean; // measured at the end; default true
  saveCalibration?: string; // where what the codes are chosen by is written
  fromCalibration?: string; // such a file, to choose by
  /** Throws Problem when it is not the text it should be. */
  expectText?: (text: HashedFile) => void;
  expectStatistics?: (statistics: HashedFile) => void;
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
    )
    .option('--save-calibration <file>', 'with --method calibrated: also write what the codes are chosen by')
    .addOption(
      new Option(
        '--from-calibration <file>',
        'with --method calibrated: choose codes by what --save-calibration wrote; the model reads no text',
      ).conflicts(['calibration', 'tokens', 'level', 'saveCalibration']),
    )
    .option('--no-chat-template', 'with --method calibrated: the text as it is, where the model has a chat template')
    .option('--no-answers', 'with --method calibrated: do not measure the answers of the output at the end');
}

/** What a command reads for it that no output may replace. */
export function calibrationFiles({ calibration, fromCalibration }: CalibrationOptions): NamedFile[] {
  return [
    ...(calibration === undefined ? [] : [{ path: calibration, what: 'the calibration text' }]),
    ...(fromCalibration === undefined ? [] : [{ path: fromCalibration, what: 'the statistics of the calibration' }]),
  ];
}

/** What it writes beside the output. */
export function savedCalibration({ saveCalibration }: CalibrationOptions): Output[] {
  return saveCalibration === undefined ? [] : [{ path: saveCalibration, what: 'the statistics of the calibration' }];
}

/** Throws Problem where options of the method are given to another. */
function expectMethod(options: CalibrationOptions): void {
  const { calibration, tokens, level, chatTemplate, answers, saveCalibration, fromCalibration } = options;
  const given = Object.entries({
    '--calibration': calibration,
    '--tokens': tokens,
    '--level': level,
    '--save-calibration': saveCalibration,
    '--from-calibration': fromCalibration,
    '--no-chat-template': chatTemplate === false || undefined,
    '--no-answers': answers === false || undefined,
  }).find(([, value]) => value !== undefined)?.[0];
  if (given) throw new Problem(`${given} is for the method calibrated. Add --method calibrated, or leave it out.`);
}

/** Throws Problem where options of a text are given, but no text. */
export function expectText({ calibration, tokens, chatTemplate }: CalibrationOptions): void {
  const given = tokens !== undefined ? '--tokens' : chatTemplate === false ? '--no-chat-template' : null;
  if (given && calibration === undefined)
    throw new Problem(`${given} is for a text. Add --calibration, or leave it out.`);
}

/** Reads and cuts the text. Throws Problem. */
export async function readCalibrationTexts(
  model: OpenedModel,
  { calibration, tokens, chatTemplate = true, expectText }: CalibrationOptions,
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
  const plain = { text: bytes, chat: { used: false, why: null } } as const;
  const read = chatTemplate ? await inChatTemplate(model, bytes) : plain;
  if (!read.chat.used && read.chat.why) note(read.chat.why);
  const most = Math.max(1, Math.floor((tokens ?? usualTokens) / stretchTokens));
  const texts = cutText(tokensFor([model], read.text, read.chat.used), stretchTokens, most);
  return { ...divideTexts(texts), text, chat: read.chat };
}

/** Calibrates where the plan asks for it, for as long as `use` takes. Throws Stopped or Problem. */
export async function withCalibration<T>(
  model: OpenedModel,
  chosen: PlanOptions,
  options: CalibrationOptions & ComputeOptions,
  signal: AbortSignal,
  use: (calibration: Calibration | undefined) => Promise<T>,
): Promise<T> {
  const plan = model.plan(chosen);
  if (plan.method !== 'calibrated') {
    expectMethod(options);
    return use(undefined);
  }
  const scratch = createNodeScratch();
  try {
    const work = options.fromCalibration === undefined ? calibrateByText : calibrateByFile;
    return await use(await work({ model, chosen, plan, scratch, signal, options }));
  } finally {
    scratch.close();
  }
}

interface Work {
  model: OpenedModel;
  chosen: PlanOptions;
  plan: Plan;
  scratch: Scratch;
  signal: AbortSignal;
  options: CalibrationOptions & ComputeOptions;
}

async function calibrateByText({ model, chosen, plan, scratch, signal, options }: Work): Promise<Calibration> {
  const texts = await readCalibrationTexts(model, options);
  const pass = calibrationPass(model, texts);
  const level = options.level ?? levelFor(pass, texts);
  const workers = options.workers ?? model.core.platform.parallelism;
  const { saveCalibration: path } = options;
  note(
    `Calibrating ${levelNames[level]} by ${texts.text.name}${inTemplate(texts.chat)}: ` +
      `${integer(tokensOf(texts.calibrate))} tokens, and ` +
      `${integer(tokensOf(texts.heldBack))} to judge by. This takes at most ` +
      `${size(calibrationMemory(pass, level, workers))} of memory with ${plural(workers, 'worker')}` +
      `${path ? `; ${path} will have ${size(savedBytes(model, plan, pass, texts, level))}` : ''}.`,
  );
  return withDisplay(new LineDisplay(), async (display) => {
    const run = { ...workersOf(options), signal };
    const work = (save?: StatisticsTarget) =>
      calibrate(model, plan, texts, scratch, {
        ...run,
        level,
        ...(save && { save }),
        onProgress: shownAs('calibrating', display),
      });
    const made = path === undefined ? await work() : await writeWhole(path, work);
    if (path !== undefined) made.figures.statistics = await withStatistics(path, signal, async ({ file }) => file);
    if (options.answers ?? true) {
      made.figures.answers = await measureCalibration(model, chosen, texts, made, {
        ...run,
        onProgress: shownAs('measuring the answers', display),
      });
    }
    return made;
  });
}

function calibrateByFile({ model, plan, scratch, signal, options }: Work): Promise<Calibration> {
  return withStatistics(options.fromCalibration!, signal, async ({ file, open }) => {
    options.expectStatistics?.(file);
    const statistics = await open();
    return withDisplay(new LineDisplay(), (display) =>
      calibrateFrom(model, plan, statistics, file, scratch, {
        ...workersOf(options),
        signal,
        onProgress: shownAs('choosing codes', display),
      }),
    );
  });
}

/** Runs the model over a text for the statistics of one pass, for as long as `use` takes. Throws Stopped or Problem. */
export async function withTextStatistics<T>(
  model: OpenedModel,
  options: CalibrationOptions & ComputeOptions,
  signal: AbortSignal,
  display: LineDisplay,
  use: (statistics: StatisticsFile) => Promise<T>,
): Promise<T> {
  const texts = await readCalibrationTexts(model, options);
  const scratch = createNodeScratch();
  try {
    const run = { ...workersOf(options), signal, onProgress: shownAs('reading the text', display) };
    return await use(await collectStatistics(model, texts, scratch, run));
  } finally {
    scratch.close();
  }
}

/** Opens and hashes a file of statistics for as long as `use` takes. */
export async function withStatistics<T>(
  path: string,
  signal: AbortSignal,
  use: (opened: { file: HashedFile; open: () => Promise<StatisticsFile> }) => Promise<T>,
): Promise<T> {
  const handle = openInput(path);
  try {
    const [file] = await hashFiles(nodePlatform, [handle], { signal });
    return await use({ file: file!, open: () => StatisticsFile.open(handle, nodePlatform.openSource(handle)) });
  } finally {
    closeSync(handle.fd);
  }
}

export function shownAs(what: string, display: LineDisplay): (progress: PassProgress) => void {
  return ({ share, secondsLeft }) =>
    display.show(`${what}: ${percent(share)}${secondsLeft === null ? '' : ` · ${duration(secondsLeft)} left`}`);
}

const inTemplate = (chat: ChatUse) => (chat.used ? " in the model's chat template" : '');

const levelNames: Record<CalibrationLevel, string> = { 'one-pass': 'in one pass', layers: 'layer after layer' };

/** What the calibration did, and which matrices it did not serve. */
export function describeCalibration({
  level,
  text,
  chatTemplate,
  tokens,
  heldBack,
  seconds,
  parts,
  answers,
}: CalibrationFigures): string[] {
  const served = parts.flatMap(({ kept, left }) => (kept === 'calibrated' ? [left!] : []));
  const middle = [...served].sort((a, b) => a - b)[Math.floor(served.length / 2)];
  const other = parts.filter(({ kept }) => kept !== 'calibrated');
  return [
    `Calibrated ${levelNames[level]} by ${text.name}${inTemplate(chatTemplate)}, ${integer(tokens)} tokens, ` +
      `in ${duration(seconds)}: ` +
      `${served.length} of ${plural(parts.length, 'matrix', 'matrices')}` +
      `${middle === undefined ? '' : `, whose outputs keep ${percent(middle)} of the error (the median)`}, ` +
      `judged by ${integer(heldBack)} other tokens.`,
    ...(answers ? [describeAnswers(answers)] : []),
    ...other.map(
      ({ name, expert, tokens: met, kept }) =>
        `${name}${expert === null ? '' : `, expert ${expert}`} is written as without calibrating: ` +
        `${kept === 'no better' ? 'calibrated it was no better' : `only ${plural(met, 'token')} met it`}.`,
    ),
  ];
}

/** How far both outputs' answers are from the model's. */
function describeAnswers({ before, after, seconds }: CalibrationAnswers): string {
  const figures = ({ divergence: { value, error }, sameTop }: AnswerFigures) =>
    `${value.toPrecision(3)} ± ${error.toPrecision(2)} nats (the same most likely token: ${percent(sameTop.value, 1)})`;
  const ratio = before.divergence.value > 0 ? after.divergence.value / before.divergence.value : 1;
  return (
    `Mean divergence of the answers, in ${integer(after.tokens)} positions of those tokens: ${figures(after)}; ` +
    `with lowest-error ${figures(before)}. Ratio ${ratio.toFixed(2)}, measured in ${duration(seconds)}.`
  );
}
