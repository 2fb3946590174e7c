/** The page's words: none of them stands outside of web/src/text, and every language says all that English says. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'vite';
import { describe, expect, test } from 'vitest';
import { loadCore } from '../src/core';
import { nodePlatform } from '../src/platform/node';
import { de } from '../src/text/de';
import { en, type Texts } from '../src/text/en';

const root = fileURLToPath(new URL('../src/', import.meta.url));

/** What looks like words and is none that a translator gets. */
const ALLOWED: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  'names and formulas that are the same in every language': [
    ...['Nibble', 'GGUF', 'CSV', 'SVG', 'PNG', 'RMSE', 'SHA-256', 'ZD', '−7 … 7', '−8 … 7', '10…', '… …'],
    ...['Σ E[a²]', '√(Σe² / Σw²)', '√(eᵀHe / wᵀHw)'],
  ],
  'what is said to the model of stories, which knows English': ['Once upon a time'],
  'documents, style sheets and selectors': [
    /^</,
    '&lt;',
    /^\s*:root \{/,
    '.chart-plot svg',
    '(prefers-reduced-motion: reduce)',
    /^a, button, input/,
    '600 …px …',
    'translate(…px, …px)',
  ],
  'kinds of numbers and blocks as the core calls them': [
    ...['shared scale', 'shared minimum', 'super-block with minima', 'scale and offset'],
  ],
  'options of the command line, and examples of names in files': [/^--[a-z-]+$/, 'ffn_down', 'general.name'],
  'what the core calls a container': ['Hugging Face folder'],
  'keys of the program': [
    'layer …',
    'comes in',
    'goes out',
    'state space',
    'a timing',
    'the last run',
    'codes by statistics',
    'byte …',
    ...['reading', 'measuring', 'divisors', 'formats', 'levels', 'groups'],
  ],
  'for who looks for a fault in the program': [
    'This page cannot be kept for use without a network:',
    'What was kept aside is no blob. This is a fault in the program.',
  ],
};

const OTHERS: readonly [name: string, words: Texts][] = [['German', de]];

/** Entries that are the same in English and in another language. */
const SAID_ALIKE: readonly string[] = [
  ...['common.pause', 'page.plan', 'parts.tensor'],
  ...[
    'parts.table.all',
    'model.entries',
    'plan.choice',
    'plan.memoryExample',
    'plan.roleTimes',
    'run.took',
    'run.tensorAs',
  ],
  ...['result.pair.change', 'result.pair.facts.rmse', 'result.pair.facts.tokensOf', 'result.report.rmse'],
  ...['result.figures.rmse', 'result.figures.reference', 'result.shelf.name', 'result.shelf.nameOf'],
  ...['answers.plusMinus', 'answers.perplexityOf', 'answers.try.original'],
  ...['compare.heads.rmse', 'compare.change', 'compare.figures.rmse'],
  ...['charts.errorHistogram.perDoubling', 'charts.feedbackErrors.rounding', 'charts.sizeError.tagged'],
  ...['outliers.activations.inputs', 'receipt.file', 'receipt.importanceOf', 'receipt.output', 'receipt.rmse'],
  ...['lab.tabs.block', 'lab.heads.rmse', 'lab.formats.plain', 'lab.editor.format', 'lab.fromModel.median'],
  ...['lab.blocks.range', 'lab.blocks.rangeOffset', 'lab.stage.bits', 'lab.stage.pause', 'lab.bits.region'],
  ...['lab.bits.float', 'lab.bits.formulas.offset', 'lab.bits.formulas.plain', 'lab.bits.reading'],
  ...['lab.analysis.format', 'lab.analysis.divisors.overMax7', 'lab.analysis.divisors.overExact'],
  ...['lab.analysis.divisors.count', 'lab.analysis.formats.absmax', 'lab.analysis.formats.grid'],
  ...['lab.analysis.levels.rmse', 'lab.feedback.pathError'],
  ...['glossary.gguf.word', 'glossary.rmse.word', 'glossary.checksum.word'],
];

const isAllowed = (text: string) =>
  Object.values(ALLOWED)
    .flat()
    .some((one) => (typeof one === 'string' ? one === text : one.test(text)));

interface Node {
  type: string;
  start: number;
  [key: string]: unknown;
}

const isNode = (value: unknown): value is Node => typeof (value as Node | null)?.type === 'string';

function childrenOf(node: Node): Node[] {
  return Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value]).filter(isNode));
}

function parsed(name: string, text: string): Node {
  const { program, errors } = parseSync(name, text);
  expect(errors, name).toEqual([]);
  return program as unknown as Node;
}

/** Attributes and properties whose text a person reads, whatever it is. */
const READ = new Set([
  ...[
    'title',
    'alt',
    'placeholder',
    'label',
    'aria-label',
    'aria-description',
    'aria-valuetext',
    'aria-roledescription',
  ],
  ...['hint', 'head', 'note', 'noun', 'meaning', 'definition', 'description', 'words', 'what', 'status'],
  ...['xTitle', 'yTitle', 'one', 'other', 'sentence'],
]);
/** Attributes with names of the style sheet, drawings and the like. */
const NOT_READ = new Set(['class', 'className', 'style', 'd', 'viewBox', 'transform', 'points', 'rel', 'key', 'id']);

