import type { NibbleModule } from './nibble';

interface ModuleOptions {
  /** Called with the imports; hands the instance to `done` whenever it is ready. */
  instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object;
  print?(line: string): void;
  printErr?(line: string): void;
}

export type ModuleFactory = (options: ModuleOptions) => Promise<NibbleModule>;
