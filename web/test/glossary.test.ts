/** The glossary: every word in it is somewhere on the page, and says what it means in whole sentences. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { de } from '../src/text/de';
import { en } from '../src/text/en';

const app = fileURLToPath(new URL('../src/app/', import.meta.url));
const page = readdirSync(app, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => readFileSync(app + name, 'utf8'))
  .join('\n');

test('every word is shown somewhere', () => {
  const unused = Object.keys(en.glossary).filter(
    (id) => !page.includes(`of="${id}"`) && !page.includes(`term('${id}')`) && !page.includes(`glossary.${id}.`),
  );
  expect(unused).toEqual([]);
});

test('every figure that is defined is shown somewhere', () => {
  const names = { first: 'the original', second: 'the output' };
  const { answersOf, ...definitions } = en.definitions;
  const unused = Object.keys({ ...definitions, ...answersOf(names) }).filter(
    (id) => !page.includes(`definitions.${id}`),
  );
  expect(unused).toEqual([]);
});

test('meanings are sentences, short enough to be read at a glance', () => {
  for (const { word, means } of [...Object.values(en.glossary), ...Object.values(de.glossary)]) {
    expect(means, word).toMatch(/^[A-ZÄÖÜ0-9].*[.)]$/s);
    expect(means.length, word).toBeLessThan(330);
  }
});
