import { InvalidArgumentError, Option, type Command } from 'commander';
import { Problem, previewOf, type EditOptions, type EditedEntry } from '../core';
import { quantize, type QuantizeOptions } from './commands';
import { editInPlace } from './edit-in-place';
import {
  addComputeOptions,
  addRunOptions,
  append,
  parseIntegers,
  parseSize,
  parseWhole,
  type FileOptions,
  type RecipeOptions,
} from './options';
import { readText } from '../platform/node-files';
import { note, printable } from './text';

/** Commands that change a GGUF file and leave its weights as they are: edit, split and merge. */

/** What runs of any kind take. */
type RunOptions = Pick<QuantizeOptions, 'json' | 'dryRun' | 'force' | 'resume' | 'receipt' | 'workers' | 'reads'>;

interface EditCommandOptions
  extends RunOptions, Pick<FileOptions, 'takeFrom' | 'take'>, Pick<RecipeOptions, 'pruneLayers'> {
  set?: EditedEntry[];
  remove?: string[];
  rename?: { from: string; to: string }[];
  name?: string;
  chatTemplate?: string; // a file
  removeTensors?: string[];
  inPlace?: boolean;
}

interface SplitCommandOptions extends RunOptions {
  maxTensors?: number;
  maxSize?: number; // bytes
  tensorFirst: boolean; // false: --no-tensor-first
}

/** Adds the three commands to a program. */
export function addEditCommands(program: Command, signal: AbortSignal): void {
  addRunOptions(addComputeOptions(program.command('edit')))
    .description('write a GGUF file with other metadata or other tensors; its weights stay as they are')
    .argument('<in>')
    .argument('[out]', 'not with --in-place')
    .option(
      '--set <key=value>',
      'give an entry a value of the kind it has; a new one with its kind: x.count=u32:5, x.list=[i32]:1,2 (may be ' +
        'repeated)',
      parseEntry,
    )
    .option('--remove <key>', 'leave an entry out (may be repeated)', append)
    .option('--rename <old=new>', 'give an entry another key (may be repeated)', parseRename)
    .option('--name <text>', "the model's name: general.name")
    .option(
      '--chat-template <file>',
      'the chat template: tokenizer.chat_template; shows what it makes of a conversation',
    )
    .option('--remove-tensors <pattern>', 'leave out tensors whose names match (may be repeated)', append)
    .addOption(
      new Option('--take-from <file>', 'take tensors from this GGUF file, in place of those here or added').conflicts(
        'receipt', // which names one model
      ),
    )
    .option('--take <pattern>', 'of that file, tensors whose names match (may be repeated)', append)
    .addOption(
      new Option(
        '--prune-layers <list>',
        'leave these layers out, numbered from 0, for example 20,21,22; those behind them move up',
      ).argParser(parseIntegers(0, 1 << 16)),
    )
    .addOption(
      new Option('--in-place', 'change the header where it is, where it fits; no other file is written').conflicts([
        ...['removeTensors', 'takeFrom', 'take', 'pruneLayers', 'resume', 'force', 'receipt'],
      ]),
    )
    .action((input: string, output: string | undefined, options: EditCommandOptions, command: Command) => {
      const sentence = misuse(output, options);
      if (sentence !== null) command.error(`error: ${sentence}`, { exitCode: 2 });
      return edit(input, output, options, signal);
    });

  addRunOptions(addComputeOptions(program.command('split')))
    .description('cut a GGUF file into parts, as gguf-split does: OUT-00001-of-00003.gguf, …')
    .argument('<in>')
    .argument('<out>')
    .option('--max-tensors <n>', 'tensors of a part at most (default: 128)', parseWhole)
    .addOption(
      new Option('--max-size <size>', "bytes of a part's tensors at most: 2GB, 500MB")
        .argParser(parseSize)
        .conflicts('maxTensors'),
    )
    .option('--no-tensor-first', 'the first part has the metadata alone')
    .action((input: string, output: string, options: SplitCommandOptions) => split(input, output, options, signal));

  addRunOptions(addComputeOptions(program.command('merge')))
    .description('join the parts of a GGUF file, as gguf-split --merge does')
    .argument('<part>', 'any of the parts; the others lie beside it')
    .argument('<out>')
    .action((input: string, output: string, options: RunOptions) => rewrite(input, output, {}, options, signal));
}

