import { describe, expect, it } from 'vitest';
import { Pause, Problem, run, Stopped, type Progress } from '../src/core';
import { jobsPerWorker } from '../src/core/protocol';
import { conversionIn, doneWith, fakeModel, fakePlan, FakeSink, FakeWorkers, type Behaviour } from './support/fake-run';

const options = { type: 'Q4_0' };
const later: Behaviour = (job, answer) => setTimeout(() => answer(doneWith(job)), 1);
/** Answers late and out of order. */
const shuffled: Behaviour = (job, answer) => setTimeout(() => answer(doneWith(job)), (job.index * 7) % 5);

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

describe('a run', () => {
  it('writes headers and outputs in plan order, whatever order they come in', async () => {
    const plan = fakePlan(5, 8);
    const sink = new FakeSink();
    const report = await run(fakeModel(plan, new FakeWorkers(shuffled)), options, sink, { workers: 3 });

    const expected = [...Array(16).fill(0xee)];
    for (let job = 0; job < 40; job++) expected.push(job, job, job, job, 0, 0, 0, 0);
    expect(sink.bytes).toEqual(expected);
    expect(sink.finished).toBe(true);
    expect(report.tensors.map(({ name }) => name)).toEqual(plan.tensors.map(({ name }) => name));
    expect(report).toMatchObject({ kernel: 'simd', workers: 3, total: { rmse: 0.5 }, totalStatsLine: 'Q4_0' });
  });

  it('gives out jobs in plan order and never starts more workers than there are jobs', async () => {
    const workers = new FakeWorkers(shuffled);
    await run(fakeModel(fakePlan(1, 3), workers), options, new FakeSink(), { workers: 8 });
    expect(workers.given).toEqual([0, 1, 2]);
    expect(workers.started).toBe(3);
    expect(workers.terminated).toBe(3);
  });

  it('holds the workers back when the sink is slow: few outputs are under way or waiting at a time', async () => {
    const sink = new FakeSink(1);
    let most = 0;
    const workers = new FakeWorkers((job, answer) => {
      most = Math.max(most, workers.given.length - sink.jobsWritten);
      setTimeout(() => answer(doneWith(job)), 0);
    });
    await run(fakeModel(fakePlan(10, 10), workers), options, sink, { workers: 2 });
    expect(workers.given).toHaveLength(100);
    expect(most).toBe(2 * jobsPerWorker + 2);
  });

  it('stops within 200 ms when asked to, and has the sink remove everything', async () => {
    const stop = new AbortController();
    const workers = new FakeWorkers((job, answer) => void (job.index < 5 && answer(doneWith(job)))); // then never again
    const sink = new FakeSink();
    const running = run(fakeModel(fakePlan(10, 10), workers), options, sink, { workers: 2, signal: stop.signal });
    await sleep(20);
    const asked = performance.now();
    stop.abort();
    await expect(running).rejects.toBeInstanceOf(Stopped);
    expect(performance.now() - asked).toBeLessThan(200);
    expect(sink).toMatchObject({ aborted: true, finished: false });
    expect(workers.terminated).toBe(2);
  });

  it('does not start when it was stopped before', async () => {
    const sink = new FakeSink();
    const model = fakeModel(fakePlan(1, 1), new FakeWorkers(later));
    await expect(run(model, options, sink, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(Stopped);
    expect(sink.writes).toBe(0);
  });

  it('names the tensor that could not be converted', async () => {
    const sink = new FakeSink();
    const workers = new FakeWorkers((job, answer) =>
      answer(
        job.index === 12 ? { kind: 'failed', index: 12, sentence: 'It holds an infinite weight.' } : doneWith(job),
      ),
    );
    const running = run(fakeModel(fakePlan(4, 5), workers), options, sink, { workers: 2 });
    await expect(running).rejects.toThrow(new Problem('blk.2.weight: It holds an infinite weight.'));
    expect(sink).toMatchObject({ aborted: true, finished: false });
  });

  it('names the tensor a worker broke down at', async () => {
    const workers = new FakeWorkers((job, answer, fail) =>
      job.index === 3 ? fail(new Error('out of memory')) : answer(doneWith(job)),
    );
    const running = run(fakeModel(fakePlan(2, 2), workers), options, new FakeSink(), { workers: 1 });
    await expect(running).rejects.toThrow('blk.1.weight: A worker broke down: out of memory');
  });

  it('ends with what the sink says when it cannot write', async () => {
    const sink = new FakeSink();
    sink.failAt = 7;
    await expect(run(fakeModel(fakePlan(4, 5), new FakeWorkers(later)), options, sink)).rejects.toThrow('no space');
    expect(sink).toMatchObject({ aborted: true, finished: false });
  });

  it('pauses and goes on, and does not count the time between', async () => {
    const pause = new Pause();
    const workers = new FakeWorkers(later);
    let last: Progress | null = null;
    const running = run(fakeModel(fakePlan(10, 10), workers), options, new FakeSink(), {
      workers: 2,
      pause,
      onProgress: (progress) => (last = progress),
    });
    await sleep(10);
    pause.pause();
    await sleep(20);
    const given = workers.given.length;
    expect(last!).toMatchObject({ paused: true });
    await sleep(300);
    expect(workers.given).toHaveLength(given);
    pause.resume();
    const report = await running;
    expect(workers.given).toHaveLength(100);
    expect(last!).toMatchObject({
      paused: false,
      tensors: 10,
      weights: 400,
      bytesIn: 800,
      bytesOut: 816,
      bytesOutTotal: 816,
    });
    expect(report.seconds).toBeLessThan(0.3);
  });

  it('sends with each job the importance of its matrix, and waits for it', async () => {
    const plan = fakePlan(3, 4);
    // The middle tensor is a stack of two matrices of two rows, and weighted.
    plan.tensors[1]!.shape = [4, 2, 2];
    plan.tensors[1]!.importance = {
      valuesOffset: 0,
      valuesBytes: 32,
      countsOffset: null,
      countsBytes: 0,
      unusable: [],
    };
    const seen: (number[] | null)[] = [];
    const workers = new FakeWorkers((job, answer) => {
      const importance = conversionIn(job)?.importance;
      seen.push(importance ? [...importance] : null);
      answer(doneWith(job));
    });
    const model = fakeModel(plan, workers, async (tensor) => {
      await sleep(5);
      return Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8).map((value) => value + tensor);
    });
    await run(model, options, new FakeSink(), { workers: 2 });
    const none = [null, null, null, null];
    expect(seen).toEqual([...none, [2, 3, 4, 5], [2, 3, 4, 5], [6, 7, 8, 9], [6, 7, 8, 9], ...none]);
  });

  it('sends none for a matrix whose importance cannot be used', async () => {
    const plan = fakePlan(1, 4);
    plan.tensors[0]!.shape = [4, 2, 2];
    plan.tensors[0]!.importance = {
      valuesOffset: 0,
      valuesBytes: 32,
      countsOffset: null,
      countsBytes: 0,
      unusable: [0],
    };
    const seen: (number[] | null)[] = [];
    const workers = new FakeWorkers((job, answer) => {
      const importance = conversionIn(job)?.importance;
      seen.push(importance ? [...importance] : null);
      answer(doneWith(job));
    });
    const model = fakeModel(plan, workers, async () => Float32Array.of(0, 0, 0, 0, 5, 6, 7, 8));
    await run(model, options, new FakeSink(), { workers: 1 });
    expect(seen).toEqual([null, null, [5, 6, 7, 8], [5, 6, 7, 8]]);
  });

  it('ends with what is wrong with the importance matrix', async () => {
    const plan = fakePlan(2, 2);
    plan.tensors[1]!.importance = {
      valuesOffset: 0,
      valuesBytes: 16,
      countsOffset: null,
      countsBytes: 0,
      unusable: [],
    };
    const model = fakeModel(plan, new FakeWorkers(later), () => Promise.reject(new Problem('The matrix is damaged.')));
    const sink = new FakeSink();
    await expect(run(model, options, sink)).rejects.toThrow('The matrix is damaged.');
    expect(sink.aborted).toBe(true);
  });

  it('reports nothing more once it was stopped', async () => {
    const stop = new AbortController();
    let reports = 0;
    const running = run(fakeModel(fakePlan(10, 10), new FakeWorkers(later)), options, new FakeSink(5), {
      signal: stop.signal,
      onProgress: () => reports++,
      onTensor: () => reports++,
    });
    await sleep(30);
    stop.abort();
    await expect(running).rejects.toBeInstanceOf(Stopped);
    const before = reports;
    await sleep(50);
    expect(reports).toBe(before);
  });
});
