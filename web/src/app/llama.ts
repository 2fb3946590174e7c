/** llama.cpp in WebAssembly. A chunk of its own, fetched when it is asked for; vite.config.ts knows it by its name. */
export { LoggerWithoutDebug, Wllama } from '@wllama/wllama/esm/index.js';
export { default as llamaUrl } from '@wllama/wllama/esm/wasm/wllama.wasm?url';
