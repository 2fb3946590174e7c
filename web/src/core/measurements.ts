import type { JobDone } from '../worker/protocol';
import type { NibbleModule, Statistics } from '../wasm/nibble';
import { answer, withBytes } from './module';
import { Problem } from './problem';
import type { TensorReport } from './report';
import type { ErrorReport, Plan } from './types';

/** Merges what the jobs measured, in plan order, so that the figures do not depend on the number of workers. */
export class Measurements {
  readonly #module: NibbleModule;
  readonly #plan: Plan;
  readonly #total: Statistics;
  #converted = false;
  #tensor: Statistics | null = null;
  #tensorKernel: string | null = null;
  readonly kernels = new Set<string>();
  readonly tensors: TensorReport[] = [];

  constructor(module: NibbleModule, plan: Plan) {
    this.#module = module;
    this.#plan = plan;
    this.#total = new module.Statistics();
  }

  /** Takes the pieces of the tensors in plan order. */
  add({ statistics, kernel }: JobDone): void {
    if (statistics === null) return;
    this.#tensor ??= new this.#module.Statistics();
    const sentence = withBytes(this.#module, statistics, (pointer) => this.#tensor!.merge(pointer, statistics.byteLength));
    if (sentence) throw new Problem(sentence);
    this.#tensorKernel = kernel;
    if (kernel !== null) this.kernels.add(kernel);
  }

  /** Ends the tensor whose pieces were added last. */
  endTensor(tensor: number): TensorReport {
    const planned = this.#plan.tensors[tensor]!;
    let error: ErrorReport | null = null;
    let statsLine: string | null = null;
    if (this.#tensor) {
      error = answer<ErrorReport>(this.#tensor.report());
      statsLine = this.#tensor.quantizeStatsLine(`${planned.to}::${planned.name}`);
      this.#total.add(this.#tensor);
      this.#tensor.delete();
      this.#tensor = null;
      this.#converted = true;
    }
    const { name, shape, layer, role, from, to, action, method, weights, outputBytes } = planned;
    const kernel = this.#tensorKernel;
    this.#tensorKernel = null;
    const report = { tensor, name, shape, layer, role, from, to, action, method, weights, bytes: outputBytes, error, statsLine, kernel };
    this.tensors.push(report);
    return report;
  }

  /** Null when nothing was converted. */
  total(): ErrorReport | null {
    return this.#converted ? answer<ErrorReport>(this.#total.report()) : null;
  }

  /** As quantize-stats prints it; null when nothing was converted. */
  totalStatsLine(): string | null {
    return this.#converted ? this.#total.quantizeStatsLine(this.#plan.fileType) : null;
  }

  delete(): void {
    this.#tensor?.delete();
    this.#total.delete();
  }
}