/** Why the options do not go together; null: they do. */
function misuse(output: string | undefined, { inPlace = false, take, takeFrom }: EditCommandOptions): string | null {
  if (inPlace && output !== undefined) return '--in-place writes no other file. Leave OUT or --in-place out.';
  if (!inPlace && output === undefined) return 'expected IN OUT (or IN with --in-place)';
  if ((take === undefined) !== (takeFrom === undefined))
    return '--take-from and --take go together: a file, and which of its tensors to take.';
  return null;
}

async function edit(
  input: string,
  output: string | undefined,
  { set = [], remove, rename, name, chatTemplate, removeTensors, inPlace, ...run }: EditCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  const entries = [...set];
  if (name !== undefined) entries.push({ key: 'general.name', kind: 'string', values: [name] });
  if (chatTemplate !== undefined) {
    const template = readText(chatTemplate);
    note('What the chat template makes of a conversation:');
    for (const line of (await preview(template, chatTemplate)).split('\n'))
      process.stderr.write(`${printable(line)}\n`);
    entries.push({ key: 'tokenizer.chat_template', kind: 'string', values: [template] });
  }
  const reads = chatTemplate === undefined ? [] : [{ path: chatTemplate, what: 'the chat template' }];
  const changes: EditOptions = {
    ...(entries.length > 0 && { set: entries }),
    ...(remove && { remove }),
    ...(rename && { rename }),
    ...(removeTensors && { removeTensors }),
  };
  if (inPlace) return editInPlace(input, changes, run);
  if (Object.keys(changes).length === 0 && !run.takeFrom && !run.pruneLayers)
    throw new Problem('Nothing is to be changed. Say what, for example --set, --remove or --chat-template.');
  await rewrite(input, output!, changes, { ...run, reads }, signal);
}

async function preview(template: string, path: string): Promise<string> {
  try {
    return await previewOf(template);
  } catch (error) {
    throw new Problem(`${path} is no chat template that can be used: ${(error as Error).message}`);
  }
}

async function split(
  input: string,
  output: string,
  { maxTensors, maxSize, tensorFirst, ...run }: SplitCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  const most = maxSize === undefined ? { tensors: maxTensors ?? 128 } : { bytes: maxSize };
  await rewrite(input, output, { split: { ...most, bareFirst: !tensorFirst } }, run, signal);
}

/** Writes a file with the same weights. */
async function rewrite(
  input: string,
  output: string,
  changes: EditOptions,
  options: RunOptions & FileOptions & RecipeOptions,
  signal: AbortSignal,
): Promise<void> {
  await quantize(input, output, 'COPY', { ...options, edit: changes }, signal);
}

const kinds = /^(\[?(?:[ui](?:8|16|32|64)|f32|f64|bool|string)\]?):/;

function parseEntry(text: string, previous: EditedEntry[] = []): EditedEntry[] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Write it as KEY=VALUE, or KEY=KIND:VALUE for a new entry.');
  const [key, rest] = [text.slice(0, at), text.slice(at + 1)];
  const kind = kinds.exec(rest)?.[1];
  const value = kind === undefined ? rest : rest.slice(kind.length + 1);
  const values = kind?.startsWith('[') ? (value === '' ? [] : value.split(',')) : [value];
  return [...previous, { key, ...(kind !== undefined && { kind }), values }];
}

function parseRename(text: string, previous: { from: string; to: string }[] = []): { from: string; to: string }[] {
  const match = /^([^=]+)=([^=]+)$/.exec(text);
  if (!match) throw new InvalidArgumentError('Write it as OLD=NEW.');
  return [...previous, { from: match[1]!, to: match[2]! }];
}
