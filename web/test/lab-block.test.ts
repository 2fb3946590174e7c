/** The block as text and as a link. */
import { beforeAll, expect, test } from 'vitest';
import { type Bench, FIRST_BENCH, formatOf, type LabLists, listsOf } from '../src/app/lab/block';
import { pickOf, runsOf } from '../src/app/lab/block-figures';
import { FIRST_LOOK, linkOf as linkWith, type Look, readLink as readWith } from '../src/app/lab/block-link';
import { parseNumbers, shortFloat } from '../src/app/lab/numbers';
import { loadCore } from '../src/core';
import type { LevelPreset } from '../src/core/types';
import { nodePlatform } from '../src/platform/node';

let lists: LabLists;
beforeAll(async () => {
  const core = await loadCore(nodePlatform);
  lists = listsOf(core.formats, JSON.parse(core.module.levelPresets()) as LevelPreset[]);
});
const linkOf = (bench: Bench, look?: Look) => linkWith(bench, lists, look);
const readLink = (hash: string) => readWith(hash, lists);

test('the lists are those of the core: every format with a scale to search, every list of levels once', () => {
  const format = (name: string) => formatOf({ ...FIRST_BENCH, format: name }, lists);
  expect(format('q4_0').label).toBe('Q4_0: −8 … 7, a half float');
  expect(format('q4_K')).toEqual({
    name: 'q4_K',
    label: 'Q4_K, one sub-block: 0 … 15 and a minimum',
    runLength: 32,
    levels: 16,
    affine: true,
    superBlock: 256,
  });
  expect(format('nvfp4')).toMatchObject({ runLength: 16, levels: 15, affine: false, superBlock: null });
  expect(format('q5_1').label).toContain('0 … 31 and an offset');
  expect(lists.formats.map(({ name }) => name)).not.toContain('tq1_0');
  expect(lists.presets.map(({ name }) => name)).toEqual(['seven', 'eight', 'nf4', 'fp4', 'hand', 'iq4_nl']);
});

test('numbers are read with anything between them', () => {
  expect(parseNumbers('0.1, 0.2;\n[-.3]\t+6e-1 \u22121', 1, 256).values).toEqual([0.1, 0.2, -0.3, 0.6, -1]);
});

test('what is not a number is named', () => {
  expect(parseNumbers('0.1 nan', 1, 256).problem).toBe('“nan” is not a number.');
  expect(parseNumbers('', 1, 256).problem).toContain('There are 0 numbers');
  expect(parseNumbers('1 '.repeat(257), 1, 256).problem).toContain('257');
  expect(parseNumbers('1 1e39', 1, 256).problem).toContain('Number 2');
});

test.each<[string, number[]]>([
  ['0,1 0,2', [0.1, 0.2]],
  ['0,1; 0,2', [0.1, 0.2]],
  ['0,1;0,2', [0.1, 0.2]],
  ['0,1, 0,2', [0.1, 0.2]],
  ['0,1, 0,2,', [0.1, 0.2]],
  ['-0,5\n1 0,25', [-0.5, 1, 0.25]],
  ['\u22121,5e-3\t2,5E-3', [-0.0015, 0.0025]],
  ['1,234 0,5', [1.234, 0.5]],
])('commas that can only be decimal signs are: %j', (text, values) => {
  const parsed = parseNumbers(text, 1, 256);
  expect(parsed).toMatchObject({ values, problem: null });
  expect(parsed).toHaveProperty('understood', `Commas read as decimal signs: ${values.join('  ')}`);
});

