import {
  jobsPerWorker,
  type FromJobWorker,
  type JobDone,
  type JobRequest,
  type SampleDone,
  type SampleRequest,
  type StartWorker,
} from './protocol';
import type { WorkerPort } from './platform';

interface Member {
  port: WorkerPort;
  jobs: Set<number>;
}

/** What workers do: quantize, or only measure rows. One pool does one of the two. */
interface Work {
  quantize: { request: JobRequest; done: JobDone };
  sample: { request: SampleRequest; done: SampleDone };
}

/** Workers that take jobs. After the first failure nothing more comes; terminate() it. */
export class JobPool<Kind extends keyof Work = 'quantize'> {
  readonly #members: Member[];
  readonly #onDone: (done: Work[Kind]['done']) => void;
  readonly #onFailure: (job: number | null, sentence: string) => void;

  /** `onFailure` gets the job that failed, or, when a worker broke down, the oldest it had. */
  constructor(
    ports: WorkerPort[],
    start: StartWorker,
    onDone: (done: Work[Kind]['done']) => void,
    onFailure: (job: number | null, sentence: string) => void,
  ) {
    this.#onDone = onDone;
    this.#onFailure = onFailure;
    this.#members = ports.map((port) => ({ port, jobs: new Set<number>() }));
    for (const member of this.#members) {
      member.port.onMessage((message) => this.#take(member, message as FromJobWorker));
      member.port.onFailure((error) => {
        const oldest = member.jobs.values().next();
        this.#onFailure(
          oldest.done ? null : oldest.value,
          `A worker broke down: ${error.message || 'no reason was given'}`,
        );
      });
      member.port.post(start);
    }
  }

  /** False when every worker has all the jobs it may have. */
  hasRoom(): boolean {
    return this.#members.some((member) => member.jobs.size < jobsPerWorker);
  }

  /** Gives the job to the least busy worker; its buffer goes along. */
  give(job: Work[Kind]['request']): void {
    const member = this.#members.reduce((best, other) => (other.jobs.size < best.jobs.size ? other : best));
    member.jobs.add(job.index);
    member.port.post(job, 'buffer' in job ? [job.buffer] : []);
  }

  terminate(): void {
    for (const { port } of this.#members) port.terminate();
  }

  #take(member: Member, message: FromJobWorker): void {
    if (message.kind === 'failed') {
      this.#onFailure(message.index, message.sentence);
      return;
    }
    member.jobs.delete(message.index);
    this.#onDone(message as Work[Kind]['done']);
  }
}
