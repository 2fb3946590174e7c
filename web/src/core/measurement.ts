import type { Measurement as CoreMeasurement, NibbleModule } from '../wasm/nibble';
import { toJson, type Json } from '../wasm/json';
import { answer, sound, throwProblem, withBytes } from './module';
import { Problem } from './problem';
import type {
  Assignment,
  MeasuredOutputs,
  MeasurementFile,
  Mix,
  Observation,
  ObserveRequest,
  Prediction,
  RecipeFile,
  Solution,
  SolveRequest,
  TypeChoice,
} from './types';

/** What a measure pass learned, and what follows from it: predictions, mixes for a size. It needs no weights. */
export class Measurement {
  readonly #module: NibbleModule;
  readonly #measurement: CoreMeasurement;

  constructor({ module }: { module: NibbleModule }, measurement: CoreMeasurement) {
    this.#module = module;
    this.#measurement = measurement;
  }

  /** From the JSON text of a MeasurementFile. Throws Problem when it is none. */
  static read(core: { module: NibbleModule }, json: string): Measurement {
    return new Measurement(core, sound(new core.module.Measurement(json)));
  }

  json(): Json<MeasurementFile> {
    return this.#measurement.json();
  }

  /** Adds the figures of `rows` rows of a tensor of the sample plan. */
  add(tensor: number, rows: number, figures: Float64Array<ArrayBuffer>): void {
    throwProblem(
      withBytes(this.#module, new Uint8Array(figures.buffer), (pointer) =>
        this.#measurement.add(tensor, pointer, figures.length, rows),
      ),
    );
  }

  /** Adds what a text showed of outputs. Throws Problem when it is of other tensors. */
  addOutputs(outputs: MeasuredOutputs): void {
    throwProblem(this.#measurement.addOutputs(toJson(outputs)));
  }

  rowsWanted(tensor: number): number {
    return this.#measurement.rowsWanted(tensor);
  }

  predict(assignment: Assignment): Prediction {
    return answer(this.#measurement.predict(toJson(assignment)));
  }

  mix(assignment: Assignment): Mix {
    return answer(this.#measurement.mix(toJson(assignment)));
  }

  /** Lengths of the output with every tensor as its smallest and as its largest measured type. */
  limits(): { smallestBytes: number; largestBytes: number } {
    return answer(this.#measurement.limits());
  }

  /** What a tensor can be, smallest first. */
  choices(tensor: string): TypeChoice[] {
    return answer(this.#measurement.choices(tensor));
  }

  /** Throws Problem for sizes below the smallest, which it names. */
  solve(request: SolveRequest): Solution {
    return answer(this.#measurement.solve(toJson(request)));
  }

  observe(request: ObserveRequest): Observation {
    return answer(this.#measurement.observe(toJson(request)));
  }

  delete(): void {
    this.#measurement.delete();
  }
}

/** A mix as a file that `nibble quantize --recipe` and the page take. */
export function recipeFile(mix: Mix | Solution, method?: string): RecipeFile {
  const solved = 'gap' in mix ? mix : null;
  return {
    nibbleRecipe: 1,
    options: { ...mix.recipe, ...(method !== undefined && { method }) },
    bytes: mix.bytes,
    bitsPerWeight: mix.bitsPerWeight,
    sqnrDb: mix.prediction.sqnrDb,
    objective: solved?.objective ?? null,
    gap: solved?.gap ?? null,
    command: mix.command,
  };
}

/** The options in the text of a RecipeFile. Throws Problem when it is none. */
export function readRecipe(text: string): RecipeFile['options'] {
  let file: Partial<RecipeFile> | null;
  try {
    file = JSON.parse(text) as Partial<RecipeFile> | null;
  } catch {
    throw new Problem('This is not a recipe that nibble wrote: it is not JSON.');
  }
  if (file === null || typeof file !== 'object' || !('nibbleRecipe' in file))
    throw new Problem('This is not a recipe that nibble wrote: it has no "nibbleRecipe".');
  if (file.nibbleRecipe !== 1) {
    throw new Problem(
      'This recipe was written by a version of nibble whose recipes this one does not know. Make it anew.',
    );
  }
  if (typeof file.options !== 'object' || file.options === null || typeof file.options.type !== 'string')
    throw new Problem('This recipe is damaged: it does not say which types it is of. Make it anew.');
  return file.options;
}
