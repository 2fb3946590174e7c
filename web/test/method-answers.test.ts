import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { bestMethodOf, worseAnswers, worseSentences, type WorseAnswers } from '../src/app/plan/method-answers';
import { loadCore, type Core } from '../src/core';
import { nodePlatform } from '../src/platform/node';

/** A cell of the table "Answers by method": what methods change of llama.cpp's divergence, in percent. */
interface Cell {
  model: string;
  importance: boolean;
  'lowest-error': number | null; // null: not measured, or the type has no such method
  unbiased: number | null;
}

const percentOf = (text: string) => (/%/.test(text) ? Number(text.replace('−', '-').replace('%', '').trim()) : null);

function tableOfQuality(): Map<string, Cell[]> {
  const text = readFileSync(new URL('../../docs/quality.md', import.meta.url), 'utf8');
  const section = text.slice(text.indexOf('## Answers by method'), text.indexOf('What follows from it'));
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const heads = rows[0]!.slice(1).map((head) => head.split(', '));
  return new Map(
    rows.slice(2).map(([type, ...cells]) => [
      type!.toLowerCase(),
      cells.map((cell, at) => {
        const [, lowest = '', unbiased = ''] = cell.split(' · ');
        const [model, importance] = heads[at]!;
        return {
          model: model!,
          importance: importance !== undefined,
          'lowest-error': percentOf(lowest),
          unbiased: percentOf(unbiased),
        };
      }),
    ]),
  );
}

describe('what the page says of answers by method', () => {
  const table = tableOfQuality();
  let core: Core;
  beforeAll(async () => {
    core = await loadCore(nodePlatform);
  });

  it('is what docs/quality.md measured', () => {
    expect(table.size).toBeGreaterThan(15);
    for (const method of ['lowest-error', 'unbiased'] as const) {
      const measured: Record<string, WorseAnswers[]> = {};
      for (const [type, cells] of table) {
        if (!core.formats.find(({ name }) => name.toLowerCase() === type)!.methods.includes(method)) continue;
        const worse = cells
          .filter((cell) => (cell[method] ?? 0) > 0)
          .map(({ model, importance, ...cell }) => ({ model, importance, percent: cell[method] }) as WorseAnswers);
        if (worse.length > 0) measured[type] = worse;
      }
      expect(worseAnswers[method]).toEqual(measured);
    }
  });

  it('asks by itself for the method that measured best in the smallest types', () => {
    for (const type of ['q2_k', 'q3_k', 'iq3_s']) {
      expect(bestMethodOf(type)).toBe('unbiased');
      for (const cell of table.get(type)!.filter(({ unbiased }) => unbiased !== null)) {
        expect(cell.unbiased, type).toBeLessThan(Math.min(0, cell['lowest-error'] ?? 0));
      }
    }
    // A file of any other type has the bytes of llama-quantize, as the page says, until somebody chooses.
    for (const type of table.keys())
      if (!['q2_k', 'q3_k', 'iq3_s'].includes(type)) expect(bestMethodOf(type)).toBe(undefined);
  });

  it('names the type, the model and by how much', () => {
    expect(worseSentences('unbiased', ['q4_0', 'q4_0', 'q6_K'])).toEqual([
      'Q4_0 by “unbiased” answered worse than llama.cpp’s file of the same size: its mean divergence was larger by ' +
        '4 % on a model of 20 million weights with an importance matrix.',
    ]);
    expect(worseSentences('llama.cpp', ['q2_k'])).toEqual([]);
  });
});
