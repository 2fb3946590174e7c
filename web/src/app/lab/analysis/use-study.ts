/** A study that a person starts and may stop: its progress, what is known so far, and how it ended. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { sentenceOf, Stopped, type StudyProgress, type StudyRun } from '../../../core/index';
import { workers } from '../../state/workers';

export interface Studying<T> {
  running: boolean;
  progress: StudyProgress | null;
  found: T | null;
  problem: string | null;
  start: (work: (run: StudyRun & { onReport: (soFar: T) => void }) => Promise<T>) => void;
  stop: () => void;
}

export function useStudy<T>(): Studying<T> {
  const [progress, setProgress] = useState<StudyProgress | null>(null);
  const [found, setFound] = useState<T | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [running, setRunning] = useState(false);
  const current = useRef<AbortController | null>(null);
  useEffect(() => () => current.current?.abort(), []);
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
