import type { Pause } from './pause';
import type { WorkerPort } from './platform';
import { Problem, Stopped } from './problem';
import type { Failed } from './protocol';

export interface PoolOptions {
  /** Jobs that one worker has under way. */
  jobsPerWorker: number;
  /** Jobs that may be under way or done beyond those of the workers, while an earlier one is not used yet. */
  ahead: number;
  signal?: AbortSignal;
  pause?: Pause;
  /** What a job is about, for sentences on what went wrong with it. */
  nameOf: (index: number) => string | undefined;
}

interface Member {
  port: WorkerPort;
  jobs: Set<number>;
}

/**
 * Workers that take jobs. What they make is used in the order of the jobs, whoever is done first, so that nothing
 * depends on how many workers there are. The first failure, and a signal, end everything; stop() it in any case.
 */
export class JobPool<Request extends { index: number }, Done extends { index: number }> {
  readonly #members: Member[];
  readonly #options: PoolOptions;
  readonly #waiting = new Map<number, (done: Done) => void>();
  readonly #failure: Promise<never>;
  readonly #stopListening: () => void;
  #fail!: (error: unknown) => void;
  #change: () => void = () => {};
  #changed: Promise<void> = Promise.resolve();
  #given = 0;
  #stopped = false;

  /** Each worker gets `start` first. */
  constructor(ports: readonly WorkerPort[], start: unknown, options: PoolOptions) {
    this.#options = options;
    this.#failure = new Promise<never>((_, reject) => (this.#fail = reject));
    this.#failure.catch(() => {}); // heard by whoever waits
    this.#awaitChange();
    this.#members = ports.map((port) => ({ port, jobs: new Set<number>() }));
    for (const member of this.#members) {
      member.port.onMessage((message) => this.#take(member, message as Done | Failed));
      member.port.onFailure(({ message }) => {
        const [oldest = null] = member.jobs;
        this.#failAt(oldest, `A worker broke down: ${message || 'no reason was given'}`);
      });
      member.port.post(start);
    }
    const { signal, pause } = options;
    const onAbort = () => this.#fail(new Stopped());
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort);
    const stopPause = pause?.listen(() => this.#change());
    this.#stopListening = () => {
      signal?.removeEventListener('abort', onAbort);
      stopPause?.();
    };
  }

  /** Lets go of the workers at once, whatever they are doing. */
  stop(): void {
    this.#stopped = true;
    this.#stopListening();
    this.#change();
    for (const { port } of this.#members) port.terminate();
  }

  /** What is promised, unless a worker fails or somebody stops all this before. */
  orFailure<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([this.#failure, promise]);
  }

  /** Throws Stopped when nothing that is made may be used any more. */
  check(): void {
    if (this.#stopped) throw new Stopped();
  }

  /** Gives one job to the least busy worker. Throws Stopped or Problem. */
  async ask(request: (index: number) => Request): Promise<Done> {
    return this.orFailure(this.#post(request(this.#given++)));
  }

  /**
   * Does all jobs; what a request needs is made when there is a worker for it. `use` gets what they give, one after the
   * other. Throws Stopped, Problem, or what `request` and `use` throw.
   */
  async inOrder<Job>(
    jobs: Iterable<Job>,
    request: (job: Job, index: number) => Request | Promise<Request>,
    use: (done: Done, job: Job) => void | Promise<void>,
  ): Promise<void> {
    const { jobsPerWorker, ahead } = this.#options;
    const given: { job: Job; done: Promise<Done> }[] = []; // and not used yet
    let allGiven = false;
    const mustWait = () =>
      !this.#stopped && (given.length >= this.#members.length * jobsPerWorker + ahead || !this.#hasRoom());
    const give = async () => {
      for (const job of jobs) {
        while (mustWait()) await this.#changed;
        this.check();
        given.push({ job, done: this.#post(await request(job, this.#given++)) });
        this.#change();
      }
      allGiven = true;
      this.#change();
    };
    const useAll = async () => {
      for (;;) {
        this.check();
        const [next] = given;
        if (next) {
          const done = await next.done;
          this.check();
          await use(done, next.job);
          given.shift();
          this.#change();
        } else if (allGiven) return;
        else await this.#changed;
      }
    };
    await this.orFailure(Promise.all([give(), useAll()]));
  }

  #hasRoom(): boolean {
    const { jobsPerWorker, pause } = this.#options;
    return !pause?.paused && this.#members.some(({ jobs }) => jobs.size < jobsPerWorker);
  }

  /** A buffer that the request brings goes along. */
  #post(request: Request): Promise<Done> {
    this.check();
    const member = this.#members.reduce((best, other) => (other.jobs.size < best.jobs.size ? other : best));
    member.jobs.add(request.index);
    const buffer = 'buffer' in request && request.buffer instanceof ArrayBuffer ? [request.buffer] : [];
    const done = new Promise<Done>((resolve) => this.#waiting.set(request.index, resolve));
    member.port.post(request, buffer);
    return done;
  }

  #take(member: Member, message: Done | Failed): void {
    if ('sentence' in message) return this.#failAt(message.index, message.sentence);
    member.jobs.delete(message.index);
    this.#waiting.get(message.index)?.(message);
    this.#waiting.delete(message.index);
    this.#change();
  }

  #failAt(job: number | null, sentence: string): void {
    const name = job === null ? undefined : this.#options.nameOf(job);
    this.#fail(new Problem(name === undefined ? sentence : `${name}: ${sentence}`));
  }

  /** From now on #changed is the next change: somebody may go on. */
  #awaitChange(): void {
    this.#changed = new Promise((resolve) => {
      this.#change = () => {
        this.#awaitChange();
        resolve();
      };
    });
  }
}
