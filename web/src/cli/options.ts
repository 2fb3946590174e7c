import { availableParallelism } from 'node:os';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { Problem, type Kernel, type PartNumber, type PlanOptions, type ScaleSearchName } from '../core';
import { readText } from '../platform/node-files';
import { parseBytes } from '../text/units';

/** The options that decide what is written, spelled as llama-quantize spells them. */
/** Which files make the model. */
export interface FileOptions {
  imatrix?: string;
  lora?: Adapter[];
  adapterOnly?: boolean;
  sentenceTransformersDenseModules?: boolean;
  mmproj?: boolean;
  takeFrom?: string;
  take?: string[];
}

export interface RecipeOptions extends FileOptions {
  pure?: boolean;
  leaveOutputTensor?: boolean;
  outputTensorType?: string;
  tokenEmbeddingType?: string;
  tensorType?: NonNullable<PlanOptions['tensorTypes']>;
  tensorTypeFile?: NonNullable<PlanOptions['tensorTypes']>;
  overrideKv?: NonNullable<PlanOptions['overrides']>;
  allowRequantize?: boolean;
  keepSplit?: boolean;
  mtp?: boolean; // false: --no-mtp
  pruneLayers?: number[];
  method?: string;
  includeWeights?: string[];
  excludeWeights?: string[];
  edit?: NonNullable<PlanOptions['edit']>;
}

/** An adapter that is merged into the model: the folder that PEFT wrote, and how strongly. */
export interface Adapter {
  folder: string;
  strength: number;
}

/** The options that decide how it is computed, never what. */
export interface ComputeOptions {
  workers?: number;
  kernel?: Kernel;
}

export function workersOf({ workers }: ComputeOptions): { workers?: number } {
  return workers === undefined ? {} : { workers };
}

export function tensorTypeOption(): Option {
  return new Option(
    '--tensor-type <pattern=type>',
    'this type for tensors whose name matches (may be repeated; the first match counts)',
  ).argParser(parseTensorType);
}

export function addRecipeOptions(command: Command): Command {
  return command
    .option('--pure', 'every tensor to the type itself, without the mix')
    .option('--leave-output-tensor', 'leave output.weight as it is')
    .option('--output-tensor-type <type>', 'this type for output.weight')
    .option('--token-embedding-type <type>', 'this type for the token embeddings')
    .addOption(tensorTypeOption())
    .option(
      '--tensor-type-file <file>',
      'such rules, with spaces or line ends between them, after those of --tensor-type (may be repeated)',
      readTensorTypes,
    )
    .option(
      '--override-kv <key=type:value>',
      'set metadata; type is int, float, bool or str (may be repeated)',
      parseOverride,
    )
    .option('--allow-requantize', 'accept tensors that are quantized already')
    .option('--keep-split', 'write as many files as the input has')
    .option('--imatrix <file>', 'an importance matrix, as llama-imatrix writes it')
    .option('--include-weights <name>', 'use only its entries with this in their name (may be repeated)', append)
    .option('--exclude-weights <name>', 'leave out its entries with this in their name (may be repeated)', append)
    .hook('preAction', expectMatrix)
    .option('--method <name>', 'how scales are searched (default: "llama.cpp", the bytes llama-quantize writes)');
}

export function addPruneOption(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--prune-layers <list>',
        'leave these layers out, numbered from 0, for example 20,21,22; those behind them move up',
      )
        .argParser(parseIntegers(0, 1 << 16))
        .conflicts(['context', 'memory']), // which count the layers of the whole model
    )
    .addOption(
      new Option('--mtp', 'write the layers that predict further tokens alone, to run beside the model').conflicts([
        'context',
        'memory',
        'pruneLayers',
      ]),
    )
    .option('--no-mtp', 'leave out the layers that predict further tokens (multi-token prediction)');
}

export function addLoraOption(command: Command): Command {
  return command
    .option(
      '--lora <folder[=strength]>',
      'merge this LoRA adapter into the model, of which IN is the folder (may be repeated)',
      parseAdapter,
    )
    .option('--adapter-only', 'write the adapter given with --lora as a GGUF file of its own, not the model')
    .option('--sentence-transformers-dense-modules', 'add the layers behind the pooling (2_Dense, 3_Dense)')
    .hook('preAction', expectAdapter);
}

export function addProjectorOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--mmproj',
      'of a folder, write what looks at images: the file that llama.cpp takes beside the language model',
    ).conflicts([
      'lora',
      'sentenceTransformersDenseModules',
      'pruneLayers',
      'imatrix',
      'calibration',
      'context',
      'memory',
    ]),
  );
}

/** The folder may have a = in its name: what follows the last one is the strength where it is a number. */
function parseAdapter(text: string, previous: Adapter[] = []): Adapter[] {
  const at = text.lastIndexOf('=');
  const strength = at > 0 ? decimal(text.slice(at + 1)) : NaN;
  return [
    ...previous,
    Number.isNaN(strength) ? { folder: text, strength: 1 } : { folder: text.slice(0, at), strength },
  ];
}

