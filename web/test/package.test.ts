/** The command line as a package: it needs Node and nothing else, neither a compiler nor other packages. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { testData } from './support/real';

const web = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'nibble-'));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (program: string, words: string[], cwd: string) =>
  execFileSync(program, words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

describe('npm pack', () => {
  it('makes a package that is installed without a network and writes the bytes of llama-quantize', () => {
    const packed = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], web);
    const [{ filename, files }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
    const strays = files.map(({ path }) => path).filter((path) => !/^(dist-cli\/|package\.json$)/.test(path));
    expect(strays).toEqual([]);

    run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--prefix', folder, join(folder, filename)], folder);
    const nibble = join(folder, 'node_modules/.bin/nibble');
    run(nibble, ['quantize', testData('ts3m-F16.gguf'), 'out.gguf', 'Q4_K_M'], folder);
    const vectors = JSON.parse(readFileSync(testData('llama-quantize-sha256.json'), 'utf8')) as {
      input: string;
      type: string;
      options: string[];
      sha256: string;
    }[];
    const { sha256 } = vectors.find(
      ({ input, type, options }) => input === 'ts3m-F16.gguf' && type === 'Q4_K_M' && options.length === 0,
    )!;
    expect(
      createHash('sha256')
        .update(readFileSync(join(folder, 'out.gguf')))
        .digest('hex'),
    ).toBe(sha256);
  }, 120_000);
});
