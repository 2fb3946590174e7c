import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };

/** Puts the wasm files, and the text that comes with the program, beside the code that reads them. */
function wasmFiles(): Plugin {
  return {
    name: 'wasm-files',
    buildStart() {
      const files = {
        'nibble-whole.wasm': 'src/wasm/generated',
        'nibble-scalar-whole.wasm': 'src/wasm/generated',
        'calibration.txt': 'public',
      };
      for (const [fileName, folder] of Object.entries(files)) {
        const source = readFileSync(new URL(`${folder}/${fileName}`, import.meta.url));
        this.emitFile({ type: 'asset', fileName, source });
      }
    },
  };
}

// The command line: the same core and pipeline for Node, with its worker and wasm files beside it.
export default defineConfig({
  publicDir: false,
  plugins: [wasmFiles()],
  define: { NIBBLE_VERSION: JSON.stringify(version), NIBBLE_BUILT: 'true' },
  build: {
    target: 'node20',
    ssr: true,
    ssrEmitAssets: true,
    outDir: 'dist-cli',
    emptyOutDir: true,
    rollupOptions: {
      input: { nibble: 'src/cli/main.ts', 'node-worker': 'src/worker/node-worker.ts' },
      output: {
        entryFileNames: '[name].js',
        banner: (chunk) => (chunk.name === 'nibble' ? '#!/usr/bin/env node' : ''),
      },
    },
  },
  ssr: { noExternal: true },
});
