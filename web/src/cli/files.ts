import { close, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import {
  chooseFiles,
  filesBeside,
  partNames,
  Problem,
  sentenceOf,
  type ChosenModel,
  type Core,
  type ModelOrigin,
  type OpenedModel,
  type Plan,
  type SourceHandle,
} from '../core';
import { ADAPTER_FILES, adapterFile } from '../core/along';
import { isBeside, isOwnConfiguration, outputPath, projectorName } from '../core/output-path';
import { isFolder, openInput } from '../platform/node-files';
import type { Adapter } from './options';
import type { NamedFile, Output } from './outputs';
import { note } from './text';

/** The files a command reads, open until close(). */
export class InputFiles {
  readonly handles: SourceHandle[];
  readonly paths: string[]; // of the model
  readonly #others: (NamedFile & { handle: SourceHandle })[] = [];

  /** What the folder that was given tells, or that of a file given that is not alone. */
  readonly origin: ModelOrigin;

  private constructor(paths: string[], handles: SourceHandle[], origin: ModelOrigin) {
    this.paths = paths;
    this.handles = handles;
    this.origin = origin;
  }

  /**
   * Opens a model: one file, with all parts of a split one when any part is given and, unless `alone`, what makes a
   * model of its weights beside it; or a folder. `core` says what belongs to the model. Throws Problem.
   */
  static async open(path: string, core: Core, alone = false): Promise<InputFiles> {
    const chosen = isFolder(path) ? filesOfFolder(core, path) : await partsOf(core, path, alone);
    const files = new InputFiles([], [], chosen);
    try {
      for (const { file, name } of chosen.files) {
        files.paths.push(file.path);
        files.handles.push({ ...openInput(file.path), name });
      }
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

  /** Opens another model, all parts of it. Throws Problem. */
  async openOther(path: string, core: Core): Promise<SourceHandle[]> {
    const other = await InputFiles.open(path, core, true);
    other.close();
    return other.paths.map((part) => this.openAlso(part, 'a file that tensors are taken from'));
  }

  /**
   * Opens adapters, whose files become files of the model under names that say so; `alone`: the one given is what is
   * opened, and the model tells what it is for. Throws Problem.
   */
  openAdapters(adapters: readonly Adapter[] = [], alone = false): void {
    for (const [index, { folder, strength }] of adapters.entries()) {
      for (const name of ADAPTER_FILES) {
        const path = join(folder, name);
        if (!existsSync(path)) {
          throw new Problem(
            `${path} does not exist. --lora takes the folder that PEFT wrote, which holds adapter_config.json and ` +
              'adapter_model.safetensors.',
          );
        }
        this.paths.push(path);
        this.handles.push({ ...openInput(path), name: adapterFile(index, alone ? 'alone' : strength, name) });
      }
    }
  }

  /** Opens the layers that sentence-transformers has behind the pooling of the model in a folder. Throws Problem. */
  openDenseModules(folder: string): void {
    const parts = isFolder(folder) ? readdirSync(folder).filter((name) => name.endsWith('_Dense')) : [];
    if (parts.length === 0)
      throw new Problem(`${folder} holds no folders such as 2_Dense, whose layers are to be added. Give the model's.`);
    for (const name of parts.sort().flatMap((part) => [`${part}/config.json`, `${part}/model.safetensors`])) {
      const path = join(folder, name);
      if (!existsSync(path)) throw new Problem(`${path} does not exist. Download the whole folder.`);
      this.paths.push(path);
      this.handles.push({ ...openInput(path), name });
    }
  }

  close(): void {
    for (const handle of [...this.handles, ...this.#others.map((other) => other.handle)]) {
      if (handle.kind === 'fd') close(handle.fd);
    }
  }
}

type Chosen = ChosenModel<{ path: string }>;

/** The files of a folder that make a model. */
function filesOfFolder(core: Core, folder: string): Chosen {
  try {
    return chosenOf(core, folder, pathsUnder(core, folder, ''));
  } catch (error) {
    throw new Problem(`${folder}: ${sentenceOf(error)}`);
  }
}

function chosenOf(core: Core, folder: string, paths: readonly string[]): Chosen {
  const files = paths.map((path) => ({ path }));
  const chosen = chooseFiles(core, files, resolve(folder).replaceAll(sep, '/'));
  return {
    ...chosen,
    files: chosen.files.map(({ file, name }) => ({ file: { path: join(folder, file.path) }, name })),
  };
}

/** What lies in a folder and in those below it that may hold a part of a model: files first. Links are followed. */
function pathsUnder(core: Core, folder: string, below: string): string[] {
  const names = namesIn(join(folder, below));
  const paths = names.map((name) => (below === '' ? name : `${below}/${name}`));
  const folders = paths.filter((path) => isFolder(join(folder, path)));
  return [
    ...paths.filter((path) => !folders.includes(path)),
    ...folders.filter((path) => core.module.mayHoldPart(path)).flatMap((path) => pathsUnder(core, folder, path)),
  ];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw new Problem(`It cannot be listed: ${sentenceOf(error)}.`);
  }
}

function pathsBeside(core: Core, path: string): string[] {
  try {
    return filesBeside(core, basename(path), pathsUnder(core, dirname(path), ''));
  } catch (error) {
    if (error instanceof Problem) return []; // a folder that may not be listed
    throw error;
  }
}

/** The file, the other parts of its model where its header says that there are some, and what lies beside weights. */
async function partsOf(core: Core, path: string, alone: boolean): Promise<Chosen> {
  const handle = openInput(path);
  try {
    const names = await partNames(core, handle);
    const beside = alone ? [] : pathsBeside(core, path);
    if (beside.length > 0) return chosenOf(core, dirname(path), [...names, ...beside]);
    return { name: '', notes: [], files: names.map((name) => ({ file: { path: join(dirname(path), name) }, name })) };
  } finally {
    if (handle.kind === 'fd') close(handle.fd);
  }
}

/**
 * Where llama-quantize puts the output when nobody says: beside the input, given by its first file. `projector`: the
 * model's name, where the output is what looks at images, which is called as llama.cpp's conversion script calls it.
 */
export function defaultOutput(
  input: string,
  { fileType, container }: Pick<Plan, 'fileType' | 'container'>,
  projector: string | null = null,
): string {
  const name =
    projector !== null
      ? projectorName(projector, fileType)
      : container === 'safetensors'
        ? `model-${fileType}.safetensors`
        : `ggml-model-${fileType}.gguf`;
  return join(dirname(input), name);
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

/** Beside weights of some layouts and not of others. */
const configurationOfLayout = 'quantize_config.json';

/**
 * Removes the configuration that a run of another layout left beside the output, which loaders would believe. Says so.
 */
export function removeOtherLayouts(
  output: string,
  { outputFiles, container }: Pick<Plan, 'outputFiles' | 'container'>,
) {
  if (container !== 'safetensors' || outputFiles.some(({ name }) => name === configurationOfLayout)) return;
  const path = outputPath(output, configurationOfLayout);
  if (!existsSync(path) || !isOwnConfiguration(readFileSync(path, 'utf8'))) return;
  rmSync(path);
  note(`${path}, which a run of another layout left beside the output, was removed.`);
}

/** The path of an output file by its name in the plan, among those checkOutputs() gave for outputsOf(). */
export function targetOf(
  { outputFiles }: Pick<Plan, 'outputFiles'>,
  targets: readonly string[],
): (name: string) => string {
  return (name) => targets[outputFiles.findIndex((file) => file.name === name)]!;
}
