import type { PreparedRun } from './opened-model';

/** Importance rows on their way to the jobs: those of the tensor at hand and of the next one that has any. */
export class ImportanceRows {
  readonly #run: PreparedRun;
  readonly #rows = new Map<number, Promise<Float32Array<ArrayBuffer>>>();

  constructor(run: PreparedRun) {
    this.#run = run;
  }

  /** The row for weights of a tensor from `firstWeight` on; null: it has none. */
  async rowFor(tensor: number, firstWeight: number): Promise<Float32Array<ArrayBuffer> | null> {
    const { importance, shape } = this.#run.plan.tensors[tensor]!;
    if (importance === null) return null;
    for (const other of this.#rows.keys()) if (other < tensor) this.#rows.delete(other); // jobs come in plan order
    const rows = await this.#load(tensor);
    const next = this.#run.plan.tensors.findIndex((other, index) => index > tensor && other.importance !== null);
    if (next >= 0) this.#load(next).catch(() => {}); // whoever needs it hears
    const matrix = Math.floor(firstWeight / (shape[0]! * (shape[1] ?? 1)));
    return importanceOfMatrix(rows, matrix, shape[0]!, importance.unusable);
  }

  #load(tensor: number): Promise<Float32Array<ArrayBuffer>> {
    const known = this.#rows.get(tensor);
    if (known) return known;
    const loading = this.#run.importanceOf(tensor);
    this.#rows.set(tensor, loading);
    return loading;
  }
}

/** One number for each weight of a row of a matrix of a stack; null: the matrix must go without. */
export function importanceOfMatrix(
  rows: Float32Array<ArrayBuffer>,
  matrix: number,
  rowLength: number,
  unusable: readonly number[],
): Float32Array<ArrayBuffer> | null {
  return unusable.includes(matrix) ? null : rows.slice(matrix * rowLength, (matrix + 1) * rowLength);
}
