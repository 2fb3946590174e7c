import { existsSync } from 'node:fs';
import type { Plugin } from 'vite';

const missing = '\0scalar-module/';

/**
 * Lets the page be built without the module for browsers without SIMD, which scripts/serve leaves out to be there
 * sooner. The address of its code is empty then, and the page says what is missing where a browser needs it.
 */
export function scalarModuleIfBuilt(): Plugin {
  const isBuilt = existsSync(new URL('src/wasm/generated/nibble-scalar.wasm', import.meta.url));
  return {
    name: 'scalar-module',
    enforce: 'pre',
    resolveId: (id) =>
      !isBuilt && /generated\/nibble-scalar[.-]/.test(id) ? missing + id.split('.').pop() : undefined,
    load: (id) => (id.startsWith(missing) ? 'export default "";' : undefined),
  };
}
