import { defineConfig } from 'vite';

// The command line: the same core and pipeline for Node, with its worker and wasm files beside it.
export default defineConfig({
  publicDir: false,
  build: {
    target: 'node20',
    ssr: true,
    outDir: 'dist-cli',
    emptyOutDir: true,
    rollupOptions: {
      input: { nibble: 'src/cli/main.ts', 'node-worker': 'src/worker/node-worker.ts' },
      output: { entryFileNames: '[name].js' },
    },
  },
  ssr: { noExternal: true },
});
