import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** Builds the command line, whose worker file the tests of the real pipeline start and whose program they run. */
export default async function setup(): Promise<void> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  await build({ root, configFile: `${root}vite.cli.config.ts`, logLevel: 'warn' });
}
