import type { PreparedRun } from './opened-model';

/** Importance rows on their way to the jobs: those of the tensor at hand and of the next one that has any. */
export class ImportanceRows {
  readonly #run: PreparedRun;
  readonly #onLoaded: () => void;
  readonly #onFailure: (error: unknown) => void;
  readonly #rows = new Map<number, Float32Array | null>(); // null: loading

  constructor(run: PreparedRun, onLoaded: () => void, onFailure: (error: unknown) => void) {
    this.#run = run;
    this.#onLoaded = onLoaded;
    this.#onFailure = onFailure;
  }

  /**
   * The row for weights of a tensor from `firstWeight` on; null: it has none; undefined: ask again when it is loaded.
   */
  rowFor(tensor: number, firstWeight: number): Float32Array<ArrayBuffer> | null | undefined {
    const { importance, shape } = this.#run.plan.tensors[tensor]!;
    if (importance === null) return null;
    const rows = this.#load(tensor);
    if (rows === null) return undefined;
    const [length, rowsOfMatrix = 1] = shape as [number, number?];
    const matrix = Math.floor(firstWeight / (length * rowsOfMatrix));
    if (importance.unusable.includes(matrix)) return null;
    return rows.slice(matrix * length, (matrix + 1) * length) as Float32Array<ArrayBuffer>;
  }

  /** Starts what is missing; jobs come in plan order, so earlier tensors are done with. */
  #load(tensor: number): Float32Array | null {
    const rows = this.#rows.get(tensor);
    if (rows !== undefined) return rows;
    for (const earlier of this.#rows.keys()) if (earlier < tensor) this.#rows.delete(earlier);
    this.#rows.set(tensor, null);
    this.#run.importanceOf(tensor).then((loaded) => {
      this.#rows.set(tensor, loaded);
      const next = this.#run.plan.tensors.findIndex(({ importance }, index) => index > tensor && importance !== null);
      if (next >= 0 && this.#rows.size === 1) this.#load(next);
      this.#onLoaded();
    }, this.#onFailure);
    return null;
  }
}
