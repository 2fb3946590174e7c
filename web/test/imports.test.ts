import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** Who imports whom in web/src, types included. */

const root = fileURLToPath(new URL('../src/', import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (path) => /\.tsx?$/.test(path) && !path.includes('generated'),
);
const known = new Set(files);

const imports = new Map(
  files.map((file) => {
    const named = readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import\(|^import) ?'(\.[^']+)'/gm);
    const found = [...named].flatMap(([, path]) => {
      const start = normalize(join(dirname(file), path!));
      return ['', '.ts', '.tsx', '.d.ts', '/index.ts'].map((end) => start + end).filter((name) => known.has(name));
    });
    return [file, [...new Set(found)]] as const;
  }),
);

/** A way from a file back to itself; null when there is none. */
function circleFrom(start: string): string[] | null {
  const seen = new Set<string>();
  const follow = (path: string[]): string[] | null => {
    for (const next of imports.get(path.at(-1)!)!) {
      if (next === start) return [...path, next];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = follow([...path, next]);
      if (found) return found;
    }
    return null;
  };
  return follow([start]);
}

test('files do not import one another in circles', () => {
  expect([...imports.values()].flat().length).toBeGreaterThan(500);
  const circles = files.flatMap((file) => circleFrom(file)?.join(' > ') ?? []);
  expect(circles).toEqual([]);
});

test('the pipeline imports nothing but the module, which imports nothing of it', () => {
  const roomsOf = (room: string) =>
    new Set(
      files
        .filter((file) => file.startsWith(`${room}/`))
        .flatMap((file) => imports.get(file)!.map((other) => other.slice(0, other.indexOf('/')))),
    );
  expect([...roomsOf('core')].sort()).toEqual(['core', 'wasm']);
  expect([...roomsOf('wasm')].sort()).toEqual(['wasm']);
});