/** An adapter is written, so there must be one, as it is. */
function expectAdapter(command: Command): void {
  const { adapterOnly, lora } = command.opts<RecipeOptions>();
  if (!adapterOnly || (lora?.length === 1 && lora[0]!.strength === 1)) return;
  command.error('error: --adapter-only writes one adapter as it is. Give its folder with --lora, without a strength.', {
    exitCode: 2,
  });
}

/** Entries are chosen from a matrix, so there must be one. */
function expectMatrix(command: Command): void {
  const { imatrix, includeWeights, excludeWeights } = command.opts<RecipeOptions>();
  const option = includeWeights ? '--include-weights' : excludeWeights ? '--exclude-weights' : null;
  if (option !== null && imatrix === undefined) {
    command.error(`error: ${option} chooses entries of an importance matrix. Give one with --imatrix.`, {
      exitCode: 2,
    });
  }
}

export function addComputeOptions(command: Command): Command {
  return command
    .option('--workers <n>', `threads that convert (default: ${availableParallelism()}, one per core)`, parseWorkers)
    .addOption(new Option('--kernel <name>', 'which kernels run; the bytes are the same').choices(['simd', 'scalar']));
}

/** The options of commands that write a model, about the run and what it leaves. */
export function addRunOptions(command: Command): Command {
  return command
    .addOption(new Option('--dry-run', 'say what would be written, and write nothing').conflicts('receipt'))
    .addOption(
      new Option(
        '--resume',
        'go on with what an earlier run of the same command left unfinished, where there is something',
      ).conflicts(['dryRun', 'calibration', 'fromCalibration']),
    )
    .option('--force', 'let the output replace the model it is made from, when it is complete; nothing else')
    .option(
      '--receipt <file>',
      'also write what was done as JSON: hashes of input and output, options, figures (reads the input once more)',
    )
    .option('--json', 'print everything as JSON');
}

export function addSampleOptions(command: Command): Command {
  return addComputeOptions(command)
    .option('--tensor <pattern>', 'only tensors of this name, or whose name matches')
    .addOption(
      new Option('--sample <weights>', 'look at about so many weights, the same share of the rows of every tensor')
        .argParser(parseCount)
        .conflicts('all'),
    )
    .option('--all', 'look at every weight');
}

export function addTextOptions(command: Command): Command {
  const withText = addComputeOptions(command).requiredOption('-f, --file <file>', 'the text');
  return addStretchOptions(withText).option(
    '--chat-template',
    "the text as turns in the (first) model's chat template",
  );
}

export function addStretchOptions(command: Command): Command {
  return command
    .option('-c, --ctx-size <n>', 'tokens of each stretch of the text that is read', parseTokens(2), 512)
    .option('--chunks <n>', 'stretches at most (default: all)', parseTokens(1));
}

/** The options of llama-imatrix, as far as they mean something here. */
export function addImatrixOptions(command: Command): Command {
  return addStretchOptions(addComputeOptions(command).option('-f, --file <file>', 'the text'))
    .option('--chunk, --from-chunk <n>', 'leave out so many stretches first', parseTokens(0), 0)
    .option('--in-file <file>', 'a matrix that is added to (may be repeated)', append)
    .addOption(
      new Option('--output-format <form>', 'the form of the file; dat is the older one')
        .choices(['gguf', 'dat'])
        .default('gguf'),
    )
    .option('--process-output', 'the input of output.weight as well')
    .option('--no-ppl', 'do not say how well the text is predicted: the output layer is left out')
    .option('--chat-template', "the text as turns in the model's chat template, which is the default where it has one")
    .option('--no-chat-template', 'the text as it is, as llama-imatrix reads it; also with --parse-special')
    .option('--parse-special', 'names of tokens that control a conversation are such tokens, not text')
    .option('--show-statistics', 'print what the matrix given with --in-file says, and write nothing');
}

export function parseTokens(least: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (!Number.isInteger(count) || count < least || count > 1e9)
      throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
    return count;
  };
}

export function planOptions(type: string, options: RecipeOptions): PlanOptions {
  const { tensorType, tensorTypeFile, overrideKv, ...same } = options;
  return pick({
    type,
    method: same.method,
    pure: same.pure,
    leaveOutputTensor: same.leaveOutputTensor,
    outputTensorType: same.outputTensorType,
    tokenEmbeddingType: same.tokenEmbeddingType,
    tensorTypes: tensorType || tensorTypeFile ? [...(tensorType ?? []), ...(tensorTypeFile ?? [])] : undefined,
    overrides: overrideKv,
    allowRequantize: same.allowRequantize,
    keepSplit: same.keepSplit,
    noMtp: same.mtp === false ? true : undefined,
    mtpOnly: same.mtp === true ? true : undefined,
    pruneLayers: same.pruneLayers,
    includeWeights: same.includeWeights,
    excludeWeights: same.excludeWeights,
    edit: same.edit,
  });
}

/** Without the members that are undefined. */
function pick(options: { [Name in keyof PlanOptions]: PlanOptions[Name] | undefined } & { type: string }): PlanOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as unknown as PlanOptions;
}

