/** The block on the bench as a link, and back. */
import { sentenceOf } from '../../core/index';
import { type Bench, FIRST_BENCH, type LabLists, MOST_WEIGHTS, STORAGES } from './block';
import { shortFloat, writeNumbers } from './numbers';

/** Longest block that goes into the address. */
const LONGEST_LINK = 6000;

/** The bench as the part of an address after "#"; null when it is too long for one. */
export function linkOf(bench: Bench, { presets }: LabLists): string | null {
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
  const link = `lab:${parts.join(';')}`;
  return link.length > LONGEST_LINK ? null : link;
}

/** Whether an address was made by linkOf(). */
export const isBlockLink = (hash: string): boolean => hash.startsWith('#lab:');

/** What a link made by linkOf() holds, or why it holds nothing; null when the address is no link to a block. */
export function readLink(
  hash: string,
  lists: LabLists,
): { bench: Bench; problem: null } | { bench: null; problem: string } | null {
  if (!isBlockLink(hash)) return null;
  try {
    return { bench: linkedBench(hash.slice('#lab:'.length), lists), problem: null };
  } catch (error) {
    return { bench: null, problem: `The link shows no block: ${sentenceOf(error)}` };
  }
}

/** Throws with the rest of a sentence. */
function linkedBench(link: string, { formats, presets }: LabLists): Bench {
  if (link.length > LONGEST_LINK) throw new Error(`it is longer than ${LONGEST_LINK} characters.`);
  const fields = new Map<string, string>();
  for (const part of decoded(link).split(';')) {
    const [key = '', ...rest] = part.split('=');
    fields.set(key, rest.join('='));
  }
  const numbers = (key: string, what: string, fewest: number, most: number): number[] => {
    const texts = (fields.get(key) ?? '').split(',').filter((text) => text.trim() !== '');
    const values = texts.map((text) => Number(text.replaceAll('\u2212', '-')));
    const wrong = values.findIndex((value) => !Number.isFinite(Math.fround(value)));
    if (wrong >= 0)
      throw new Error(`“${texts[wrong]}” among its ${what} is not a number that a 32-bit float can hold.`);
    if (values.length < fewest || values.length > most)
      throw new Error(
        `it has ${values.length} ${what} where ${fewest === most ? fewest : `${fewest} to ${most}`} are needed.`,
      );
    return values;
  };
  const known = <T extends { name: string }>(key: string, what: string, list: readonly T[]): T | null => {
    const name = fields.get(key);
    if (name === undefined) return null;
    const found = list.find((one) => one.name === name);
    if (!found) throw new Error(`it asks for the ${what} “${name}”, which the Lab does not know.`);
    return found;
  };
  const weights = numbers('w', 'weights', 1, MOST_WEIGHTS);
  const importance = fields.has('i') ? numbers('i', 'numbers of importance', weights.length, weights.length) : null;
  const format = known('f', 'format', formats);
  const levels =
    presets.find((preset) => preset.name === fields.get('l'))?.levels ??
    (fields.has('l') ? numbers('l', 'levels', 2, MOST_WEIGHTS) : FIRST_BENCH.levels);
  const [superScale, superMinimum = null] =
    format?.superBlock && fields.has('d') ? numbers('d', 'numbers of its super-block', 1, 2) : [];
  return {
    weights,
    importance,
    format: format?.name ?? '',
    levels,
    storage: known('s', 'way to store a scale', STORAGES)?.name ?? 'f16',
    superNumbers: superScale === undefined ? null : { superScale, superMinimum },
  };
}

/** Without the escapes that some programs put into addresses. */
function decoded(link: string): string {
  try {
    return decodeURIComponent(link);
  } catch {
    return link;
  }
}
