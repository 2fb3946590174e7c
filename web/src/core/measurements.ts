import { fromBase64, toBase64 } from './base64';
import type { JobDone } from './protocol';
import type { NibbleModule, Statistics } from '../wasm/nibble';
import type { Core } from './opened-model';
import { answer, merge } from './module';
import { Problem } from './problem';
import type { RunReport, TensorReport } from './report';
import type { ErrorReport, Plan } from './types';

/** What a job measured. */
export type Measured = Pick<JobDone, 'statistics' | 'reference' | 'kernel'>;

/** Merges what the jobs measured, in plan order, so that the figures do not depend on the number of workers. */
export class Measurements {
  readonly #module: NibbleModule;
  readonly #methods: Map<string, string[]>; // of each type
  readonly #plan: Plan;
  readonly #total: Statistics;
  readonly #referenceMethod: string | null;
  readonly #referenceTotal: Statistics;
  #converted = false;
  #tensor: Statistics | null = null;
  #tensorReference: Statistics | null = null;
  #tensorKernel: string | null = null;
  readonly #kernels = new Set<string>();
  readonly #tensors: TensorReport[] = [];

  /** `method`: the one whose figures come along for comparison; what is packed has no other. */
  constructor({ module, formats }: Pick<Core, 'module' | 'formats'>, plan: Plan, method: string | null = null) {
    const reference = plan.tensors.some(({ packing }) => packing !== null) ? null : method;
    if (reference !== null && !formats.some((format) => format.methods.includes(reference))) {
      throw new Problem(
        `There is no method "${reference}" to compare with. Choose one of: ` +
          `${[...new Set(formats.flatMap((format) => format.methods))].join(', ')}.`,
      );
    }
    this.#module = module;
    this.#methods = new Map(formats.map((format) => [format.name, format.methods]));
    this.#plan = plan;
    this.#total = new module.Statistics();
    this.#referenceMethod = reference;
    this.#referenceTotal = new module.Statistics();
  }

  /**
   * The method to measure beside a tensor's own: llama.cpp where its type has no other, as in a plan. Null where there
   * is nothing to compare, or the two are the same.
   */
  otherMethod(tensor: number): string | null {
    const { method, to } = this.#plan.tensors[tensor]!;
    if (method === null || this.#referenceMethod === null) return null;
    const other = this.#methods.get(to)?.includes(this.#referenceMethod) ? this.#referenceMethod : 'llama.cpp';
    return method === other ? null : other;
  }

  /** Takes the pieces of the tensors in plan order. */
  add({ statistics, reference, kernel }: Measured): void {
    if (statistics === null) return;
    merge(this.#module, (this.#tensor ??= new this.#module.Statistics()), statistics);
    if (reference !== null) merge(this.#module, (this.#tensorReference ??= new this.#module.Statistics()), reference);
    this.#tensorKernel = kernel;
    if (kernel !== null) this.#kernels.add(kernel);
  }

  /** Ends the tensor whose pieces were added last. */
  endTensor(tensor: number): TensorReport {
    const planned = this.#plan.tensors[tensor]!;
    let error: ErrorReport | null = null;
    let statsLine: string | null = null;
    let reference: ErrorReport | null = null;
    if (this.#tensor) {
      error = answer(this.#tensor.report());
      statsLine = this.#tensor.quantizeStatsLine(`${planned.to}::${planned.name}`);
      this.#total.add(this.#tensor);
      if (this.#referenceMethod !== null) {
        const other = this.#tensorReference ?? this.#tensor;
        reference = other === this.#tensor ? error : answer(other.report());
        this.#referenceTotal.add(other);
      }
      this.#tensorReference?.delete();
      this.#tensorReference = null;
      this.#tensor.delete();
      this.#tensor = null;
      this.#converted = true;
    }
    const { name, shape, layer, role, from, to, action, method, weights, outputBytes } = planned;
    const kernel = this.#tensorKernel;
    this.#tensorKernel = null;
    const report = {
      tensor,
      name,
      shape,
      layer,
      role,
      from,
      to,
      action,
      method,
      weights,
      bytes: outputBytes,
      error,
      reference,
      statsLine,
      kernel,
    };
    this.#tensors.push(report);
    return report;
  }

  /** What a report says of all that was measured. */
  figures(): Pick<RunReport, 'kernel' | 'tensors' | 'total' | 'reference' | 'totalStatsLine'> {
    const method = this.#referenceMethod;
    return {
      kernel: [...this.#kernels].join(', ') || 'none',
      tensors: this.#tensors,
      total: this.#converted ? answer(this.#total.report()) : null,
      reference: method !== null && this.#converted ? { method, total: answer(this.#referenceTotal.report()) } : null,
      totalStatsLine: this.#converted ? this.#total.quantizeStatsLine(this.#plan.fileType) : null,
    };
  }

  delete(): void {
    for (const statistics of [this.#tensor, this.#tensorReference, this.#total, this.#referenceTotal])
      statistics?.delete();
  }
}

/** What was measured, as a text for another process. Never empty. */
export function recordOf({ statistics, reference, kernel }: Measured): string {
  return JSON.stringify([statistics && toBase64(statistics), reference && toBase64(reference), kernel]);
}

/** What recordOf() was given. */
export function measuredOf(record: string): Measured {
  const [statistics, reference, kernel] = JSON.parse(record) as (string | null)[];
  return {
    statistics: statistics == null ? null : fromBase64(statistics),
    reference: reference == null ? null : fromBase64(reference),
    kernel: kernel ?? null,
  };
}
