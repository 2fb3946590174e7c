/** What the Lab shows as a link, and back: the block on the bench, and how it is looked at. */
import type { Span } from '../../charts/curve-geometry';
import { sentenceOf } from '../../core/index';
import { texts } from '../../text/texts';
import { type Bench, FIRST_BENCH, type LabLists, MOST_WEIGHTS, STORAGES } from './block';
import { shortFloat, writeNumbers } from './numbers';
import { BELOW, type Below, LAB_TABS, type LabTab } from './view';

/** Longest block that goes into the address. */
const LONGEST_LINK = 6000;

/** How a block is looked at. What is null is as it is when the block is first opened. */
export interface Look {
  /** The method whose choice is on show, */
  method: string | null;
  /** or the candidate of it, from 0, */
  candidate: number | null;
  /** or a scale and an offset of one's own. */
  at: { scale: number; offset: number } | null;
  span: Span | null;
  offsets: Span | null;
  tab: LabTab;
  below: Below;
  /** The format whose whole block the bits are of; empty: the bench's. */
  storedAs: string;
  /** The step of the story, from 0. */
  story: number | null;
  projecting: boolean;
}

export const FIRST_LOOK: Look = {
  method: null,
  candidate: null,
  at: null,
  span: null,
  offsets: null,
  tab: 'block',
  below: 'line',
  storedAs: '',
  story: null,
  projecting: false,
};

/** The bench and the look as the part of an address after "#"; null when it is too long for one. */
export function linkOf(bench: Bench, { presets }: LabLists, look: Look = FIRST_LOOK): string | null {
  const parts = [`w=${writeNumbers(bench.weights, ',')}`];
  if (bench.importance) parts.push(`i=${writeNumbers(bench.importance, ',')}`);
  if (bench.format) parts.push(`f=${bench.format}`);
  if (bench.superNumbers)
    parts.push(
      `d=${[bench.superNumbers.superScale, bench.superNumbers.superMinimum ?? []].flat().map(shortFloat).join(',')}`,
    );
  if (!bench.format) {
    const preset = presets.find(({ levels }) => String(levels) === String(bench.levels));
    parts.push(`l=${preset?.name ?? writeNumbers(bench.levels, ',')}`, `s=${bench.storage}`);
  }
  parts.push(...lookParts(look));
  const link = `lab:${parts.join(';')}`;
  return link.length > LONGEST_LINK ? null : link;
}

function lookParts({ method, candidate, at, span, offsets, tab, below, storedAs, story, projecting }: Look): string[] {
  const exact = ({ low, high }: Span) => `${low},${high}`;
  return [
    method === null ? [] : `m=${method}`,
    candidate === null ? [] : `c=${candidate + 1}`,
    at === null ? [] : `x=${at.scale},${at.offset}`,
    span === null ? [] : `z=${exact(span)}`,
    offsets === null ? [] : `y=${exact(offsets)}`,
    tab === FIRST_LOOK.tab ? [] : `t=${tab}`,
    below === FIRST_LOOK.below ? [] : `v=${below}`,
    storedAs === '' ? [] : `b=${storedAs}`,
    story === null ? [] : `p=${story + 1}`,
    projecting ? 'stage' : [],
  ].flat();
}

/** Whether an address was made by linkOf(). */
export const isBlockLink = (hash: string): boolean => hash.startsWith('#lab:');

/** What a link made by linkOf() holds, or why it holds nothing; null when the address is no link to a block. */
export function readLink(
  hash: string,
  lists: LabLists,
): { bench: Bench; look: Look; problem: null } | { bench: null; problem: string } | null {
  if (!isBlockLink(hash)) return null;
  try {
    return { ...linkedBench(hash.slice('#lab:'.length), lists), problem: null };
  } catch (error) {
    return { bench: null, problem: texts().lab.link.problem(sentenceOf(error)) };
  }
}

/** Throws with the rest of a sentence. */
function linkedBench(link: string, { formats, presets, whole }: LabLists): { bench: Bench; look: Look } {
  const words = texts().lab.link;
  if (link.length > LONGEST_LINK) throw new Error(words.tooLong(LONGEST_LINK));
  const fields = new Map<string, string>();
  for (const part of decoded(link).split(';')) {
    const [key = '', ...rest] = part.split('=');
    fields.set(key, rest.join('='));
  }
  const numbers = (key: string, what: string, fewest: number, most: number): number[] => {
    const written = (fields.get(key) ?? '').split(',').filter((text) => text.trim() !== '');
    const values = written.map((text) => Number(text.replaceAll('\u2212', '-')));
    const wrong = values.findIndex((value) => !Number.isFinite(Math.fround(value)));
    if (wrong >= 0) throw new Error(words.noNumber(written[wrong]!, what));
    if (values.length < fewest || values.length > most)
      throw new Error(words.count(values.length, what, fewest === most ? String(fewest) : words.fromTo(fewest, most)));
    return values;
  };
  const known = <T extends { name: string }>(key: string, what: string, list: readonly T[]): T | null => {
    const name = fields.get(key);
    if (name === undefined) return null;
    const found = list.find((one) => one.name === name);
    if (!found) throw new Error(words.unknown(what, name));
    return found;
  };
  const weights = numbers('w', words.weights, 1, MOST_WEIGHTS);
  const importance = fields.has('i') ? numbers('i', words.importance, weights.length, weights.length) : null;
  const format = known('f', words.format, formats);
  const levels =
    presets.find((preset) => preset.name === fields.get('l'))?.levels ??
    (fields.has('l') ? numbers('l', words.levels, 2, MOST_WEIGHTS) : FIRST_BENCH.levels);
  const [superScale, superMinimum = null] =
    format?.superBlock && fields.has('d') ? numbers('d', words.superBlock, 1, 2) : [];
  const [scale, offset = 0] = fields.has('x') ? numbers('x', words.onShow, 1, 2) : [];
  const place = (key: string, what: string, ofWhat: string): number | null => {
    if (!fields.has(key)) return null;
    const value = numbers(key, ofWhat, 1, 1)[0] ?? NaN;
    if (!Number.isInteger(value) || value < 1) throw new Error(words.noPlace(fields.get(key)!, what));
    return value - 1;
  };
  const span = (key: string, what: string): Span | null => {
    if (!fields.has(key)) return null;
    const [low = 0, high = 0] = numbers(key, what, 2, 2);
    if (!(low < high)) throw new Error(words.empty(what, low, high));
    return { low, high };
  };
  return {
    bench: {
      weights,
      importance,
      format: format?.name ?? '',
      levels,
      storage: known('s', words.storage, STORAGES.map(named))?.name ?? 'f16',
      superNumbers: superScale === undefined ? null : { superScale, superMinimum },
    },
    look: {
      method: fields.get('m') ?? null,
      candidate: place('c', words.candidate, words.ofCandidate),
      at: fields.has('x') ? { scale: scale ?? 0, offset: offset ?? 0 } : null,
      span: span('z', words.scales),
      offsets: span('y', words.offsets),
      tab: known('t', words.view, LAB_TABS.map(named))?.name ?? FIRST_LOOK.tab,
      below: known('v', words.view, BELOW.map(named))?.name ?? FIRST_LOOK.below,
      storedAs: known('b', words.format, whole.map(named))?.name ?? '',
      story: place('p', words.step, words.ofStep),
      projecting: fields.has('stage'),
    },
  };
}

const named = <T extends string>(name: T) => ({ name });

/** Without the escapes that some programs put into addresses. */
function decoded(link: string): string {
  try {
    return decodeURIComponent(link);
  } catch {
    return link;
  }
}
