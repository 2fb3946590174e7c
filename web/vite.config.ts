import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';
import { generateSW } from 'workbox-build';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

/** Nothing may be fetched from elsewhere: this page's own files, WebAssembly, and blobs it made itself. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
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

/** After the build: a service worker that keeps every file of the page, so that it opens without a network. */
function offline(): Plugin {
  let outDir = 'dist';
  return {
    name: 'offline',
    apply: 'build',
    configResolved: (config) => {
      outDir = config.build.outDir;
    },
    closeBundle: async () => {
      const { warnings } = await generateSW({
        globDirectory: outDir,
        globPatterns: ['**/*'],
        swDest: `${outDir}/service-worker.js`,
        inlineWorkboxRuntime: true,
        sourcemap: false,
        mode: 'production',
        clientsClaim: true, // the first visit is already kept
        skipWaiting: false, // an update waits until the person asks for it or every tab is closed
        cleanupOutdatedCaches: true,
        maximumFileSizeToCacheInBytes: 64e6,
      });
      if (warnings.length > 0) throw new Error(warnings.join('\n'));
    },
  };
}

// The page: static files that work from any folder of any host.
export default defineConfig({
  base: './',
  define: { __NIBBLE_VERSION__: JSON.stringify(version) },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  worker: { format: 'es' },
  plugins: [securityPolicy(), offline()],
});
