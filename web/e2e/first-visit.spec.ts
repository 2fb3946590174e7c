/** What a first visit fetches, counted where it arrives: at a server that says nothing of caching. */
import { createReadStream, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Page, test as base } from '@playwright/test';
import { drop, expect, expectedSha256, goTo, quantize, sha256Of, TS3M } from './support';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const models = fileURLToPath(new URL('../../tests/data', import.meta.url));
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

interface Counting {
  address: string;
  /** Paths in the order they were asked for. */
  asked: string[];
  close(): void;
}

async function serveCounting(): Promise<Counting> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
    const path = pathname.startsWith('/models/')
      ? models + pathname.slice(7)
      : dist + pathname.replace(/\/$/, '/index.html');
    if (!pathname.startsWith('/models/')) asked.push(pathname + search);
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream' });
    createReadStream(path).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://localhost:${port}/`, asked, close: () => void server.close() };
}

const test = base.extend<{ counting: Counting }>({
  counting: async ({}, use) => {
    const counting = await serveCounting();
    await use(counting);
    counting.close();
  },
});

async function visit(page: Page, address: string): Promise<void> {
  await page.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
  await page.goto(address);
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller)
      await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve));
  });
}

test('every file is fetched once, and the build of the core that this browser does not run is not', async ({
  page,
  counting,
}) => {
  await visit(page, counting.address);
  await drop(page, TS3M);
  expect(await quantize(page, 'Q4_0')).toBe(expectedSha256(TS3M, 'Q4_0'));
  expect(counting.asked.filter((path) => path.includes('.wasm'))).toHaveLength(2); // the parts of the core
  expect(counting.asked.filter((path) => path.includes('scalar'))).toEqual([]);
  expect(counting.asked.filter((path, index) => counting.asked.indexOf(path) !== index)).toEqual([]);
  expect(counting.asked.filter((path) => path.includes('?'))).toEqual([]);
  // The second visit asks for nothing but the service worker itself.
  const first = counting.asked.length;
  await page.reload();
  await expect(page.locator('.type-row').first()).toBeAttached();
  expect(counting.asked.slice(first).filter((path) => path !== '/service-worker.js')).toEqual([]);
});

test('a browser without SIMD fetches and keeps the scalar build, and only that', async ({
  playwright,
  launchOptions,
  counting,
}) => {
  const browser = await playwright.chromium.launch({
    ...launchOptions,
    args: [...(launchOptions.args ?? []), '--js-flags=--no-enable-sse4-1 --no-enable-ssse3 --no-enable-sse3'],
  });
  const page = await browser.newPage();
  await visit(page, counting.address);
  await expect(page.locator('.bottom')).toContainText('scalar kernels');
  expect(
    counting.asked.filter((path) => /nibble-.*(wasm|js)$/.test(path)).map((path) => path.includes('scalar')),
  ).toEqual([true, true, true]);
  counting.close();
  await page.context().setOffline(true);
  await page.reload();
  await expect(page.locator('.bottom')).toContainText('scalar kernels');
  await expect(page.locator('.type-row').first()).toBeAttached();
  await browser.close();
});

test('the calibration text is fetched when it is first asked for, once, and is there without a network then', async ({
  page,
  context,
  counting,
}) => {
  await visit(page, counting.address);
  const fetched = () => counting.asked.filter((path) => path.includes('calibration'));
  const textSha256 = () =>
    page.evaluate(async () => {
      const response = await fetch('calibration.txt');
      const digest = await crypto.subtle.digest('SHA-256', await response.arrayBuffer());
      return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    });
  expect(fetched()).toEqual([]);
  const expected = sha256Of(`${dist}/calibration.txt`);
  expect(await textSha256()).toBe(expected);
  expect(await textSha256()).toBe(expected);
  expect(fetched()).toEqual(['/calibration.txt']);
  counting.close();
  await context.setOffline(true);
  await page.reload();
  await expect(page.locator('.type-row').first()).toBeAttached();
  expect(await textSha256()).toBe(expected);
});

test('who has no model tries the one that ships with the page, fetched once, and without a network then', async ({
  page,
  context,
  counting,
}) => {
  await visit(page, counting.address);
  const fetched = () => counting.asked.filter((path) => path.includes('.gguf'));
  expect(fetched()).toEqual([]);
  const tryIt = page.getByRole('button', { name: 'Try it with a 6.58 MB story model' });
  await tryIt.click();
  await expect(page.locator('.model-name')).toHaveText(TS3M);
  expect(await quantize(page, 'Q4_0')).toBe(expectedSha256(TS3M, 'Q4_0'));
  counting.close();
  await context.setOffline(true);
  await page.reload();
  await goTo(page, 'Model');
  await tryIt.click();
  await expect(page.locator('.model-name')).toHaveText(TS3M);
  expect(fetched()).toEqual([`/${TS3M}`]);
});
