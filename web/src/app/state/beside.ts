/** What else is made of the open model's files: files beside the model's, and the folder that a GGUF file came from. */
import { computed, effect, signal } from '@preact/signals';
import { folderName, projectorName } from '../../core/output-path';
import { type Plan, sentenceOf } from '../../core/index';
import { exportCommand, commandFor, outputName } from '../command';
import { type Adapter, core, extensionsOf, openFiles } from '../engine';
import { type Opened, opened } from './opening';
import { begin } from './running';
import { workers } from './workers';

export type Beside = 'projector' | 'folder' | Adapter;

/** The types that each can have, the first where nobody chooses. */
const TYPES = { projector: ['AUTO', 'F32', 'BF16', 'F16', 'Q8_0'], other: ['AUTO', 'F32', 'BF16', 'F16'] } as const;
export const typesOf = (what: Beside): readonly string[] => (what === 'projector' ? TYPES.projector : TYPES.other);

/** What there is beside the open model. */
export const besides = computed<readonly Beside[]>(() => {
  const model = opened.value;
  if (!model) return [];
  const { projector, folder } = model.info.offers;
  return [
    ...(projector ? (['projector'] as const) : []),
    ...model.along.adapters,
    ...(folder ? (['folder'] as const) : []),
  ];
});

/** As far as their headers were read. */
const ready = signal<ReadonlyMap<Beside, Opened | { problem: string }>>(new Map());
const types = signal<ReadonlyMap<Beside, string>>(new Map());

export const typeOf = (what: Beside): string => types.value.get(what) ?? typesOf(what)[0]!;
export function chooseType(what: Beside, type: string): void {
  types.value = new Map(types.value).set(what, type);
}

/** What writing it would give; null: its headers are not read yet. */
export function besidePlan(what: Beside): { plan: Plan } | { problem: string } | null {
  const known = ready.value.get(what);
  if (!known || 'problem' in known) return known ?? null;
  try {
    return { plan: known.model.plan({ type: typeOf(what) }) };
  } catch (error) {
    return { problem: sentenceOf(error) };
  }
}

function forget(what: Beside): Opened | null {
  const known = ready.peek().get(what);
  const rest = new Map(ready.peek());
  rest.delete(what);
  ready.value = rest;
  return known && 'model' in known ? known : null;
}

const reading = new Set<Beside>();

/** Reads the headers of what is beside the open model, where that was not done. */
export async function readBeside(what: Beside): Promise<void> {
  const model = opened.peek();
  if (!model || ready.peek().has(what) || reading.has(what)) return;
  reading.add(what);
  let found: Opened | { problem: string };
  try {
    const made = await openFiles(model.files, model.folder, {}, what);
    found = { ...model, model: made, info: made.info, beside: model };
  } catch (error) {
    found = { problem: sentenceOf(error) };
  }
  reading.delete(what);
  if (opened.peek() === model) ready.value = new Map(ready.peek()).set(what, found);
  else if ('model' in found) found.model.close();
}

/** What the file is called; of a folder, the first of its files. */
export function besideName(what: Beside, { fileType }: Plan): string {
  const model = opened.value!;
  if (what === 'folder') return folderName;
  if (what === 'projector') return projectorName(model.info.name ?? model.title, fileType);
  const known = (core.value?.fileTypes ?? []).map(({ name }) => name);
  return outputName(what.name, fileType, known, extensionsOf('weights'));
}

/** The same on the command line. */
export function besideCommand(what: Beside, plan: Plan): string {
  const { input, title } = opened.value!;
  const type = typeOf(what);
  if (what === 'folder') return exportCommand(type, input, `${title.replace(/\.gguf$/i, '')}-hf`);
  return commandFor({ type }, input, besideName(what, plan), {
    workers: workers.value,
    ...(what === 'projector' ? { projector: true } : { adapters: [what], adapterOnly: true }),
  });
}

/** Writes it, with what was read for it, which goes with the run. Call it from a click, as begin(). */
export async function writeBeside(what: Beside, plan: Plan): Promise<void> {
  const mine = forget(what);
  if (!mine) return;
  const began = await begin({
    opened: mine,
    plan,
    options: { type: typeOf(what) },
    workers: workers.value,
    output: besideName(what, plan),
  });
  if (!began) mine.model.close();
}

/** What was read for a model goes with it. */
export function followBesides(): void {
  let last: Opened | null = null;
  effect(() => {
    const model = opened.value;
    if (model === last) return;
    last = model;
    for (const what of ready.peek().keys()) forget(what)?.model.close();
    types.value = new Map();
  });
}
