/**
 * Keeps every file of the page that this browser needs, so that it opens without a network. A newer version waits until
 * the person asks for it or every tab is closed.
 */
import { addPlugins, cleanupOutdatedCaches, precacheAndRoute } from 'workbox-precaching';
import { bestKernel } from './core/kernel';

declare const self: ServiceWorkerGlobalScope;

/** The page's files; `revision` is null where the name tells it, and otherwise the SHA-256 of the file in Base64. */
declare const __PAGE_FILES__: { url: string; revision: string | null }[];
/** Those that are fetched when the page first asks for one. */
declare const __FILES_ON_DEMAND__: { url: string; revision: string }[];

/** The build of the core that a file belongs to; null: all need it. */
function kernelOf(url: string): 'simd' | 'scalar' | null {
  const name = /\/nibble-(scalar-)?[^/]*\.(js|wasm)$/.exec(url);
  return name && (name[1] ? 'scalar' : 'simd');
}

const kernel = bestKernel();
const files = __PAGE_FILES__.filter(({ url }) => (kernelOf(url) ?? kernel) === kernel);
const revisions = new Map(files.map(({ url, revision }) => [new URL(url, self.location.href).href, revision]));

async function sha256(response: Response): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await response.arrayBuffer());
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}

addPlugins([
  {
    // What the page has just fetched is not fetched again. A file whose name stays the same may be an older one.
    requestWillFetch: async ({ request, event }) => {
      const revision = revisions.get(request.url);
      if (event?.type !== 'install' || revision === undefined) return request;
      const shared = new Request(request.url, { cache: 'force-cache', credentials: 'same-origin' });
      if (revision === null) return shared;
      const response = await fetch(shared.clone()).catch(() => null);
      return response?.ok && (await sha256(response)) === revision ? shared : request;
    },
  },
]);
precacheAndRoute(files, {
  urlManipulation: ({ url }) => (url.pathname.endsWith('/index.html') ? [new URL('./', url)] : []),
});
cleanupOutdatedCaches();

const keptOnDemand = `on-demand-${self.registration.scope}`;
/** Where each file is kept, by its address: another revision is another file. */
const onDemand = new Map(
  __FILES_ON_DEMAND__.map(({ url, revision }) => {
    const { href } = new URL(url, self.location.href);
    return [href, { revision, key: `${href}?${new URLSearchParams({ revision }).toString()}` }];
  }),
);

self.addEventListener('fetch', (event) => {
  const file = onDemand.get(event.request.url);
  if (file) event.respondWith(onceFetched(event.request.url, file));
});

async function onceFetched(url: string, { revision, key }: { revision: string; key: string }): Promise<Response> {
  const cache = await caches.open(keptOnDemand);
  const kept = await cache.match(key);
  if (kept) return kept;
  const response = await fetch(url, { cache: 'no-cache', credentials: 'same-origin' });
  // Another version of the page may be on the host by now: its file is given, but not kept as this version's.
  if (response.ok && (await sha256(response.clone())) === revision) {
    await cache.put(key, response.clone()).catch(() => undefined); // without room it is fetched again
  }
  return response;
}

async function dropOtherRevisions(): Promise<void> {
  const cache = await caches.open(keptOnDemand);
  const current = new Set([...onDemand.values()].map(({ key }) => key));
  const others = (await cache.keys()).filter(({ url }) => !current.has(url));
  await Promise.all(others.map((request) => cache.delete(request)));
}

self.addEventListener('activate', (event) => {
  event.waitUntil(Promise.all([self.clients.claim(), dropOtherRevisions()])); // the first visit is already kept
});
self.addEventListener('message', ({ data }: ExtendableMessageEvent) => {
  if ((data as { type?: string } | null)?.type === 'SKIP_WAITING') void self.skipWaiting();
});
