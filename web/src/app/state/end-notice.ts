/** Word from the system when a run ends, for who is elsewhere. Browsers are asked for it only when it is wanted. */
import { effect, signal } from '@preact/signals';
import { bytes } from '../../text/units';
import { result } from './results';
import { isRunning, outcome, run } from './running';
import { texts } from '../../text/texts';

export const canNotify = (): boolean => 'Notification' in window;

/** Whether the person asked for it, and the browser allows it. */
export const tellsEnd = signal(false);
/** What the browser said: "default" is nothing yet. */
export const notifyPermission = signal<NotificationPermission>(canNotify() ? Notification.permission : 'denied');

/** Asks the browser, where it was not asked before. Call it from a click. */
export async function askToTellEnd(wanted: boolean): Promise<void> {
  if (wanted && Notification.permission === 'default') await Notification.requestPermission();
  notifyPermission.value = Notification.permission;
  tellsEnd.value = wanted && notifyPermission.value === 'granted';
}

function words(): [string, string] | null {
  const last = run.value;
  const ended = outcome.value;
  if (!last || !ended || ended.kind === 'stopped') return null; // who stopped it knows
  if (ended.kind === 'failed') return [texts().state.notFinished(last.output), ended.sentence];
  const size = result.value?.report.outputBytes;
  return [texts().state.finished(last.output), size === undefined ? '' : bytes(size)];
}

/** Phones show notices of service workers only. */
async function notify(title: string, body: string): Promise<void> {
  const worker = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
  if (worker?.active) await worker.showNotification(title, { body });
  else new Notification(title, { body });
}

/** Tells of ends from now on, unless the page is being looked at. */
export function followWithEndNotices(): void {
  let ran = false;
  effect(() => {
    const runs = isRunning.value;
    const ended = ran && !runs;
    ran = runs;
    if (!ended || !tellsEnd.peek() || (document.visibilityState === 'visible' && document.hasFocus())) return;
    const said = words();
    if (said) void notify(...said).catch(() => {}); // the page says it anyhow
  });
}
