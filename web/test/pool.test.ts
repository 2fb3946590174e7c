// The pool of jobs by itself, with workers that answer when a test says so: order, room, pauses, stops and failures.
import { expect, test } from 'vitest';
import { Pause } from '../src/core/pause';
import type { Platform, WorkerPort } from '../src/core/platform';
import { JobPool, type PoolOptions } from '../src/core/pool';
import { Stopped } from '../src/core/problem';

interface Job {
  index: number;
  text: string;
}

class Worker implements WorkerPort {
  started: unknown;
  readonly jobs: Job[] = []; // given and not answered
  terminated = false;
  #answer: (message: unknown) => void = () => {};
  #fail: (error: Error) => void = () => {};
  post(message: unknown): void {
    if (this.started === undefined) this.started = message;
    else this.jobs.push(message as Job);
  }
  onMessage(listener: (message: unknown) => void): void {
    this.#answer = listener;
  }
  onFailure(listener: (error: Error) => void): void {
    this.#fail = listener;
  }
  terminate(): void {
    this.terminated = true;
  }
  /** Answers its oldest job. */
  answer(): void {
    const { index, text } = this.jobs.shift()!;
    this.#answer({ index, text: `${text} done` });
  }
  refuse(job: Job): void {
    this.#answer({ kind: 'failed', index: job.index, sentence: 'it does not fit.' });
  }
  breakDown(): void {
    this.#fail(new Error('no memory'));
  }
}

function poolOf(starts: unknown[], options: Partial<PoolOptions<Job>> = {}) {
  const workers: Worker[] = [];
  const platform: Pick<Platform, 'startJobWorker'> = {
    startJobWorker() {
      workers.push(new Worker());
      return workers.at(-1)!;
    },
  };
  const nameOf = ({ text }: Job) => `job ${text}`;
  const pool = new JobPool<Job, Job>(platform, starts, { jobsPerWorker: 2, ahead: 1, nameOf, ...options });
  return { pool, workers };
}

