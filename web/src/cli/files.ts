import { close, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { chooseFiles, Problem, sentenceOf, type Core, type OpenedModel, type Plan, type SourceHandle } from '../core';
import { isBeside, isOwnConfiguration, outputPath } from '../core/output-path';
import { openInput } from '../platform/node-files';
import type { NamedFile, Output } from './outputs';

/** The files a command reads, open until close(). */
export class InputFiles {
  readonly handles: SourceHandle[];
  readonly paths: string[]; // of the model
  readonly #others: (NamedFile & { handle: SourceHandle })[] = [];

  /** The name of the folder that was given; empty when a file was. */
  readonly folder: string;

  private constructor(paths: string[], handles: SourceHandle[], folder: string) {
    this.paths = paths;
    this.handles = handles;
    this.folder = folder;
  }

  /**
   * Opens a model: one file, all parts of a split one when any part is given, or a folder, of which `core` says what
   * belongs to the model. Throws Problem.
   */
  static open(path: string, core?: Core): InputFiles {
    const isFolder = core !== undefined && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
    const files = new InputFiles(
      isFolder ? filesOfFolder(core, path) : partsOf(path),
      [],
      isFolder ? basename(resolve(path)) : '',
    );
    try {
      for (const part of files.paths) files.handles.push(openInput(part));
    } catch (error) {
      files.close();
      throw error;
    }
    return files;
  }

  /** The file beside the model that was opened last; null: none was. */
  get matrix(): SourceHandle | null {
    return this.#others.at(-1)?.handle ?? null;
  }

  /** All of them, and what each is to the person. */
  get named(): NamedFile[] {
    const what = this.paths.length === 1 ? 'the model' : 'a file of the model';
    return [...this.paths.map((path) => ({ path, what })), ...this.#others];
  }

  /** Opens a file that is no part of the model. Throws Problem. */
  openAlso(path: string, what: string): SourceHandle {
    const handle = openInput(path);
    this.#others.push({ path, what, handle });
    return handle;
  }

  close(): void {
    for (const handle of [...this.handles, ...this.#others.map((other) => other.handle)]) {
      if (handle.kind === 'fd') close(handle.fd);
    }
  }
}

/** The files of a folder that make a model. Only the folder itself is looked at. */
function filesOfFolder(core: Core, folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => entry.name);
  } catch (error) {
    throw new Problem(`${folder} cannot be listed: ${sentenceOf(error)}.`);
  }
  try {
    return chooseFiles(
      core,
      names.sort().map((path) => ({ path })),
    ).map(({ path }) => join(folder, path));
  } catch (error) {
    throw new Problem(`${folder}: ${sentenceOf(error)}`);
  }
}

/** The names of the parts of a split model, llama.cpp's and Hugging Face's. */
const splitName = /^(.*)-(\d{5})-of-(\d{5})(\.gguf|\.safetensors|\.bin)$/;

function partsOf(path: string): string[] {
  const match = splitName.exec(basename(path));
  if (!match) return [path];
  const [, prefix, , count, extension] = match;
  return Array.from({ length: Number(count) }, (_, part) =>
    join(dirname(path), `${prefix}-${String(part + 1).padStart(5, '0')}-of-${count}${extension}`),
  );
}

/** Where llama-quantize puts the output when nobody says: beside the input, given by its first file. */
export function defaultOutput(input: string, { fileType, container }: Pick<Plan, 'fileType' | 'container'>): string {
  return join(
    dirname(input),
    container === 'safetensors' ? `model-${fileType}.safetensors` : `ggml-model-${fileType}.gguf`,
  );
}

/** The files a run writes, of which those that hold weights may replace the model's own with --force. */
export function outputsOf(
  output: string,
  made: Pick<Plan, 'outputFiles' | 'container'>,
  { info }: Pick<OpenedModel, 'info'>,
  inputs: InputFiles,
  force: boolean,
): Output[] {
  const weights = new Set(info.tensors.map(({ file }) => file));
  const replaceable = inputs.paths.filter((_, file) => weights.has(file));
  return made.outputFiles.map(({ name, copyOf }) => {
    const path = outputPath(output, name);
    if (!isBeside(name)) return { path, what: 'the output', replaceable, force };
    const wasOurs = (content: Buffer): boolean =>
      copyOf === undefined
        ? isOwnConfiguration(content.toString())
        : content.equals(readFileSync(inputs.paths[copyOf]!));
    return { path, what: 'a file beside the output', wasOurs };
  });
}

/** The path of an output file by its name in the plan, among those checkOutputs() gave for outputsOf(). */
export function placeOf(
  { outputFiles }: Pick<Plan, 'outputFiles'>,
  targets: readonly string[],
): (name: string) => string {
  return (name) => targets[outputFiles.findIndex((file) => file.name === name)]!;
}
