import { loadCore, openModel, type ModelForm, type OpenedModel } from '../core';
import { nodePlatform } from '../platform/node';
import { InputFiles } from './files';
import type { ComputeOptions, FileOptions } from './options';
import { checksOf, type Checks } from './usage';

/**
 * Opens a model (and an importance matrix beside it) for as long as `use` takes, once `check` has found that the
 * command line means something. Throws Problem.
 */
export async function withModel(
  path: string,
  {
    kernel,
    imatrix,
    lora,
    adapterOnly,
    sentenceTransformersDenseModules: dense,
    mmproj,
    takeFrom,
    take = [],
    form = mmproj ? 'projector' : 'model',
  }: ComputeOptions & FileOptions & { form?: ModelForm },
  check: (checks: Checks) => void,
  use: (model: OpenedModel, inputs: InputFiles) => Promise<void>,
): Promise<void> {
  const core = await loadCore(nodePlatform, kernel ? { kernel } : {});
  check(checksOf(core));
  const inputs = await InputFiles.open(path, core);
  try {
    inputs.openAdapters(lora, adapterOnly);
    if (dense) inputs.openDenseModules(path);
    const importance =
      imatrix === undefined ? undefined : { file: inputs.openAlso(imatrix, 'the importance matrix'), path: imatrix };
    const taken =
      takeFrom === undefined ? undefined : { files: await inputs.openOther(takeFrom, core), patterns: take };
    const model = await openModel(core, inputs.handles, importance, inputs.origin, form, taken);
    try {
      await use(model, inputs);
    } finally {
      model.close();
    }
  } finally {
    inputs.close();
  }
}
