/** What the page needs of a browser, as far as it can be missing where the page's script runs at all. */
import { texts } from '../text/texts';

/** True where a worker can be a module. Asked without starting one: the address is none. */
function hasModuleWorkers(): boolean {
  let asked = false;
  try {
    new Worker('http://:', {
      get type(): WorkerType {
        asked = true;
        return 'module';
      },
    }).terminate();
  } catch {
    // No such address. The kind was looked at before, where it counts.
  }
  return asked;
}

/** Names of what is missing; none when the page can work. */
export function missingFeatures(): string[] {
  const missing: string[] = [];
  if (typeof WebAssembly !== 'object' || typeof WebAssembly.validate !== 'function') missing.push('WebAssembly');
  if (typeof Worker !== 'function') missing.push(texts().page.unsupported.webWorkers);
  else if (!hasModuleWorkers()) missing.push(texts().page.unsupported.moduleWorkers);
  return missing;
}
