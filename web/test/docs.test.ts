/** What the documents name is there, and the rooms they describe are the rooms there are. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const pages = [
  'README.md',
  'CHANGELOG.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const architecture = read('docs/architecture.md');

/** What the build makes, and is not in the repository. */
const generated = ['web/dist', 'web/dist-cli', 'web/src/wasm/generated'];
const isGenerated = (path: string) => generated.some((folder) => path === folder || path.startsWith(`${folder}/`));

/** Paths from the repository's root, in text and in code. */
function pathsIn(text: string): string[] {
  const found = text.matchAll(/(?<![\w/.-])(?:src|web|tests|scripts|docs|\.ci)\/[\w.\-/]*[\w]/g);
  return [...new Set([...found].map(([path]) => path))];
}
/** Targets of links within the repository, from its root. */
function linksIn(page: string): string[] {
  const found = read(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g);
  return [...found].map(([, target]) => join(dirname(page), target!));
}
/** NAME stands for something new: its folder must be there. */
const existing = (path: string) => (path.includes('NAME') ? dirname(path) : path);

describe.each(pages)('%s', (page) => {
  test('names files that exist', () => {
    const missing = [...pathsIn(read(page)), ...linksIn(page)].filter(
      (path) => !isGenerated(path) && !existsSync(join(root, existing(path))),
    );
    expect(missing).toEqual([]);
  });

  test('links to headings that exist', () => {
    const slug = (heading: string) =>
      heading
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .trim()
        .replace(/\s/g, '-');
    const headings = (path: string) => [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => slug(heading!));
    const links = [...read(page).matchAll(/\]\(([^)#:]*)#([^)]+)\)/g)].map(([, file, heading]) => ({
      path: file ? join(dirname(page), file) : page,
      heading: heading!,
    }));
    expect(links.filter(({ path, heading }) => !headings(path).includes(heading))).toEqual([]);
  });
});

test('tests and functions named by the documents exist', () => {
  const text = pages.map(read).join('\n');
  const sources = (folder: string) =>
    execFileSync('git', ['ls-files', folder], { cwd: root, encoding: 'utf8' })
      .split('\n')
      .filter((path) => /\.(cpp|h|inl)$/.test(path))
      .map(read)
      .join('\n');
  const core = sources('tests/core');
  const tests = [...text.matchAll(/`([A-Z]\w+)\.([A-Z]\w+)`/g)].map(([, suite, name]) => `${suite}, ${name}`);
  expect(tests.length).toBeGreaterThan(20);
  expect(tests.filter((name) => !new RegExp(`TEST(_P|_F)?\\(${name}\\)`).test(core))).toEqual([]);
  const code = sources('src');
  const functions = [...read('docs/searches.md').matchAll(/`(\w+)\(\)`/g)].map(([, name]) => name!);
  expect(functions.length).toBeGreaterThan(3);
  expect(functions.filter((name) => !new RegExp(`\\b${name}\\(`).test(code))).toEqual([]);
});

const foldersOf = (path: string) =>
  readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${path}/${name}`);

test('docs/dependencies.md lists what is installed, with its version and licence', () => {
  const { devDependencies } = JSON.parse(read('web/package.json')) as { devDependencies: Record<string, string> };
  const rows = [...read('docs/dependencies.md').matchAll(/^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|/gm)].slice(1);
  const listed = rows.flatMap(([, names, versions, licence]) =>
    names!.split(', ').map((name, i) => `${name} ${versions!.split(', ')[i] ?? ''} ${licence!}`),
  );
  const installed = Object.entries(devDependencies).map(([name, version]) => {
    const { license } = JSON.parse(read(`web/node_modules/${name}/package.json`)) as { license: string };
    return `${name} ${version} ${license}`;
  });
  expect(listed.filter((row) => !/^(package|---)/.test(row)).sort()).toEqual(installed.sort());
});

test('docs/architecture.md names every room', () => {
  const rooms = ['src', 'web/src', 'web/src/app'].flatMap(foldersOf);
  expect(rooms.filter((room) => !architecture.includes(`\`${room}\``))).toEqual([]);
});

const rooms = foldersOf('src').map((path) => path.slice('src/'.length));
/** The rooms whose headers a room's files include, but its own. */
const usedBy = (room: string): string[] => {
  const included = readdirSync(join(root, 'src', room))
    .filter((name) => /\.(cpp|h|inl)$/.test(name))
    .flatMap((name) => [...read(`src/${room}/${name}`).matchAll(/^#include "(\w+)\//gm)].map(([, other]) => other!));
  return [...new Set(included)].filter((other) => other !== room);
};

test('rooms include nothing but what docs/architecture.md says they use', () => {
  const uses = new Map(
    [...architecture.matchAll(/^\| `src\/(\w+)` \| [^|]* \| ([^|]*) \|/gm)].map(([, room, text]) => [room!, text!]),
  );
  expect([...uses.keys()].sort()).toEqual([...rooms].sort());
  const more = rooms.flatMap((room) => {
    const allowed = uses.get(room)!;
    if (allowed === 'all it binds') return [];
    return usedBy(room)
      .filter((other) => !new RegExp(`\\b${other}\\b`).test(allowed))
      .map((other) => `src/${room} includes ${other}`);
  });
  expect(more).toEqual([]);
});

test('no rooms know each other, not even through others', () => {
  const left = new Map(rooms.map((room) => [room, usedBy(room)]));
  const unused = () => [...left.keys()].filter((room) => ![...left.values()].some((uses) => uses.includes(room)));
  for (let top = unused(); top.length > 0; top = unused()) top.forEach((room) => left.delete(room));
  expect([...left.keys()]).toEqual([]);
});
