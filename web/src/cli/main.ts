import { Command, CommanderError, Option } from 'commander';
import { featureRule, forNow, Problem, Stopped, sentenceOf, usualTokens } from '../core';
import { measure, observe, solve, type MeasureCommandOptions } from './measure-commands';
import { inspect, plan, quantize, stats, type QuantizeOptions } from './commands';
import {
  analyzeScale,
  numberFormats,
  oneScaleFormats,
  outliers,
  type NumberFormatsOptions,
  type OutlierCommandOptions,
  type SampleOptions,
} from './analysis-commands';
import { addCalibrationOptions } from './calibration';
import { compare, repeat, verify } from './evidence-commands';
import { check } from './check-command';
import { addEditCommands } from './edit-commands';
import { exportFolder, type ExportOptions } from './export-command';
import { imatrix, type ImatrixOptions } from './imatrix-command';
import { addJoinCommand } from './part-commands';
import { evaluate, perplexity, type TextOptions } from './network-commands';
import {
  addComputeOptions,
  addImatrixOptions,
  addLoraOption,
  addProjectorOption,
  addPruneOption,
  addRecipeOptions,
  addRunOptions,
  addSampleOptions,
  addStretchOptions,
  addTextOptions,
  parseFloatType,
  parseIntegers,
  parseLevels,
  parseNumber,
  parsePart,
  parseRoleWeight,
  parseSearches,
  parseSize,
  parseWhole,
  parseTimes,
  parseTokens,
  parseWorkers,
  tensorTypeOption,
} from './options';
import { printable } from './text';
import { UsageProblem } from './usage';

/**
 * 0: done. 1: a problem with the files or the run. 2: a command line that means nothing. 128 + n: ended by signal n.
 */
const exitCodes = { problem: 1, usage: 2, signal: { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } };

const stop = new AbortController();
let stoppedBy: keyof typeof exitCodes.signal = 'SIGINT';
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The second one does not wait for files to be closed; what is unfinished is removed all the same.
    if (stop.signal.aborted) process.exit(exitCodes.signal[signal]);
    stoppedBy = signal;
    stop.abort(signal === 'SIGINT' ? undefined : forNow);
  });
}
// A reader that has seen enough is no problem.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? 0 : exitCodes.problem),
);
// Nor is a terminal that is gone; there is nobody left to tell.
process.stderr.on('error', () => {});

const compareMethod: [string, string] = [
  '--compare-method <name>',
  'also measure the error this method would make (about as much work again)',
];
const strict: [string, string] = [
  '--strict',
  'end with exit code 1, before anything is written, when the ' +
    'output would not load in llama.cpp (for safetensors, in a loader)',
];
const json: [string, string] = ['--json', 'print everything as JSON'];
const outputHelp = `
Until it is complete the output is called OUT.partial, with a journal beside it. Interrupted (Ctrl+C), a run removes
both. Terminated, killed (kill -9, power) or failed halfway it leaves them: the same command with --resume goes on
where it was, and writes the same bytes; without, the next run with the same OUT removes them and says so. No output
replaces a file the run reads, or another output.`;
const exitHelp = `
Exit codes: 0 done, 1 a problem with the files or the run, 2 a command line that means nothing,
129, 130, 143 hung up, interrupted, terminated.`;
const helpHint = '(nibble --help lists what there is)';
/** What --format of analyze-scale can be: its help and its errors name them. */
const scaleFormats = process.argv.includes('analyze-scale') ? await oneScaleFormats() : [];
const program = new Command('nibble')
  .description('Quantizes models: the same files as llama-quantize writes, from a browser tab or from here.')
  .version(NIBBLE_VERSION)
  .configureHelp({ sortSubcommands: false })
  .showHelpAfterError(helpHint)
  .addHelpText('after', exitHelp)
  .exitOverride();