/** Lets everything that can go on do so. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
const letters = (count: number) => [...'abcdefghijklmnop'].slice(0, count);
const asJob = (text: string, index: number): Job => ({ index, text });

test('uses what jobs give in their order, whoever is done first', async () => {
  const { pool, workers } = poolOf(['start', 'start']);
  const used: string[] = [];
  const all = pool.inOrder(letters(6), asJob, ({ text }) => void used.push(text));
  await settle();
  expect(workers.map(({ started }) => started)).toEqual(['start', 'start']);
  expect(workers.map(({ jobs }) => jobs.map(({ text }) => text))).toEqual([
    ['a', 'c'],
    ['b', 'd'],
  ]);
  workers[1]!.answer(); // b
  await settle();
  expect(used).toEqual([]);
  // One job may begin beyond those of the workers; then the oldest is waited for.
  expect(workers[1]!.jobs.map(({ text }) => text)).toEqual(['d', 'e']);
  workers[1]!.answer(); // d
  await settle();
  expect(workers[1]!.jobs.map(({ text }) => text)).toEqual(['e']);
  workers[0]!.answer(); // a
  await settle();
  expect(used).toEqual(['a done', 'b done']);
  while (workers.some(({ jobs }) => jobs.length > 0)) {
    for (const worker of workers.toReversed()) if (worker.jobs.length > 0) worker.answer();
    await settle();
  }
  await all;
  expect(used).toEqual(letters(6).map((text) => `${text} done`));
  pool.stop();
  expect(workers.every(({ terminated }) => terminated)).toBe(true);
});

test('uses one job at a time', async () => {
  const { pool, workers } = poolOf(['start']);
  const events: string[] = [];
  let end!: () => void;
  const all = pool.inOrder(letters(2), asJob, async ({ text }) => {
    events.push(`${text} begins`);
    await new Promise<void>((resolve) => (end = resolve));
    events.push(`${text} ends`);
  });
  await settle();
  workers[0]!.answer();
  workers[0]!.answer();
  await settle();
  expect(events).toEqual(['a done begins']);
  end();
  await settle();
  expect(events).toEqual(['a done begins', 'a done ends', 'b done begins']);
  end();
  await all;
});

test('begins nothing while it is paused, and goes on', async () => {
  const pause = new Pause();
  const { pool, workers } = poolOf(['start', 'start'], { pause, jobsPerWorker: 1 });
  const used: string[] = [];
  const all = pool.inOrder(letters(3), asJob, ({ text }) => void used.push(text));
  await settle();
  pause.pause();
  workers[0]!.answer();
  await settle();
  expect(used).toEqual(['a done']);
  expect(workers.map(({ jobs }) => jobs.length)).toEqual([0, 1]);
  pause.resume();
  await settle();
  expect(workers[0]!.jobs.map(({ text }) => text)).toEqual(['c']);
  workers[0]!.answer();
  workers[1]!.answer();
  await all;

  pause.pause();
  const asked = pool.ask((index) => asJob('d', index), 1);
  const given = pool.giveEach((index) => asJob('e', index));
  await settle();
  expect(workers.map(({ jobs }) => jobs.length)).toEqual([0, 0]);
  pause.resume();
  await settle();
  workers[1]!.answer();
  expect((await asked).text).toBe('d done');
  await settle();
  workers.forEach((worker) => worker.answer());
  expect(await Promise.all(await given)).toHaveLength(2);
});

test('gives a job to each worker when all have room, and asks a certain one when it has', async () => {
  const { pool, workers } = poolOf(['one', 'other'], { jobsPerWorker: 1 });
  expect(workers.map(({ started }) => started)).toEqual(['one', 'other']);
  const first = await pool.giveEach((index, worker) => asJob(`a${worker}`, index));
  let second: Promise<Job>[] | null = null;
  void pool.giveEach((index, worker) => asJob(`b${worker}`, index)).then((given) => (second = given));
  workers[0]!.answer();
  await settle();
  expect(second).toBeNull();
  workers[1]!.answer();
  await settle();
  expect((await Promise.all(first)).map(({ text }) => text)).toEqual(['a0 done', 'a1 done']);
  expect(workers.map(({ jobs }) => jobs.map(({ text }) => text))).toEqual([['b0'], ['b1']]);
  workers[0]!.answer();
  // Of several that wait for one worker, one after the other is served.
  const asked = ['c', 'd'].map((text) => pool.ask((index) => asJob(text, index), 1));
  await settle();
  expect(workers.map(({ jobs }) => jobs.length)).toEqual([0, 1]);
  workers[1]!.answer();
  await settle();
  expect(workers[1]!.jobs.map(({ text }) => text)).toEqual(['c']);
  workers[1]!.answer();
  await settle();
  workers[1]!.answer();
  expect((await Promise.all(asked)).map(({ text }) => text)).toEqual(['c done', 'd done']);
});

test('tells workers something between their jobs', async () => {
  const { pool, workers } = poolOf(['start']);
  await pool.giveEach((index) => asJob('a', index));
  pool.tellEach((index) => asJob('b', index));
  await pool.giveEach((index) => asJob('c', index));
  expect(workers[0]!.jobs.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
  workers[0]!.refuse(workers[0]!.jobs[1]!);
  await expect(pool.ask((index) => asJob('d', index))).rejects.toThrow('job b: it does not fit.');
});

test('ends with the first failure, said with the name of what failed', async () => {
  const refused = poolOf(['start', 'start']);
  const all = refused.pool.inOrder(letters(4), asJob, () => {});
  await settle();
  refused.workers[1]!.refuse(refused.workers[1]!.jobs[1]!);
  await expect(all).rejects.toThrow('job d: it does not fit.');

  const broken = poolOf(['start']);
  const other = broken.pool.inOrder(letters(2), asJob, () => {});
  await settle();
  broken.workers[0]!.breakDown();
  await expect(other).rejects.toThrow('job a: A worker broke down: no memory');

  const thrown = poolOf(['start']);
  const third = thrown.pool.inOrder(letters(2), asJob, () => {
    throw new Error('the disk is full');
  });
  await settle();
  thrown.workers[0]!.answer();
  await expect(third).rejects.toThrow('the disk is full');

  const failed = poolOf(['start']);
  const waiting = failed.pool.orFailure(new Promise(() => {}));
  failed.pool.fail(new Error('the figures do not fit'));
  await expect(waiting).rejects.toThrow('the figures do not fit');
});

test('stops at once when its signal says so, and uses nothing afterwards', async () => {
  const stopping = new AbortController();
  const { pool, workers } = poolOf(['start'], { signal: stopping.signal });
  const used: string[] = [];
  const all = pool.inOrder(letters(3), asJob, ({ text }) => void used.push(text));
  const asked = pool.giveEach((index) => asJob('x', index));
  await settle();
  stopping.abort();
  await expect(all).rejects.toThrow(Stopped);
  await expect(asked).rejects.toThrow(Stopped);
  pool.stop();
  workers[0]!.answer();
  await settle();
  expect(used).toEqual([]);
  expect(() => pool.tellEach((index) => asJob('y', index))).toThrow(Stopped);

  const late = poolOf(['start'], { signal: AbortSignal.abort() });
  await expect(late.pool.inOrder(letters(1), asJob, () => {})).rejects.toThrow(Stopped);
});
