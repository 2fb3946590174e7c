/** Names under which the core takes files that are given along with a model (src/model/adapter.h). */

/** The files of an adapter, as PEFT writes them: its settings, its weights. */
export const ADAPTER_FILES = ['adapter_config.json', 'adapter_model.safetensors'] as const;

/** What a file of adapter number `index`, from 0, is called; with "alone" the adapter is what is opened. */
export function adapterFile(index: number, strength: number | 'alone', name: string): string {
  return `--lora/${index + 1}/${strength}/${name}`;
}

/** The files of the layers behind a model's pooling, by the name of one's settings; null: it is none. */
export function denseWeights(settings: string): string | null {
  return /_Dense\/config\.json$/.test(settings) ? settings.replace(/config\.json$/, 'model.safetensors') : null;
}
