/**
 * A plain static host for the tests: web/dist at / and at /sub/path/, and beside them what the tests' own pages need.
 * No special headers, as on any static host.
 */
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
/** The longest prefix that fits decides. */
const folders = [
  ['/wllama/', join(here, '../node_modules/@wllama/wllama/esm')],
  ['/pages/', join(here, 'pages')],
  ['/models/', join(here, '../../tests/data')],
  ['/copy/', join(here, '../test-results/copy')],
  ['/sub/path/', join(here, '../dist')],
  ['/', join(here, '../dist')],
];
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const [prefix, folder] = folders.find(([start]) => pathname.startsWith(start));
  const inside = normalize(decodeURIComponent(pathname.slice(prefix.length))) || '.';
  const path = join(folder, inside.endsWith('/') || inside === '.' ? `${inside}/index.html` : inside);
  const file = path.startsWith(folder) ? statSync(path, { throwIfNoEntry: false }) : undefined;
  if (!file?.isFile()) {
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not found');
    return;
  }
  response.writeHead(200, {
    'Content-Type': types[extname(path)] ?? 'application/octet-stream',
    'Content-Length': file.size,
  });
  createReadStream(path).pipe(response);
});
server.listen(Number(process.argv[2] ?? 4173), 'localhost');