test.each<[string, number[], string | null]>([
  ['0.1, 0.2', [0.1, 0.2], null],
  ['1, 2, 3', [1, 2, 3], null],
  ['1 ,2 ,3', [1, 2, 3], null],
  ['1,,2,-3', [1, 2, -3], null],
  ['.5,-.25', [0.5, -0.25], null],
  ['0.1,0.2', [0.1, 0.2], 'Commas read as separators: 0.1  0.2'],
  ['0.1,0.2 3,4', [0.1, 0.2, 3, 4], 'Commas read as separators: 0.1  0.2  3  4'],
  ['1e-3,2e-3', [0.001, 0.002], 'Commas read as separators: 0.001  0.002'],
  ['1,2,3', [1, 2, 3], 'Commas read as separators: 1  2  3'],
  ['1,2,3\n4,5', [1, 2, 3, 4, 5], 'Commas read as separators: 1  2  3  4  5'],
  ['1,2,3,4,5,6,7,8', [1, 2, 3, 4, 5, 6, 7, 8], 'Commas read as separators: 1  2  3  4  5  6 and 2 more'],
])('commas that can only be separators are: %j', (text, values, understood) => {
  expect(parseNumbers(text, 1, 256)).toEqual({ values, problem: null, understood });
});

test.each<[string, string]>([
  ['0,1', '“0,1” can be read as 0.1 or as 0 and 1: write “0.1” or “0; 1”.'],
  ['0.1 0,2', '“0,2” can be read as 0.2 or as 0 and 2: write “0.2” or “0; 2”.'],
  ['1, 2,3', '“2,3” can be read as 2.3 or as 2 and 3: write “2.3” or “2; 3”.'],
  ['1,234 2,345', '“1,234” can be read as 1234 or as 1 and 234: write “1234” or “1; 234”.'],
  ['1,234,567 0.5', '“1,234,567” can be read as 1234567 or as 1 and 234 and 567: write “1234567” or “1; 234; 567”.'],
  ['1,234.5 2', '“1,234.5” can be read as 1234.5 or as 1 and 234.5: write “1234.5” or “1; 234.5”.'],
  ['1.234,5 2', '“1.234,5” can be read as 1234.5 or as 1.234 and 5: write “1234.5” or “1.234; 5”.'],
])('commas that can be read in two ways are asked about: %j', (text, problem) => {
  expect(parseNumbers(text, 1, 256)).toEqual({ values: null, problem });
});

test('a float is written as short as it can be', () => {
  expect(shortFloat(Math.fround(0.1))).toBe('0.1');
  expect(shortFloat(-1e-7)).toBe('-1e-7');
  for (const value of [Math.PI, 1 / 3, 3.4e38, 1e-45])
    expect(Math.fround(Number(shortFloat(value)))).toBe(Math.fround(value));
});

test('a block survives its link', () => {
  const benches: Bench[] = [
    FIRST_BENCH,
    { ...FIRST_BENCH, weights: [-1e-7, 3, 0.25], importance: [0, 1, 2.5], format: 'q4_0' },
    { ...FIRST_BENCH, levels: [-3, 0.5, 9], storage: 'real' },
    { ...FIRST_BENCH, levels: lists.presets[4]?.levels ?? [], storage: 'ue4m3' },
    { ...FIRST_BENCH, format: 'q4_K', superNumbers: { superScale: 0.0123, superMinimum: 0.5 } },
    { ...FIRST_BENCH, format: 'q6_K', superNumbers: { superScale: -0.25, superMinimum: null } },
  ];
  for (const bench of benches)
    expect(readLink(`#${linkOf(bench)}`)).toEqual({ bench, look: FIRST_LOOK, problem: null });
});