addRunOptions(
  addCalibrationOptions(
    addComputeOptions(
      addProjectorOption(
        addLoraOption(addPruneOption(addRecipeOptions(program.command('quantize', { isDefault: true })))),
      ),
    ),
  ),
)
  .description('write IN as a model of another type')
  .usage('[options] IN [OUT] TYPE [WORKERS]  (with --recipe: IN [OUT])')
  .argument('<operands...>')
  .option('--recipe <file>', 'the types that solve, observe or the page wrote down, in place of TYPE')
  .addOption(
    new Option(
      '--part <k/n>',
      'write part K of N to OUT.part-K-of-N, of which join makes the output: for many machines, one part each',
    )
      .argParser(parsePart)
      .conflicts(['dryRun', 'resume', 'force', 'receipt', 'calibration', 'fromCalibration', 'saveCalibration']),
  )
  .option(...strict)
  .option(...compareMethod)
  .addHelpText('after', outputHelp)
  .action(async (operands: string[], { recipe, ...options }: QuantizeOptions, command: Command) => {
    if (recipe !== undefined) {
      const [input, output] = operands;
      if (input === undefined || operands.length > 2)
        return command.error('error: with --recipe expected IN [OUT]', { exitCode: exitCodes.usage });
      return quantize(input, output, undefined, { ...options, recipe }, stop.signal);
    }
    const { input, output, type, workers } = quantizeOperands(operands, command);
    await quantize(input, output, type, { ...(workers !== undefined && { workers }), ...options }, stop.signal);
  });

addComputeOptions(program.command('export'))
  .description(
    'write the Hugging Face folder that a GGUF file of a known family was converted from: safetensors and config.json',
  )
  .argument('<file>')
  .argument('<folder>', 'does not exist yet, or is empty')
  .addOption(
    new Option(
      '--type <name>',
      "F32, F16 or BF16 (default: the type of the file's matrices, and BF16 where they are quantized)",
    ).argParser(parseFloatType),
  )
  .option('--max-shard-size <bytes>', 'of the tensors in one safetensors file: 5GB (the default), 900MiB', parseSize)
  .option('--dry-run', 'say what would be written, and write nothing')
  .option(...json)
  .action((file: string, folder: string, options: ExportOptions) => exportFolder(file, folder, options, stop.signal));

addJoinCommand(program, stop.signal);
addEditCommands(program, stop.signal);

addComputeOptions(program.command('check'))
  .description('say what is wrong with model files, headers and weights, and what llama.cpp would say of it')
  .argument('<files...>')
  .option(...json)
  .addHelpText('after', '\nExit codes: 0 nothing is wrong, 1 something is.')
  .action(async (files: string[], options: Parameters<typeof check>[1]) => {
    if (!(await check(files, options, stop.signal))) process.exitCode = exitCodes.problem;
  });

program
  .command('inspect')
  .description('show what is in a model file')
  .argument('<file>')
  .option(...json)
  .action(inspect);

addProjectorOption(addLoraOption(addPruneOption(addRecipeOptions(program.command('plan')))))
  .description('show what quantizing would do and the exact size, for one type or for all')
  .argument('<file>')
  .argument('[type]')
  .option('--context <tokens>', 'also say what running the output takes, for so many tokens', parseWhole)
  .option('--cache-type <type>', 'what their keys and values are stored as (f16)')
  .option('--memory <size>', 'and whether it fits, with 8192 tokens unless --context says otherwise', parseSize)
  .option(...strict)
  .option(...json)
  .action(plan);

addComputeOptions(addLoraOption(addPruneOption(addRecipeOptions(program.command('stats')))))
  .description('quantize without writing and print the error of every tensor, as quantize-stats does')
  .argument('<file>')
  .argument('<type>')
  .option(...compareMethod)
  .option(...strict)
  .addOption(new Option(...json))
  .action((file: string, type: string, options: QuantizeOptions) => stats(file, type, options, stop.signal));

addSampleOptions(program.command('analyze-scale'))
  .description(
    'show where the best scales of blocks lie, what every search method leaves, and the best tables of divisors',
  )
  .argument('<file>')
  .addOption(
    new Option('--format <name>', 'a format with one scale for each block, and nothing beside it')
      .choices(scaleFormats)
      .default('q4_0'),
  )
  .option(...json)
  .action((file: string, options: SampleOptions & { format?: string }) => analyzeScale(file, options, stop.signal));

