/** The suggestions of the plan: what they promise, on invented sizes and errors. */
import { describe, expect, it } from 'vitest';
import { type Candidate, LEAST_DB, suggest } from '../src/app/plan/suggest';

const types = (...rows: [string, number, number | null][]): Candidate[] =>
  rows.map(([type, bytes, sqnrDb]) => ({ type, bytes, sqnrDb }));

const USUAL = types(
  ['F16', 1600, null],
  ['Q8_0', 850, 45],
  ['Q6_K', 650, 35],
  ['Q5_K_M', 570, 30],
  ['Q4_K_M', 480, 25],
  ['Q4_K_S', 450, 24],
  ['Q3_K_S', 350, 18],
  ['Q2_K', 280, 13],
);

const names = (candidates: Candidate[]) =>
  Object.fromEntries(Object.entries(suggest(candidates)).map(([aim, { type }]) => [aim, type]));

describe('suggested types', () => {
  it('are the smallest that reach their aims, and the usual one where it does', () => {
    expect(names(USUAL)).toEqual({ small: 'Q3_K_S', recommended: 'Q4_K_M', lossless: 'Q6_K' });
    expect(names(USUAL.toReversed())).toEqual(names(USUAL));
  });

  it('reach their aims by themselves where the usual one does not, or is not to be had', () => {
    const poor = USUAL.map((one) => (one.type.startsWith('Q4') ? { ...one, sqnrDb: LEAST_DB.recommended - 0.1 } : one));
    expect(names(poor).recommended).toBe('Q5_K_M');
    expect(names(USUAL.filter(({ type }) => type !== 'Q4_K_M')).recommended).toBe('Q4_K_S');
  });

  it('count what changes no weight as lossless', () => {
    expect(names(types(['F16', 1600, null], ['Q4_K_M', 480, 25]))).toEqual({ recommended: 'Q4_K_M', lossless: 'F16' });
  });

  it('are fewer where one type is all of them, and none where none is worth trying', () => {
    expect(names(types(['Q8_0', 850, 45]))).toEqual({ recommended: 'Q8_0' });
    expect(names(types(['Q3_K_S', 350, 18]))).toEqual({ small: 'Q3_K_S' });
    expect(names(types(['Q2_K', 280, 13]))).toEqual({});
    expect(names([])).toEqual({});
  });
});
