/** A study that a person starts and may stop: its progress, what is known so far, and how it ended. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { sentenceOf, Stopped, type StudyProgress } from '../../core/index';
import { workers } from '../state/workers';

interface Work<T, Progress> {
  workers: number;
  signal: AbortSignal;
  onProgress: (now: Progress) => void;
  onReport: (soFar: T) => void;
}

/** `Progress` is what the work tells on its way. */
export interface Studying<T, Progress extends { share: number } = StudyProgress> {
  running: boolean;
  progress: Progress | null;
  found: T | null;
  problem: string | null;
  start: (work: (run: Work<T, Progress>) => Promise<T>) => void;
  stop: () => void;
}

/** When `subject` becomes another, nothing is known any more, and what was under way ends. */
export function useStudy<T, Progress extends { share: number } = StudyProgress>(
  subject?: unknown,
): Studying<T, Progress> {
  const [progress, setProgress] = useState<Progress | null>(null);
  const [found, setFound] = useState<T | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [running, setRunning] = useState(false);
  const current = useRef<AbortController | null>(null);
  useEffect(
    () => () => {
      current.current?.abort();
      current.current = null;
      setFound(null);
      setProblem(null);
      setRunning(false);
    },
    [subject],
  );
  return {
    running,
    progress,
    found,
    problem,
    start(work) {
      current.current?.abort();
      const mine = new AbortController();
      current.current = mine;
      const ifMine = (action: () => void) => {
        if (current.current === mine) action();
      };
      setProblem(null);
      setFound(null);
      setProgress(null);
      setRunning(true);
      work({
        workers: workers.peek(),
        signal: mine.signal,
        onProgress: (now) => ifMine(() => setProgress(now)),
        onReport: (soFar) => ifMine(() => setFound(soFar)),
      })
        .then(
          (whole) => ifMine(() => setFound(whole)),
          (error: unknown) => ifMine(() => error instanceof Stopped || setProblem(sentenceOf(error))),
        )
        .finally(() => ifMine(() => setRunning(false)));
    },
    stop: () => current.current?.abort(),
  };
}