addComputeOptions(addRecipeOptions(program.command('measure')))
  .description(
    'measure, from a sample of rows, what each type would cost each tensor; writes a measurement for solve and observe',
  )
  .argument('<file>')
  .option('--types <names>', 'usual (12 types, the default), all, or names with commas between')
  .option('--all-rows', 'every row instead of a sample')
  .option(
    '--precision <share>',
    'half of the interval, relative to the error, for which more rows are read (default: 0.05)',
    parseNumber,
  )
  .option('--calibration <text>', 'also measure what types change of the outputs, calibrated, for a text')
  .option('--tokens <n>', `with --calibration: tokens of the text at most (default: ${usualTokens})`, parseTokens(1))
  .option('--no-chat-template', 'with --calibration: the text as it is, where the model has a chat template')
  .addOption(
    new Option(
      '--from-calibration <file>',
      'the same by what quantize --save-calibration wrote; the model reads no text',
    ).conflicts(['calibration', 'tokens']),
  )
  .option('-o, --output <file>', 'where to write the measurement (JSON)')
  .option('--json', 'print the measurement')
  .action((file: string, options: MeasureCommandOptions) => measure(file, options, stop.signal));

program
  .command('solve')
  .description('choose a type for each tensor so that the error is least at a size, from a measurement')
  .argument('<measurement>')
  .option('--size <bytes>', 'of the file at most: 4200000000, 4.2GB, 3.9GiB', parseSize)
  .option('--bpw <bits>', 'bits per weight at most', parseNumber)
  .option('--weighted', 'make the error counted by importance small (measured with --imatrix)')
  .option(
    '--no-outputs',
    'make the squared error small, though what is changed of outputs was measured (with --from-calibration)',
  )
  .option('--types <names>', 'choose among these only, with commas between')
  .addOption(tensorTypeOption())
  .option(
    '--role-weight <role=factor>',
    'count the errors of a role (q k v o gate up down token_embd output ...) so many times (may be repeated)',
    parseRoleWeight,
  )
  .option('-o, --output <file>', 'where to write the recipe, for quantize --recipe')
  .option(...json)
  .action(solve);

addRecipeOptions(program.command('observe'))
  .description(
    'step the tensors with the largest error of a type to smaller blocks, then more bits, until each error has halved',
  )
  .argument('<measurement>')
  .argument('<file>', 'the model; only its header is read')
  .argument('<type>')
  .option('--worst <n>', 'how many tensors (default: 40)', parseWhole)
  .option('--weighted', 'by the error counted by importance')
  .option('--no-outputs', 'by the squared error, though what is changed of outputs was measured')
  .option('-o, --output <file>', 'where to write the recipe, for quantize --recipe')
  .option(...json)
  .action(observe);

addStretchOptions(addSampleOptions(addRecipeOptions(program.command('outliers'))))
  .description(
    'find columns that stand out, the layers that share them, the part of ' +
      'the error they carry, and what keeping the worst at 16 bits would save',
  )
  .argument('<file>')
  .argument('<type>')
  .addOption(
    new Option(
      '--basis <name>',
      'by what a column stands out: its weights or the rows that produce its input, both proxies, or its activations ' +
        '(default: importance with --imatrix or -f, else weights)',
    ).choices(['weights', 'producers', 'importance']),
  )
  .addOption(
    new Option('--threshold <times>', 'an outlier is beyond so many times the median column (default: 3)').argParser(
      parseTimes,
    ),
  )
  .option('-f, --file <file>', 'a text: the model reads it, and outlier features are looked for in its activations')
  .option(
    '--magnitude <a>',
    `an outlier feature has activations of at least this magnitude (default: ${featureRule.threshold})`,
    parseNumber,
  )
  .option(...json)
  .action((file: string, type: string, options: OutlierCommandOptions) => outliers(file, type, options, stop.signal));

addComputeOptions(program.command('compare'))
  .description(
    'measure the weights of the second model against those of the first, tensor by tensor, whatever made the files',
  )
  .argument('<first>')
  .argument('<second>')
  .option(...json)
  .action((first: string, second: string, options: Parameters<typeof compare>[2]) =>
    compare(first, second, options, stop.signal),
  );

program
  .command('verify')
  .description('check that a file is the one a receipt was written for')
  .argument('<receipt>')
  .argument('<file>')
  .action((receipt: string, file: string) => verify(receipt, file, stop.signal));

