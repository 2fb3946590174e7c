/** A measurement away from the page: for a model of some hundred tensors merging, predicting and solving take long. */
import { expose } from 'comlink';
import { StatisticsFile } from '../core/calibration-file';
import type { Kernel } from '../core/kernel';
import type { CompiledCore } from '../core/module';
import { measure, type MeasureProgress } from '../core/measure';
import { Measurement } from '../core/measurement';
import { loadCore, openModel } from '../core/model';
import { measureOutputs } from '../core/measure-outputs';
import type { Core, OpenedModel, PreparedSample } from '../core/opened-model';
import type { PassProgress } from '../core/pass';
import { Pause } from '../core/pause';
import { Problem } from '../core/problem';
import type { SourceHandle } from '../core/source';
import type {
  Assignment,
  MeasureOptions,
  Mix,
  Observation,
  ObserveRequest,
  PlanOptions,
  Prediction,
  Solution,
  SolveRequest,
  TypeChoice,
} from '../core/types';
import { browserPlatform } from '../platform/browser';

/** What a model was opened with. */
export type GivenModel = OpenedModel['given'];

export class Measurer {
  #core: Core | null = null;
  #measurement: Measurement | null = null;
  #sample: { model: OpenedModel; prepared: PreparedSample } | null = null; // null: it was measured elsewhere
  readonly #pause = new Pause();
  readonly #stop = new AbortController();

  async start(kernel: Kernel, compiled: CompiledCore): Promise<void> {
    const loaded = { compile: async () => compiled.first, compileRest: async () => compiled.rest };
    this.#core = await loadCore({ ...browserPlatform, ...loaded }, { kernel });
  }

  /** Uses a measurement that was saved. Throws Problem. */
  read(json: string): void {
    this.#measurement = Measurement.read(this.#core!, json);
  }

  /** Measures a model; what is known can be asked from the first `onProgress` on. Throws Stopped or Problem. */
  async measure(
    { files, importance, origin }: GivenModel,
    options: PlanOptions,
    what: MeasureOptions,
    workers: number,
    onProgress: (progress: MeasureProgress) => void,
    millisecondsBetween: number,
  ): Promise<void> {
    const model = await openModel(this.#core!, files, importance ?? undefined, origin);
    let told = -Infinity;
    await measure(model, options, what, {
      workers,
      signal: this.#stop.signal,
      pause: this.#pause,
      onBegin: (prepared) => {
        this.#measurement = prepared.measurement;
        this.#sample = { model, prepared };
      },
      onProgress: (progress) => {
        if (progress.seconds * 1000 - told < millisecondsBetween) return;
        told = progress.seconds * 1000;
        onProgress(progress);
      },
    });
  }

  /** Measures outputs by the statistics of a calibration, after measure(). Throws Stopped or Problem. */
  async measureOutputs(
    handle: SourceHandle,
    workers: number,
    onProgress: (progress: PassProgress) => void,
  ): Promise<void> {
    if (this.#sample === null) {
      throw new Problem(
        'This measurement was read from a file. Measure the model here, or outputs on the command line: ' +
          'nibble measure --from-calibration.',
      );
    }
    const { model, prepared } = this.#sample;
    const statistics = await StatisticsFile.open(handle, browserPlatform.openSource(handle));
    await measureOutputs(model, prepared, statistics, {
      workers,
      signal: this.#stop.signal,
      pause: this.#pause,
      onProgress,
    });
  }

  /** Ends measuring; what is known stays. */
  stop(): void {
    this.#stop.abort();
  }

  pause(paused: boolean): void {
    if (paused) this.#pause.pause();
    else this.#pause.resume();
  }

  predict(assignment: Assignment): Prediction {
    return this.#measurement!.predict(assignment);
  }
  mix(assignment: Assignment): Mix {
    return this.#measurement!.mix(assignment);
  }
  solve(request: SolveRequest): Solution {
    return this.#measurement!.solve(request);
  }
  observe(request: ObserveRequest): Observation {
    return this.#measurement!.observe(request);
  }
  limits(): { smallestBytes: number; largestBytes: number } {
    return this.#measurement!.limits();
  }
  choices(tensor: string): TypeChoice[] {
    return this.#measurement!.choices(tensor);
  }
  json(): string {
    return this.#measurement!.json();
  }
}

expose(new Measurer());
