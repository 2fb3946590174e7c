/**
 * Measurements and recipes that were dropped back: for another size without reading the weights, or the same mix again.
 */
import { type MeasurementFile, readRecipe, readText } from '../../core/index';
import { RemoteMeasurement } from '../../platform/measurement';
import { core } from '../engine';
import { takeMeasurement } from './measuring';
import { opened, refuse } from './opening';
import { ask } from './planning';
import { texts } from '../../text/texts';

/** Measurements of the largest models, every type of thousands of tensors, have about this many bytes. */
const LARGEST = 2 ** 27;

/**
 * Takes a file when it is a measurement or a recipe, or was meant as one, and answers which of the plan's views shows
 * it; null: it is something else.
 */
export async function takeMeasured(file: File): Promise<'size' | 'options' | null> {
  if (!/\.json$/i.test(file.name) || file.size > LARGEST || core.value === null) return null;
  const text = await readText(file);
  try {
    if (text.includes('"nibbleRecipe"')) {
      const { type, tensorTypes, method, pruneLayers } = readRecipe(text);
      ask({ type, tensorTypes, pruneLayers, ...(method !== undefined && { method }) });
      return 'options';
    }
    if (!text.includes('"nibbleMeasurement"')) return null;
    const read = new RemoteMeasurement(core.value);
    await read.read(text).catch((error: unknown) => {
      read.delete();
      throw error;
    });
    const { files } = JSON.parse(text) as MeasurementFile;
    const model = opened.value;
    if (
      model &&
      JSON.stringify(files) !== JSON.stringify(model.info.files.map(({ name, bytes }) => ({ name, bytes })))
    ) {
      read.delete();
      refuse(file.name, texts().state.measuredOnOther(files.map(({ name }) => name).join(', ')));
      return 'size';
    }
    takeMeasurement(read, file.name, files);
  } catch (error) {
    refuse(file.name, error);
  }
  return 'size';
}
