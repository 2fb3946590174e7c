/** Files as they come in, in any mixture: the parts of a model, an importance matrix, or both. */
import { texts } from '../../text/texts';
import { goTo } from '../address';
import { type Adapter, adaptersIn, isNamedAs, matrixInfo, whenLoaded } from '../engine';
import { takeMeasured } from './dropped-measurement';
import { type Matrix, matrix } from './matrix';
import { tellProblem } from './notices';
import { changeMatrix, open, openAlong, opened, opening, refuse } from './opening';
import { takeReceipt } from './receipt';

/**
 * Matrices of the largest models have about this many bytes; what is larger and not named like one is a model, and its
 * header is read once.
 */
const LARGEST_UNNAMED_MATRIX = 2 ** 29;

let turn: Promise<void> = Promise.resolve();

/**
 * Finds out what each file is and opens it. `folder` is the name of the folder they are from, where they were not
 * chosen one by one. Drops are looked at in the order they come.
 */
export function receive(files: readonly File[], folder = ''): Promise<void> {
  turn = turn.then(() => sortOut(files, folder));
  return turn;
}

/** Whether only a matrix is meant by such a name; of any other that may be one the content decides. */
function isNamedAsMatrix(name: string): boolean {
  return /imatrix/i.test(name) || (isNamedAs('importance', name) && !isOfModel(name));
}

function isOfModel(name: string): boolean {
  return isNamedAs('weights', name) || isNamedAs('beside', name);
}

async function sortOut(files: readonly File[], folder: string): Promise<void> {
  const model: File[] = [];
  let found: Matrix | null = null;
  await whenLoaded();
  if (files.length === 0) {
    // Browsers leave links out of a folder, but not links that are chosen themselves.
    if (folder) refuse(folder, texts().state.noFiles);
    return;
  }
  const adapters = adaptersIn(files, folder);
  // Beside a model of its own an adapter is passed over, which the core says.
  if (adapters.length > 0 && !files.some(({ name }) => name === 'config.json')) {
    await takeAdapters(adapters);
    return;
  }
  if (files[0]) opening.value = folder || files[0].name;
  for (const file of files) {
    try {
      if (await takeReceipt(file)) {
        goTo('model');
        continue;
      }
      const view = await takeMeasured(file);
      if (view !== null) {
        goTo('plan', view);
        continue;
      }
    } catch (error) {
      refuse(file.name, error);
      continue;
    }
    const named = isNamedAsMatrix(file.name);
    // Of a folder most files are something else altogether.
    const likely = isNamedAs('importance', file.name) || (folder === '' && !isOfModel(file.name));
    if (!named && (!likely || file.size > LARGEST_UNNAMED_MATRIX)) {
      model.push(file);
      continue;
    }
    try {
      found = { file, info: await matrixInfo(file) };
    } catch (error) {
      if (named) tellProblem(texts().state.notMatrix(file.name), error);
      else model.push(file);
    }
  }
  opening.value = null;
  if (folder === '' && model.length > 0 && model.every(({ name }) => isNamedAs('beside', name))) {
    refuse(model.map(({ name }) => name).join(', '), texts().state.noWeights);
    model.length = 0;
  }
  if (model.length === 0) {
    if (found) {
      goTo('plan', 'importance');
      void changeMatrix(found);
    } else if (folder) await open(model, folder);
    return;
  }
  if (found) matrix.value = found;
  void open(model, folder);
}

/** Adapters change the model that is open. One of the same name takes the place of that before. */
async function takeAdapters(fresh: readonly Adapter[]): Promise<void> {
  const name = fresh.map((adapter) => adapter.name).join(', ');
  const model = opened.value;
  if (model === null || !model.info.offers.adapters) {
    refuse(name, model === null ? texts().state.adapterFirst : texts().state.adapterNoFolder);
    return;
  }
  const others = model.along.adapters.filter((one) => !fresh.some((adapter) => adapter.name === one.name));
  await openAlong({ adapters: [...others, ...fresh] });
  goTo('plan', 'written');
}
