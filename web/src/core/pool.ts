import type { Pause } from './pause';
import type { Platform, WorkerPort } from './platform';
import { Problem, Setback, Stopped } from './problem';
import type { Failed } from './protocol';

export interface PoolOptions<Request> {
  /** Jobs that one worker has under way. */
  jobsPerWorker: number;
  /** Of inOrder(): jobs that may be under way or done beyond those, while an earlier one is not used yet. */
  ahead: number;
  signal?: AbortSignal;
  pause?: Pause;
  /** What a job is about as it is given, for sentences on what went wrong with it. */
  nameOf: (request: Request) => string | undefined;
}

/** A worker, and what is under way there: numbers with the names of what it is about. */
interface Member {
  port: WorkerPort;
  jobs: Map<number, string | undefined>;
  told: Map<number, string | undefined>; // not answered
}

/**
 * Workers that take jobs: any of them (inOrder), a certain one, or each of them. What they make is used in the order of
 * the jobs, whoever is done first, so that nothing depends on how many workers there are or how fast they are. A pause
 * keeps jobs from beginning. The first failure, and a signal, end everything; stop() it in any case.
 */
export class JobPool<Request extends { index: number }, Done extends { index: number }> {
  readonly #members: Member[];
  readonly #options: PoolOptions<Request>;
  readonly #waiting = new Map<number, (done: Done) => void>();
  readonly #failure: Promise<never>;
  readonly #stopListening: () => void;
  #fail!: (error: unknown) => void;
  #change: () => void = () => {};
  #changed: Promise<void> = Promise.resolve();
  #given = 0;
  #stopped = false;

  /** A worker for each of `starts`, which it gets first. */
  constructor(platform: Pick<Platform, 'startJobWorker'>, starts: readonly unknown[], options: PoolOptions<Request>) {
    this.#options = options;
    this.#failure = new Promise<never>((_, reject) => (this.#fail = reject));
    this.#failure.catch(() => {}); // heard by whoever waits
    this.#awaitChange();
    this.#members = starts.map((start) => {
      const member: Member = { port: platform.startJobWorker(), jobs: new Map(), told: new Map() };
      member.port.onMessage((message) => this.#take(member, message as Done | Failed));
      member.port.onFailure(({ message }) => {
        const [oldest = null] = member.jobs.keys();
        this.#failAt(member, oldest, `A worker broke down: ${message || 'no reason was given'}`, Setback);
      });
      member.port.post(start);
      return member;
    });
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

  /** How many workers there are. */
  get count(): number {
    return this.#members.length;
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

  /** Ends everything with what somebody who uses the jobs threw. */
  fail(error: unknown): void {
    this.#fail(error);
  }

  /** Gives one job to a worker, the least busy one by default, when it has room. Throws Stopped or Problem. */
  async ask(request: (index: number) => Request, worker?: number): Promise<Done> {
    const members = worker === undefined ? this.#members : [this.#members[worker]!];
    await this.orFailure(Promise.resolve());
    while (!members.some((member) => this.#hasRoom(member))) {
      await this.orFailure(this.#changed);
      this.check();
    }
    return this.orFailure(this.#post(request(this.#given++), leastBusy(members)));
  }

  /** Gives a job to each worker when all of them have room; the answers come later. Throws Stopped or Problem. */
  async giveEach(request: (index: number, worker: number) => Request): Promise<Promise<Done>[]> {
    await this.orFailure(Promise.resolve());
    while (!this.#members.every((member) => this.#hasRoom(member))) {
      await this.orFailure(this.#changed);
      this.check();
    }
    return this.#members.map((member, worker) => this.#post(request(this.#given++, worker), member));
  }

  /** Tells each worker something that it does not answer, between the jobs given before and after. */
  tellEach(message: (index: number) => Request): void {
    this.check();
    for (const { port, told } of this.#members) {
      const one = message(this.#given++);
      told.set(one.index, this.#options.nameOf(one));
      port.post(one);
    }
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
      !this.#stopped &&
      (given.length >= this.#members.length * jobsPerWorker + ahead ||
        !this.#members.some((member) => this.#hasRoom(member)));
    const give = async () => {
      for (const job of jobs) {
        while (mustWait()) await this.#changed;
        this.check();
        given.push({ job, done: this.#post(await request(job, this.#given++), leastBusy(this.#members)) });
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

  #hasRoom({ jobs }: Member): boolean {
    const { jobsPerWorker, pause } = this.#options;
    return !pause?.paused && jobs.size < jobsPerWorker;
  }

  /** A buffer that the request brings goes along. */
  #post(request: Request, member: Member): Promise<Done> {
    this.check();
    member.jobs.set(request.index, this.#options.nameOf(request));
    const buffer = 'buffer' in request && request.buffer instanceof ArrayBuffer ? [request.buffer] : [];
    const done = new Promise<Done>((resolve) => this.#waiting.set(request.index, resolve));
    member.port.post(request, buffer);
    return done;
  }

  #take(member: Member, message: Done | Failed): void {
    if ('sentence' in message) return this.#failAt(member, message.index, message.sentence);
    member.jobs.delete(message.index);
    for (const index of member.told.keys()) if (index < message.index) member.told.delete(index);
    this.#waiting.get(message.index)?.(message);
    this.#waiting.delete(message.index);
    this.#change();
  }

  #failAt({ jobs, told }: Member, job: number | null, sentence: string, Kind = Problem): void {
    const name = job === null ? undefined : (jobs.get(job) ?? told.get(job));
    this.#fail(new Kind(name === undefined ? sentence : `${name}: ${sentence}`));
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

function leastBusy(members: readonly Member[]): Member {
  return members.reduce((best, other) => (other.jobs.size < best.jobs.size ? other : best));
}
