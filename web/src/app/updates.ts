/** Keeps the page for use without a network. A newer version waits until the person wants it. */
import { signal } from '@preact/signals';

export const updateReady = signal(false);

let waiting: ServiceWorker | null = null;

export async function keepOffline(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const registration = await navigator.serviceWorker.register('./service-worker.js');
  const offer = () => {
    // Without a controller this is the first visit: nothing older is in use.
    if (!registration.waiting || !navigator.serviceWorker.controller) return;
    waiting = registration.waiting;
    updateReady.value = true;
  };
  offer();
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', offer));
}

export function useUpdate(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload());
  waiting?.postMessage({ type: 'SKIP_WAITING' });
}
