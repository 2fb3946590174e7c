import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { build, defineConfig, type Plugin } from 'vite';
import { getManifest } from 'workbox-build';
import { scalarModuleIfBuilt } from './scalar-module.ts';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

/** In `public`: a model for people who have none. */
const SAMPLE_MODEL = 'ts3m-F16.gguf';

/** Nothing may be fetched from elsewhere: this page's own files, WebAssembly, and blobs it made itself. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:", // llama.cpp's build makes its worker of a text it carries
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Only in the build: the development server injects inline scripts. It must come before anything it governs. */
function securityPolicy(): Plugin {
  return {
    name: 'security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
        injectTo: 'head-prepend',
      },
    ],
  };
}

/** Fetched when the page first asks for one, and kept from then on: most visits need none. */
const isOnDemand = (url: string) => ['calibration.txt', SAMPLE_MODEL].includes(url) || /^assets\/w?llama-/.test(url);

/** After the build: a service worker that knows every file of the page. */
function offline(): Plugin {
  let outDir = 'dist';
  return {
    name: 'offline',
    apply: 'build',
    configResolved: (config) => {
      outDir = config.build.outDir;
    },
    closeBundle: async () => {
      const { manifestEntries, warnings } = await getManifest({
        globDirectory: outDir,
        globPatterns: ['**/*'],
        globIgnores: ['service-worker.js'],
        dontCacheBustURLsMatching: /^assets\//, // their names hold a hash
        maximumFileSizeToCacheInBytes: 64e6,
      });
      if (warnings.length > 0) throw new Error(warnings.join('\n'));
      const sha256 = (url: string) =>
        createHash('sha256')
          .update(readFileSync(`${outDir}/${url}`))
          .digest('base64');
      const files = manifestEntries.map(({ url, revision }) => ({
        url: url === 'index.html' ? './' : url, // as browsers ask for it
        revision: revision === null && !isOnDemand(url) ? null : sha256(url),
      }));
      await build({
        configFile: false,
        publicDir: false,
        logLevel: 'warn',
        define: {
          __PAGE_FILES__: JSON.stringify(files.filter(({ url }) => !isOnDemand(url))),
          __FILES_ON_DEMAND__: JSON.stringify(files.filter(({ url }) => isOnDemand(url))),
          'process.env.NODE_ENV': '"production"',
        },
        build: {
          target: 'es2022',
          outDir,
          emptyOutDir: false,
          lib: {
            entry: 'src/service-worker.ts',
            formats: ['iife'],
            name: 'worker',
            fileName: () => 'service-worker.js',
          },
        },
      });
    },
  };
}

// The page: static files that work from any folder of any host.
export default defineConfig({
  base: './',
  define: {
    __NIBBLE_VERSION__: JSON.stringify(version),
    __SAMPLE_MODEL__: JSON.stringify({
      name: SAMPLE_MODEL,
      bytes: statSync(new URL(`public/${SAMPLE_MODEL}`, import.meta.url)).size,
    }),
  },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  worker: { format: 'es', plugins: () => [scalarModuleIfBuilt()] },
  plugins: [scalarModuleIfBuilt(), securityPolicy(), offline()],
});
