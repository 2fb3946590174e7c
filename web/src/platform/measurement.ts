import { proxy, type Remote, wrap } from 'comlink';
import type { Core } from '../core/opened-model';
import { Problem, sentenceOf, Stopped } from '../core/problem';
import type { Measurer } from '../worker/measuring-worker';

type Measure = Measurer['measure'];

/** A measurement in a worker of its own, as the page has it. It lives until delete(). */
export class RemoteMeasurement {
  readonly #worker = new Worker(new URL('../worker/measuring-worker.ts', import.meta.url), { type: 'module' });
  readonly #measurer: Remote<Measurer> = wrap<Measurer>(this.#worker);
  readonly #started: Promise<void>;
  /** Ways to fail the questions that wait for an answer. */
  readonly #waiting = new Set<(error: Error) => void>();

  constructor(core: Pick<Core, 'kernel' | 'whole' | 'compiled'>) {
    this.#worker.addEventListener('error', ({ message }) => {
      for (const fail of this.#waiting)
        fail(new Problem(`The worker that measures broke down: ${message || 'no reason was given'}`));
    });
    this.#started = this.#ask(core.whole.then(() => this.#measurer.start(core.kernel, core.compiled)));
    this.#started.catch(() => {}); // heard by whoever asks
  }

  /** Uses a measurement that was saved. Throws Problem. */
  async read(json: string): Promise<void> {
    await this.#started;
    await this.#ask(this.#measurer.read(json));
  }

  /** Throws Stopped or Problem. */
  async measure(...[given, options, what, workers, onProgress, between]: Parameters<Measure>): Promise<void> {
    await this.#started;
    await this.#ask(this.#measurer.measure(given, options, what, workers, proxy(onProgress), between));
  }

  /** Throws Stopped or Problem. */
  async measureOutputs(...[handle, workers, onProgress]: Parameters<Measurer['measureOutputs']>): Promise<void> {
    await this.#started;
    await this.#ask(this.#measurer.measureOutputs(handle, workers, proxy(onProgress)));
  }

  stop(): void {
    void this.#measurer.stop();
  }
  pause(paused: boolean): void {
    void this.#measurer.pause(paused);
  }

  // As Measurement has them. They throw Problem.
  predict = (...asked: Parameters<Measurer['predict']>) => this.#ask(this.#measurer.predict(...asked));
  mix = (...asked: Parameters<Measurer['mix']>) => this.#ask(this.#measurer.mix(...asked));
  solve = (...asked: Parameters<Measurer['solve']>) => this.#ask(this.#measurer.solve(...asked));
  observe = (...asked: Parameters<Measurer['observe']>) => this.#ask(this.#measurer.observe(...asked));
  limits = () => this.#ask(this.#measurer.limits());
  choices = (...asked: Parameters<Measurer['choices']>) => this.#ask(this.#measurer.choices(...asked));
  json = () => this.#ask(this.#measurer.json());

  /** Ends the worker and what it does. Questions that wait get Stopped. */
  delete(): void {
    this.#worker.terminate();
    for (const fail of this.#waiting) fail(new Stopped());
  }

  #ask<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        this.#waiting.delete(fail);
        reject(error);
      };
      this.#waiting.add(fail);
      answer.then(
        (value) => {
          this.#waiting.delete(fail);
          resolve(value);
        },
        (error: unknown) =>
          fail(error instanceof Error && error.name === 'AbortError' ? new Stopped() : new Problem(sentenceOf(error))),
      );
    });
  }
}
