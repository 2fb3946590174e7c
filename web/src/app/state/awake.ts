/** Keeping the screen on while something runs: a computer that falls asleep computes nothing. */
import { effect, signal } from '@preact/signals';
import { isRunning } from './running';

export const canStayAwake = (): boolean => 'wakeLock' in navigator;

/** Whether the person asked for it. */
export const stayAwake = signal(false);
/** Why the browser does not do it, in its own words; null: it does, or was not asked. */
export const awakeProblem = signal<string | null>(null);

/** Holds the screen on while a run is going and the person asks for it. Browsers let go when the page is hidden. */
export function followWithScreen(): void {
  let lock: WakeLockSentinel | null = null;
  let wanted = false;
  const hold = async () => {
    if (!wanted || lock !== null || document.visibilityState !== 'visible') return;
    try {
      const taken = await navigator.wakeLock.request('screen');
      awakeProblem.value = null;
      if (!wanted || lock !== null) return void taken.release();
      lock = taken;
      taken.addEventListener('release', () => {
        if (lock === taken) lock = null;
      });
    } catch (error) {
      awakeProblem.value = error instanceof Error ? error.message : String(error);
    }
  };
  effect(() => {
    wanted = stayAwake.value && isRunning.value && canStayAwake();
    if (wanted) return void hold();
    void lock?.release();
    lock = null;
  });
  document.addEventListener('visibilitychange', () => void hold());
}