test('a link says how the block is looked at, to the last digit', () => {
  const looks: Look[] = [
    { ...FIRST_LOOK, method: 'exact' },
    { ...FIRST_LOOK, method: 'table8', candidate: 0, below: 'bits' },
    { ...FIRST_LOOK, at: { scale: -0.085693359375, offset: 0 }, span: { low: 0.1 + 0.2, high: 1 / 3 } },
    { ...FIRST_LOOK, at: { scale: 1e-7, offset: -0.3 }, offsets: { low: -1, high: 0 }, tab: 'levels', story: 6 },
    { ...FIRST_LOOK, projecting: true },
  ];
  for (const look of looks)
    expect(readLink(`#${linkOf(FIRST_BENCH, look)}`)).toEqual({ bench: FIRST_BENCH, look, problem: null });
  const problem = (link: string) => readLink(`#lab:w=1;${link}`)?.problem;
  expect(problem('t=attic')).toContain('it asks for the view “attic”, which the Lab does not know');
  expect(problem('c=0')).toContain('“0” is no candidate.');
  expect(problem('p=x')).toContain('“x” among its numbers of a step of the story is not a number');
  expect(problem('z=2,1')).toContain('the ends of its scales are 2 and 1, in which nothing lies');
  expect(problem('x=1,2,3')).toContain('it has 3 numbers on show where 1 to 2 are needed');
});

test('in a link commas always separate, escaped or not', () => {
  expect(readLink('#lab:w=1,2')?.bench?.weights).toEqual([1, 2]);
  expect(readLink('#lab:w=1,234,567')?.bench?.weights).toEqual([1, 234, 567]);
  expect(readLink('#lab:w=0.1%2C0.2%3Bf=q8_0')?.bench).toMatchObject({ weights: [0.1, 0.2], format: 'q8_0' });
});

test('links that are something else are none, and of those that show no block it is said why', () => {
  expect(readLink('#plan')).toBeNull();
  const problem = (link: string) => readLink(link)?.problem;
  expect(problem('#lab:w=;f=q4_0')).toBe('The link shows no block: it has 0 weights where 1 to 256 are needed.');
  expect(problem('#lab:')).toContain('it has 0 weights');
  expect(problem('#lab:w=1,abc')).toContain('“abc” among its weights is not a number');
  expect(problem('#lab:w=1,2;i=1')).toContain('it has 1 numbers of importance where 2 are needed');
  expect(problem('#lab:w=1;f=q9_9')).toContain('it asks for the format “q9_9”, which the Lab does not know');
  expect(problem('#lab:w=1;s=f8')).toContain('way to store a scale “f8”');
  expect(problem(`#lab:w=${'1,'.repeat(4000)}`)).toContain('longer than 6000');
  expect(
    linkOf({ ...FIRST_BENCH, weights: Array(256).fill(1.2345678e-12), importance: Array(256).fill(1.2345678e-12) })
      ?.length ?? 0,
  ).toBeLessThanOrEqual(6000);
});

test('all blocks are measured in runs; of too many a sample that reaches both ends', () => {
  expect(runsOf(0, 8192)).toEqual([]);
  expect(runsOf(1500, 8192)).toEqual([
    { first: 0, count: 1024 },
    { first: 1024, count: 476 },
  ]);
  const sample = runsOf(100_001, 8192);
  expect(sample.reduce((sum, { count }) => sum + count, 0)).toBe(8192);
  expect(sample[0]?.first).toBe(0);
  const last = sample[sample.length - 1]!;
  expect(last.first + last.count).toBe(100_001);
  sample.reduce((before, run) => {
    expect(run.first).toBeGreaterThanOrEqual(before.first + before.count);
    return run;
  });
});

test('the worst, the middle and the most peaked block; blocks of zeros are none of them', () => {
  const figures = {
    blocks: Uint32Array.of(7, 8, 9, 10),
    total: 4,
    ranges: Float32Array.of(1, 2, 3, 0),
    peaks: Float32Array.of(1.5, 4, 2, 0),
    errors: new Map([['grid', Float32Array.of(0.3, 0.1, 0.2, 0)]]),
  };
  expect(pickOf(figures, 'grid', 'worst')).toBe(0);
  expect(pickOf(figures, 'grid', 'median')).toBe(2);
  expect(pickOf(figures, 'grid', 'outlier')).toBe(1);
  expect(pickOf({ ...figures, peaks: new Float32Array(4) }, 'grid', 'worst')).toBeNull();
});