const LETTERS = /\p{L}/u;
/** Two words in a row, one of them in small letters. */
const SENTENCE = /(?:\p{Ll}{2,}[,;:.]? \p{L}|\p{L}[,;:.]? \p{Ll}{2})/u;

function textOf(node: Node): string | null {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : null;
  if (node.type !== 'TemplateLiteral') return null;
  return (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked).join('…');
}

const nameOf = ({ name, value }: { name?: unknown; value?: unknown }) => String(name ?? value);

/** Words in a file of the page. */
function wordsIn(program: Node): string[] {
  const found: string[] = [];
  const visit = (node: Node, read: boolean) => {
    const text = node.type === 'JSXText' ? String(node.value).trim() : textOf(node);
    if (text !== null && (node.type === 'JSXText' || read ? LETTERS : SENTENCE).test(text.replaceAll('…', 'X')))
      found.push(text);
    if (node.type.startsWith('Import') || (node.type.startsWith('Export') && isNode(node.source))) return;
    if (node.type.startsWith('TS') && /Type|Interface/.test(node.type)) return;
    if (node.type === 'JSXAttribute') {
      const name = nameOf(node.name as object);
      if (!NOT_READ.has(name) && isNode(node.value)) visit(node.value, READ.has(name));
      return;
    }
    if (node.type === 'Property') {
      const read = node.computed !== true && READ.has(nameOf(node.key as object));
      visit(node.value as Node, read);
      return;
    }
    // What an attribute or property chooses among is read, too; what a call is given may be a key.
    const passes = ['JSXExpressionContainer', 'ConditionalExpression', 'LogicalExpression', 'BinaryExpression'];
    const parts = node.type === 'ConditionalExpression' ? [node.consequent, node.alternate] : childrenOf(node);
    if (node.type === 'ConditionalExpression') visit(node.test as Node, false);
    for (const child of parts.filter(isNode)) visit(child, read && passes.includes(node.type));
  };
  visit(program, false);
  return found;
}

describe('words stand in web/src/text only', () => {
  const files = ['app', 'charts'].flatMap((folder) =>
    readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
      .map((name) => `${folder}/${name}`),
  );

  test('of every file of the page and its charts', () => {
    expect(files.length).toBeGreaterThan(150);
    const words = files.flatMap((file) => {
      const found = wordsIn(parsed(file, readFileSync(root + file, 'utf8')));
      return found.filter((text) => !isAllowed(text)).map((text) => `${file}: ${text}`);
    });
    expect(words).toEqual([]);
  });

  test.each([
    ['text of an element', '<p>Stop</p>', ['Stop']],
    ['an attribute that is read', '<p title="Stop" class="button small">{1}</p>', ['Stop']],
    ['a choice', "<p aria-label={on ? 'Stop' : `Go on ${1}`} />", ['Stop', 'Go on …']],
    ['a property that is read', "const column = { title: 'name', key: 'name' };", ['name']],
    ['a sentence', "tell('It is in use', kind === 'word');", ['It is in use']],
    ['glue', '`${a} of ${b} tensors`', ['… of … tensors']],
    ['keys, classes and drawings', "<path class={on ? 'a b' : ''} d=\"M0 0\" data-kind='x' />", []],
  ])('%s is found', (_, code, found) => {
    expect(wordsIn(parsed('a.tsx', code))).toEqual(found);
  });
});

describe.each(OTHERS)('%s says all that English says', (_, words) => {
  type Entry = string | ((...values: never[]) => unknown);
  const entriesOf = (texts: object, path = ''): [string, Entry][] =>
    Object.entries(texts).flatMap(([key, value]: [string, Entry | object]) =>
      typeof value === 'object' ? entriesOf(value, `${path}${key}.`) : [[path + key, value]],
    );
  const english = new Map(entriesOf(en));
  const ofCore = (path: string) => path.startsWith('plan.typeSummaries.');
  const other = new Map(entriesOf(words).filter(([path]) => !ofCore(path)));

  /** The names of the elements that a sentence has in it: {name} or {name|words}, in functions, too. */
  const placeholders = (entry: Entry) =>
    [...new Set([...String(entry).matchAll(/(?<!\$)\{(\w+)(?=[|}])/g)].map(([, name]) => name!))].sort();

  test('entry by entry, with the same elements in each', () => {
    expect(english.size).toBeGreaterThan(600);
    expect([...other.keys()].sort()).toEqual([...english.keys()].sort());
    const unlike = [...english].filter(
      ([path, entry]) => placeholders(entry).join() !== placeholders(other.get(path)!).join(),
    );
    expect(unlike.map(([path]) => path)).toEqual([]);
    expect(placeholders(() => `{size}, ${1} {bits|bits}`)).toEqual(['bits', 'size']);
  });

  test('what the core says of each file type, and of no other', async () => {
    const { fileTypes } = await loadCore(nodePlatform);
    expect(Object.keys(words.plan.typeSummaries).sort()).toEqual(fileTypes.map(({ name }) => name).sort());
  });

  test('nothing is empty, and what is said as in English is a name or has no words', () => {
    const empty = [...english, ...other].filter(([, entry]) => typeof entry === 'string' && entry === '');
    expect(empty.map(([path]) => path)).toEqual([]);
    const same = [...other].filter(([path, entry]) => String(entry) === String(english.get(path)));
    expect(same.map(([path]) => path).filter((path) => !SAID_ALIKE.includes(path))).toEqual([]);
  });
});
