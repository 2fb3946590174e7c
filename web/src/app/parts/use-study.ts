/** A study that a person starts, and may hold or stop: its progress, what is known so far, and how it ended. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Pause, sentenceOf, Stopped, type StudyProgress } from '../../core/index';
import { workers } from '../state/workers';
import { usePaused } from './hold-button';

interface Work<T, Progress> {
  workers: number;
  signal: AbortSignal;
  pause: Pause;
  onProgress: (now: Progress) => void;
  onReport: (soFar: T) => void;
}

/** `Progress` is what the work tells on its way. */
export interface Studying<T, Progress extends { share: number } = StudyProgress> {
  running: boolean;
  stopped: boolean; // before its end
  pause: Pause; // of what is under way
  paused: boolean;
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
  const [stopped, setStopped] = useState(false);
  const [pause, setPause] = useState(() => new Pause());
  const paused = usePaused(pause);
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
    stopped,
    pause,
    paused,
    progress,
    found,
    problem,
    start(work) {
      current.current?.abort();
      const mine = new AbortController();
      current.current = mine;
      const hold = new Pause();
      const ifMine = (action: () => void) => {
        if (current.current === mine) action();
      };
      setProblem(null);
      setFound(null);
      setProgress(null);
      setRunning(true);
      setStopped(false);
      setPause(hold);
      work({
        workers: workers.peek(),
        signal: mine.signal,
        pause: hold,
        onProgress: (now) => ifMine(() => setProgress(now)),
        onReport: (soFar) => ifMine(() => setFound(soFar)),
      })
        .then(
          (whole) => ifMine(() => setFound(whole)),
          (error: unknown) =>
            ifMine(() => (error instanceof Stopped ? setStopped(true) : setProblem(sentenceOf(error)))),
        )
        .finally(() => ifMine(() => setRunning(false)));
    },
    stop: () => current.current?.abort(),
  };
}
