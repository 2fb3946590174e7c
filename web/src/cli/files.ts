import { close, existsSync, fstatSync, openSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { chooseFiles, Problem, sentenceOf, type Core, type Plan, type SourceHandle } from '../core';
import { partialOf } from '../platform/node-place';

/** The files a command reads, open until close(). */
export class InputFiles {
  readonly handles: SourceHandle[];
  readonly paths: string[];
  readonly #others: SourceHandle[] = [];

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
    return this.#others.at(-1) ?? null;
  }

  /** Opens a file that is no part of the model. Throws Problem. */
  openAlso(path: string): SourceHandle {
    const handle = openInput(path);
    this.paths.push(path);
    this.#others.push(handle);
    return handle;
  }

  close(): void {
    for (const handle of [...this.handles, ...this.#others]) {
      if (handle.kind === 'fd') close(handle.fd);
    }
  }

  /** True when writing to `path` would replace one of these files. */
  include(path: string): boolean {
    const target = existingPath(path);
    return target !== null && this.paths.some((input) => realpathSync(input) === target);
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

function openInput(path: string): SourceHandle {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new Problem(`There is no file ${path}.`);
    if (code === 'EACCES') throw new Problem(`${path} may not be read: permission denied.`);
    throw new Problem(`${path} cannot be opened: ${message}.`);
  }
  const stat = fstatSync(fd);
  if (!stat.isFile()) {
    close(fd);
    throw new Problem(`${path} is not a file${stat.isDirectory() ? ' but a folder' : ''}.`);
  }
  return { kind: 'fd', name: basename(path), bytes: stat.size, fd };
}

/** Where llama-quantize puts the output when nobody says: beside the input, given by its first file. */
export function defaultOutput(input: string, { fileType, container }: Pick<Plan, 'fileType' | 'container'>): string {
  return join(
    dirname(input),
    container === 'safetensors' ? `model-${fileType}.safetensors` : `ggml-model-${fileType}.gguf`,
  );
}

/** The path of an output file by its name in the plan: "" is `output` itself, to parts the name is what follows it. */
export function outputPath(output: string, name: string): string {
  return name === '' ? output : output.replace(/(\.gguf|\.safetensors)?$/, name);
}

/** Throws Problem when `path` must not be written. */
export function checkOutput(path: string, inputs: InputFiles, force: boolean): void {
  const partial = partialOf(behindLink(path));
  if (inputs.include(partial)) {
    throw new Problem(
      `${partial} is the input, and ${path} would be written under that name until it is complete. Choose another output.`,
    );
  }
  const target = existingPath(path);
  if (target === null) return;
  const stat = statSync(target);
  if (stat.isDirectory()) throw new Problem(`${path} is a folder; name the output file in it.`);
  if (!stat.isFile()) throw new Problem(`${path} is not an ordinary file, and the output must be one.`);
  if (inputs.include(path) && !force) {
    throw new Problem(
      `${path} is the input. Choose another output, or say --force to replace the input when the output is complete.`,
    );
  }
}

/** Writes a small text file, whole or not at all. Throws Problem. */
export async function writeText(path: string, text: string): Promise<void> {
  const target = behindLink(path);
  try {
    await writeFile(partialOf(target), text);
    await rename(partialOf(target), target);
  } catch (error) {
    throw new Problem(`${path} cannot be written: ${(error as Error).message}.`);
  }
}

function existingPath(path: string): string | null {
  return existsSync(path) ? realpathSync(path) : null;
}

/** Through a link, the file behind it is replaced, not the link. */
export function behindLink(path: string): string {
  return existingPath(path) ?? path;
}