addComputeOptions(addProjectorOption(addLoraOption(program.command('repeat'))))
  .description('do again what a receipt says, and check that the same bytes come out')
  .argument('<receipt>')
  .argument('<model>')
  .argument('<out>')
  .option('--imatrix <file>', 'the importance matrix, when the receipt names one')
  .option('--calibration <text>', 'the text of the calibration, when the receipt names another than comes along')
  .option('--from-calibration <file>', 'what --save-calibration wrote, instead of the text')
  .action((receipt: string, model: string, out: string, options: Parameters<typeof repeat>[3]) =>
    repeat(receipt, model, out, options, stop.signal),
  );

addTextOptions(program.command('perplexity'))
  .description('run a model over a text and print how well it predicts it, as llama-perplexity does')
  .argument('<model>')
  .option(...json)
  .action((path: string, options: TextOptions) => perplexity(path, options, stop.signal));

addTextOptions(program.command('evaluate'))
  .description(
    "run two models over a text and print how the second's predictions " +
      "differ from the first's: divergence, perplexity, most likely tokens",
  )
  .argument('<first>')
  .argument('<second>')
  .option(...json)
  .action((first: string, second: string, options: TextOptions) => evaluate(first, second, options, stop.signal));

addImatrixOptions(program.command('imatrix'))
  .description(
    'run a model over a text and write its importance matrix, merge matrices, or show what one says, as ' +
      'llama-imatrix does',
  )
  .usage('[options] MODEL -f TEXT  (or --in-file A --in-file B, or --in-file A --show-statistics)')
  .argument('[model]')
  .option('-o, --output <file>', 'where to write it', 'imatrix.gguf')
  .option(...json)
  .action((path: string | undefined, options: ImatrixOptions) => imatrix(path, options, stop.signal));

addSampleOptions(program.command('number-formats'))
  .description(
    'show what 2 to 8 bits a weight leave of a tensor: ' +
      'integers, floats, quantiles, levels of your own, by block length',
  )
  .argument('<file>')
  .option('--bits <list>', 'only these numbers of bits, for example 3,4', parseIntegers(2, 8))
  .option('--block <list>', 'only these block lengths; 0: whole rows', parseIntegers(0, 1 << 20))
  .addOption(
    new Option('--search <list>', 'how scales are chosen: absmax, grid, exact (default: absmax,grid)').argParser(
      parseSearches,
    ),
  )
  .option('--levels <list>', 'also levels of your own, for example -1,-0.5,0,0.5,1', parseLevels)
  .addOption(new Option('--scale-bits <n>', 'bits of a scale or an offset').choices(['16', '32']))
  .option('--groups', 'the table of 4-bit integers with and without a zero point, in groups of 128, 64 and 32')
  .option(...json)
  .action((file: string, options: NumberFormatsOptions) => numberFormats(file, options, stop.signal));

/** llama-quantize's operands: IN [OUT] TYPE [WORKERS]. */
function quantizeOperands(
  operands: string[],
  command: Command,
): { input: string; output?: string; type: string; workers?: number } {
  const [first, second, third, fourth] = operands;
  if (first !== undefined && second !== undefined && operands.length <= 4) {
    if (fourth !== undefined)
      return { input: first, output: second, type: third!, workers: workersOperand(fourth, command) };
    return third === undefined ? { input: first, type: second } : { input: first, output: second, type: third };
  }
  return command.error('error: expected IN [OUT] TYPE [WORKERS]', { exitCode: exitCodes.usage });
}

/** The fourth operand, with the sentence that --workers would give. */
function workersOperand(text: string, command: Command): number {
  try {
    return parseWorkers(text);
  } catch (error) {
    return command.error(`error: '${text}' is no number of workers. ${sentenceOf(error)}`, {
      exitCode: exitCodes.usage,
    });
  }
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  if (error instanceof Stopped) {
    process.stderr.write(`Stopped; ${error.left}.\n`);
    return exitCodes.signal[stoppedBy];
  }
  if (error instanceof UsageProblem) {
    process.stderr.write(`error: ${printable(error.message)}\n${helpHint}\n`);
    return exitCodes.usage;
  }
  const sentence = error instanceof Problem ? error.message : `Something unexpected happened: ${sentenceOf(error)}`;
  process.stderr.write(`nibble: ${printable(sentence)}\n`);
  return exitCodes.problem;
}
