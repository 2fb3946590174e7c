import type { OpenedModel } from './opened-model';
import { Problem } from './problem';
import type { Plan, PlannedTensor } from './types';

/** The tensors of a plan as the network reads them. Outputs in safetensors have their matrices in other pieces. */
export function networkOf({ network, tensors }: Plan): readonly PlannedTensor[] {
  return network ?? tensors;
}

/** Those whose codes calibration chooses. */
export function calibratedOf(plan: Plan): readonly PlannedTensor[] {
  return networkOf(plan).filter(({ method }) => method === 'calibrated');
}

/** Rows of a tensor of the network that lie together. */
export interface ChosenRows {
  offset: number;
  rows: number;
}

/** A matrix of a file that is packed, and where the blocks of its rows begin. */
interface PackedMatrix {
  file: number;
  first: number; // byte in the file
  end: number;
  inputRow: number; // bytes
  offset: number;
}

export const rowBytesOf = ({ outputBytes, weights, shape }: PlannedTensor) => (outputBytes / weights) * shape[0]!;

/**
 * Where the blocks that calibration chooses lie: tensor after tensor in the order of the plan, and rows in the order of
 * the output. Of GGUF outputs that is the network's, of outputs in safetensors the files': for rotary embeddings they
 * differ.
 */
export class ChosenCodes {
  readonly #model: OpenedModel;
  readonly #offsets = new Map<number, number>(); // of the plan's tensors
  readonly #ofNetwork = new Map<string, number>(); // in GGUF outputs
  readonly #matrices: PackedMatrix[] = [];

  constructor(model: OpenedModel, plan: Plan) {
    this.#model = model;
    const [known] = calibratedOf(plan);
    let end = 0;
    for (const [number, { method, name, packing, outputBytes }] of plan.tensors.entries()) {
      if (method !== 'calibrated') continue;
      if (packing === null) {
        this.#offsets.set(number, end);
        this.#ofNetwork.set(name, end);
        end += outputBytes;
        continue;
      }
      const { inputFile: file, inputOffset: first, inputBytes } = plan.jobs.find(({ tensor }) => tensor === number)!;
      const same = this.#matrices.find((matrix) => matrix.file === file && matrix.first === first);
      this.#offsets.set(number, same?.offset ?? end); // codes and scales are of one matrix
      if (same) continue;
      const { rows, columns } = packing;
      this.#matrices.push({ file, first, end: first + inputBytes, inputRow: inputBytes / rows, offset: end });
      end += (rows * columns * known!.outputBytes) / known!.weights;
    }
  }

  /** Where the blocks of a tensor of the plan begin. */
  offsetOf(tensor: number): number {
    return this.#offsets.get(tensor)!;
  }

  /** Where those of rows of a tensor of the network lie, in the order of the rows. */
  *rowsOf(planned: PlannedTensor, firstRow: number, rows: number): Iterable<ChosenRows> {
    const rowBytes = rowBytesOf(planned);
    const whole = this.#ofNetwork.get(planned.name);
    if (whole !== undefined) return void (yield { offset: whole + firstRow * rowBytes, rows });
    const columns = planned.shape[0]!;
    for (let done = 0; done < rows;) {
      const { file, offset, weights } = this.#model.place(
        planned.source,
        (firstRow + done) * columns,
        (rows - done) * columns,
      );
      const matrix = this.#matrices.find((one) => one.file === file && one.first <= offset && offset < one.end);
      if (!matrix)
        throw new Problem(`${planned.name} lies in no matrix of the output. This is a fault in the program.`);
      const { first, end, inputRow } = matrix;
      const together = Math.min(weights / columns, (end - offset) / inputRow);
      yield { offset: matrix.offset + ((offset - first) / inputRow) * rowBytes, rows: together };
      done += together;
    }
  }
}
