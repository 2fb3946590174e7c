/** The glossary: every word in it is somewhere on the page, and says what it means in whole sentences. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { DEFINITIONS, definitionsFor, GLOSSARY } from '../src/text/glossary';

const app = fileURLToPath(new URL('../src/app/', import.meta.url));
const page = readdirSync(app, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => readFileSync(app + name, 'utf8'))
  .join('\n');

test('every word is shown somewhere', () => {
  const unused = Object.keys(GLOSSARY).filter(
    (id) => !page.includes(`of="${id}"`) && !page.includes(`GLOSSARY.${id}.`),
  );
  expect(unused).toEqual([]);
});

test('every figure that is defined is shown somewhere', () => {
  const names = { first: 'the original', second: 'the output' };
  const unused = [
    ...Object.keys(DEFINITIONS).filter((id) => !page.includes(`DEFINITIONS.${id}`)),
    ...Object.keys(definitionsFor(names)).filter((id) => !page.includes(`definitions.${id}`)),
  ];
  expect(unused).toEqual([]);
});

test('meanings are sentences, short enough to be read at a glance', () => {
  for (const { word, means } of Object.values(GLOSSARY)) {
    expect(means, word).toMatch(/^[A-Z0-9].*[.)]$/s);
    expect(means.length, word).toBeLessThan(330);
  }
});
