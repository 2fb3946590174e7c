/** The tree of a model's tensors: order, sums, what a filter leaves, and how long it takes. */
import { expect, test } from 'vitest';
import { type Branch, matching, opensFirst, type Row, rowsOf, treeOf } from '../src/app/model/tree';
import type { Role, TensorInfo } from '../src/core/types';

function tensor(name: string, role: Role = 'other', type = 'f16', bytes = 2): TensorInfo {
  const layer = /^blk\.(\d+)\./.exec(name);
  return {
    name,
    role,
    type,
    bytes,
    shape: [1],
    stored: type,
    dtype: type,
    weights: 1,
    file: 0,
    offset: 0,
    add: 0,
    layer: layer ? Number(layer[1]) : null,
  };
}

const layer = (number: number) => [
  tensor(`blk.${number}.ffn_down.weight`, 'down'),
  tensor(`blk.${number}.ffn_norm.weight`, 'norm', 'f32', 4),
  tensor(`blk.${number}.attn_output.weight`, 'o'),
  tensor(`blk.${number}.attn_q.weight`, 'q'),
  tensor(`blk.${number}.attn_norm.weight`, 'norm', 'f32', 4),
  tensor(`blk.${number}.post_attention_norm.weight`, 'norm', 'f32', 4),
  tensor(`blk.${number}.ssm_a`),
];
const MODEL = [
  tensor('output.weight', 'output'),
  tensor('output_norm.weight', 'norm', 'f32', 4),
  ...layer(10),
  ...layer(2),
  tensor('token_embd.weight', 'token_embd'),
];

const shown = (rows: Row[]) => rows.map((row) => ('branch' in row ? `[${row.branch.title}]` : row.name));

test('as data flows: in, layers by number, norms before what reads them, out', () => {
  expect(shown(rowsOf(treeOf(MODEL), () => true))).toEqual([
    '[comes in]',
    'token_embd.weight',
    ...['[layer 2]', '[layer 10]'].flatMap((title) => [
      title,
      '[attention]',
      'attn_norm.weight',
      'post_attention_norm.weight',
      'attn_q.weight',
      'attn_output.weight',
      '[state space]',
      'ssm_a',
      '[feed-forward]',
      'ffn_norm.weight',
      'ffn_down.weight',
    ]),
    '[goes out]',
    'output_norm.weight',
    'output.weight',
  ]);
});

test('a branch has the sums of what is under it', () => {
  const second = treeOf(MODEL)[1] as Branch;
  expect(second).toMatchObject({ title: 'layer 2', tensors: 7, weights: 7, bytes: 20, types: 'f16 ×4, f32 ×3' });
});

test('a network without layers is divided at the dots of its names', () => {
  const rows = rowsOf(treeOf([tensor('encoder.0.weight'), tensor('encoder.0.bias'), tensor('scale')]), () => true);
  expect(shown(rows)).toEqual(['[encoder]', '[0]', 'weight', 'bias', 'scale']);
});

test('what is looked for stands open, and nothing else is left', () => {
  const texts = MODEL.map(({ name, type }) => `${name} ${type}`);
  const tree = treeOf(MODEL);
  const found = matching(MODEL, texts, ' Attn F32 ');
  expect(shown(rowsOf(tree, () => false, found))).toEqual([
    '[layer 2]',
    '[attention]',
    'attn_norm.weight',
    '[layer 10]',
    '[attention]',
    'attn_norm.weight',
  ]);
  expect(matching(MODEL, texts, '  ')).toBe(null);
  expect(rowsOf(tree, () => true, new Set())).toEqual([]);
});

test('layers are closed in a model of many tensors, and their parts are not', () => {
  const tree = treeOf(MODEL);
  expect(rowsOf(tree, (branch) => opensFirst(branch, 1000))).toHaveLength(4);
  const [first] = tree as Branch[];
  expect([opensFirst(first!, MODEL.length), opensFirst({ ...first!, depth: 1 }, 1000)]).toEqual([true, true]);
});

test('a hundred thousand tensors take no time that grows with their square, and closed layers few rows', () => {
  const many = Array.from({ length: 14_286 }, (_, number) => layer(number)).flat();
  expect(many.length).toBeGreaterThan(100_000);
  const begun = performance.now();
  const tree = treeOf(many);
  const rows = rowsOf(tree, (branch) => opensFirst(branch, many.length));
  const open = rowsOf(tree, () => true);
  expect(performance.now() - begun).toBeLessThan(5000);
  expect([rows.length, open.length]).toEqual([14_286, 14_286 * 11]);
});
