/**
 * Keeps every file of the page that this browser needs, so that it opens without a network. A newer version waits until
 * the person asks for it or every tab is closed.
 */
import { addPlugins, cleanupOutdatedCaches, precacheAndRoute } from 'workbox-precaching';
import { bestKernel } from './core/kernel';

declare const self: ServiceWorkerGlobalScope;

/** The page's files; `revision` is null where the name tells it, and otherwise the SHA-256 of the file in Base64. */
declare const __PAGE_FILES__: { url: string; revision: string | null }[];

/** The build of the core that a file belongs to; null: all need it. */
function kernelOf(url: string): 'simd' | 'scalar' | null {
  const name = /\/nibble-(scalar-)?[^/]*\.(js|wasm)$/.exec(url);
  return name && (name[1] ? 'scalar' : 'simd');
}

const kernel = bestKernel();
const files = __PAGE_FILES__.filter(({ url }) => (kernelOf(url) ?? kernel) === kernel);
const revisions = new Map(files.map(({ url, revision }) => [new URL(url, self.location.href).href, revision]));

addPlugins([
  {
    // What the page has just fetched is not fetched again. A file whose name stays the same may be an older one.
    requestWillFetch: async ({ request, event }) => {
      const revision = revisions.get(request.url);
      if (event?.type !== 'install' || revision === undefined) return request;
      const shared = new Request(request.url, { cache: 'force-cache', credentials: 'same-origin' });
      if (revision === null) return shared;
      const response = await fetch(shared.clone()).catch(() => null);
      const digest = response?.ok && (await crypto.subtle.digest('SHA-256', await response.arrayBuffer()));
      const found = digest && btoa(String.fromCharCode(...new Uint8Array(digest)));
      return found === revision ? shared : request;
    },
  },
]);
precacheAndRoute(files, {
  urlManipulation: ({ url }) => (url.pathname.endsWith('/index.html') ? [new URL('./', url)] : []),
});
cleanupOutdatedCaches();

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim())); // the first visit is already kept
self.addEventListener('message', ({ data }: ExtendableMessageEvent) => {
  if ((data as { type?: string } | null)?.type === 'SKIP_WAITING') void self.skipWaiting();
});