export function parseSize(text: string): number {
  const bytes = parseBytes(text);
  if (bytes === null)
    throw new InvalidArgumentError('Write it as bytes, or with kB, MB, GB, MiB or GiB after it, for example 4.2GB.');
  return bytes;
}

/** A type that the weights of a folder can have. */
export function parseFloatType(text: string): string {
  const type = text.toUpperCase();
  if (!['F32', 'F16', 'BF16'].includes(type)) throw new InvalidArgumentError('It is F32, F16 or BF16.');
  return type;
}

export function parseRoleWeight(text: string, previous: Record<string, number> = {}): Record<string, number> {
  const match = /^(\w+)=([\d.]+)$/.exec(text);
  if (!match || !(Number(match[2]) > 0)) throw new InvalidArgumentError('Write it as ROLE=FACTOR, for example down=2.');
  return { ...previous, [match[1]!]: Number(match[2]) };
}

export function append(text: string, previous: string[] = []): string[] {
  return [...previous, text];
}

const rulePattern = /^(.+?)=(.+)$/;

function parseTensorType(text: string, previous: RecipeOptions['tensorType'] = []): RecipeOptions['tensorType'] {
  const match = rulePattern.exec(text);
  if (!match) throw new InvalidArgumentError('Write it as PATTERN=TYPE, for example ffn_down=q6_K.');
  return [...previous, { pattern: match[1]!, type: match[2]! }];
}

/** Throws Problem. */
function readTensorTypes(path: string, previous: RecipeOptions['tensorType'] = []): RecipeOptions['tensorType'] {
  const rules = readText(path).split(/\s+/).filter(Boolean);
  const wrong = rules.find((rule) => !rulePattern.test(rule));
  if (wrong !== undefined) throw new Problem(`${path} holds "${wrong}", which is not PATTERN=TYPE.`);
  return rules.reduce((list, rule) => parseTensorType(rule, list)!, previous);
}

function parseOverride(text: string, previous: RecipeOptions['overrideKv'] = []): RecipeOptions['overrideKv'] {
  const match = /^([^=]+)=(int|float|bool|str):(.*)$/s.exec(text);
  if (!match) throw new InvalidArgumentError('Write it as KEY=TYPE:VALUE with type int, float, bool or str.');
  const [, key, type, value] = match;
  return [...previous, { key: key!, type: type as 'int' | 'float' | 'bool' | 'str', value: value! }];
}

function parseCount(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([kMG]?)$/.exec(text);
  const count = match
    ? Math.round(Number(match[1]) * { '': 1, k: 1e3, M: 1e6, G: 1e9 }[match[2] as '' | 'k' | 'M' | 'G'])
    : 0;
  if (count < 1) throw new InvalidArgumentError('It must be a number of weights, for example 500000, 500k or 2M.');
  return count;
}

export function parseIntegers(low: number, high: number): (text: string) => number[] {
  return (text) => {
    const list = text.split(',').map(decimal);
    if (!list.every((value) => Number.isInteger(value) && value >= low && value <= high)) {
      throw new InvalidArgumentError(`Write whole numbers from ${low} to ${high} with commas between them.`);
    }
    return list;
  };
}

export function parseLevels(text: string): number[] {
  const list = text.split(',').map(decimal);
  if (!list.every(Number.isFinite)) throw new InvalidArgumentError('Write numbers with commas between them.');
  return list;
}

export function parseNumber(text: string): number {
  const number = decimal(text);
  if (!(number > 0 && number < Infinity)) throw new InvalidArgumentError('It must be a number above 0.');
  return number;
}

export function parseWhole(text: string): number {
  const count = decimal(text);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  return count;
}

/** The number a person wrote in decimals; NaN for anything else, also for what JavaScript would take for one. */
function decimal(text: string): number {
  return /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(text) ? Number(text) : NaN;
}

export function parseSearches(text: string): ScaleSearchName[] {
  const known = ['absmax', 'grid', 'exact'] as const;
  return text.split(',').map((name) => {
    const found = known.find((one) => one === name);
    if (!found) throw new InvalidArgumentError(`Choose among ${known.join(', ')}, with commas between them.`);
    return found;
  });
}

/** One of several parts, from 1 on. */
export function parsePart(text: string): PartNumber {
  const [part, of] = text.split('/').map(decimal);
  const isCount = (value: number | undefined) => Number.isInteger(value) && value! >= 1 && value! <= 99999;
  if (text.split('/').length !== 2 || !isCount(part) || !isCount(of) || part! > of!)
    throw new InvalidArgumentError('Write it as K/N, part K of N, for example 3/16.');
  return { part: part!, of: of! };
}

export function parseTimes(text: string): number {
  const times = decimal(text);
  if (!(times > 1 && times < 1e6)) throw new InvalidArgumentError('It must be a number above 1.');
  return times;
}

export function parseWorkers(text: string): number {
  const workers = decimal(text);
  if (!Number.isInteger(workers) || workers < 1 || workers > 256)
    throw new InvalidArgumentError('It must be a whole number from 1 to 256.');
  return workers;
}
