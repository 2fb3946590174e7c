import { checkFiles, loadCore, Problem, sentenceOf, type CheckReport, type Core, type Finding } from '../core';
import { nodePlatform } from '../platform/node';
import { studyRun } from './analysis-commands';
import { LineDisplay, withDisplay } from './display';
import { InputFiles } from './files';
import type { ComputeOptions } from './options';
import { print, printable } from './text';
import { plural } from '../text/units';

/** Says what is wrong with the files of models. The answer is whether nothing is. */
export async function check(
  paths: string[],
  options: ComputeOptions & { json?: boolean },
  signal: AbortSignal,
): Promise<boolean> {
  const core = await loadCore(nodePlatform, options.kernel ? { kernel: options.kernel } : {});
  const reports: (CheckReport & { path: string })[] = [];
  for (const path of paths) {
    const report = { path, ...(await checkOne(core, path, options, signal)) };
    reports.push(report);
    if (!options.json) print(options, report, describeCheck);
  }
  if (options.json) print(options, reports, () => '');
  return reports.every(({ findings }) => findings.length === 0);
}

async function checkOne(core: Core, path: string, options: ComputeOptions, signal: AbortSignal): Promise<CheckReport> {
  let inputs: InputFiles;
  try {
    inputs = await InputFiles.open(path, core);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // Another part is missing, or a folder holds no model.
    return unopened(core, sentenceOf(error));
  }
  try {
    return await withDisplay(new LineDisplay(), (display) =>
      checkFiles(core, inputs.handles, inputs.origin, studyRun(options, signal, display)),
    );
  } finally {
    inputs.close();
  }
}

function unopened(core: Core, text: string): CheckReport {
  const finding: Finding = { level: 'error', file: '', subject: '', text, llamaCpp: '' };
  return { version: core.version, files: [], findings: [finding], tensors: 0, weights: 0, unread: [], seconds: 0 };
}

function describeCheck({ path, findings, tensors, weights, unread }: CheckReport & { path: string }): string {
  const read =
    `${plural(weights, 'weight')} of ${plural(tensors, 'tensor')} read` +
    (unread.length > 0 ? `; ${plural(unread.length, 'tensor')} of types that are no weights left out` : '');
  const verdict = findings.length === 0 ? 'nothing is wrong' : plural(findings.length, 'finding');
  return [`${printable(path)}: ${verdict} (${read}).`, ...findings.flatMap(linesOf)].join('\n');
}

function linesOf({ level, file, text, llamaCpp }: Finding): string[] {
  const lines = [`  ${level}: ${file === '' ? '' : `${file}: `}${text}`];
  if (llamaCpp !== '') lines.push(`    ${llamaCpp}`);
  return lines.map(printable);
}
