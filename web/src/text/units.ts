/**
 * How the page and the command line write numbers: units always, three digits where three are enough. Sizes are
 * decimal: 1 GB is 10^9 bytes.
 */
import { format } from 'd3-format';

/** What a language has of its own in numbers and lists. */
export interface NumberWords {
  /** Between whole and parts. */
  decimal: string;
  /** Between a number and its unit. */
  space: string;
  byte: string;
  bytes: string;
  /** In place of a ratio of signal to noise. */
  noError: string;
  /** Of a tensor without sides. */
  scalar: string;
  /** What weights, their errors, scales and offsets are in. */
  weightUnits: string;
  /** A list and its last item; a list cut short, and how many it has more. */
  and: (items: string, last: string) => string;
  more: (items: string, more: string) => string;
}

/** In English: the command line and the workers have no others, and none of the page's words. */
export const ENGLISH_NUMBERS: NumberWords = {
  decimal: '.',
  space: ' ',
  byte: 'byte',
  bytes: 'bytes',
  noError: 'no error',
  scalar: 'scalar',
  weightUnits: 'units of the weights',
  and: (items, last) => `${items} and ${last}`,
  more: (items, more) => `${items} and ${more} more`,
};

let words = (): NumberWords => ENGLISH_NUMBERS;

/** Writes numbers as `asked` says each time, from now on (texts.ts). */
export function writeNumbersBy(asked: () => NumberWords): void {
  words = asked;
}

export function weightUnits(): string {
  return words().weightUnits;
}

const NARROW_SPACE = '\u202f';
const MINUS = '\u2212';
const DECIMAL_PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'];

/** 6576544 → "6 576 544". */
export function integer(value: number): string {
  return format(',.0f')(value).replaceAll(',', NARROW_SPACE);
}

/** 100000 → "100 k", for powers of ten on axes. */
export function round(value: number): string {
  const { text, prefix } = scaled(value);
  return spelled(String(Number(text)), prefix);
}

/** A value with a decimal prefix and about three digits: 3283200 → "3.28 M". */
function scaled(value: number): { text: string; prefix: string } {
  let rest = Math.abs(value);
  let power = 0;
  while (rest >= 999.5 && power < DECIMAL_PREFIXES.length - 1) {
    rest /= 1000;
    power += 1;
  }
  const digits = power === 0 ? 0 : rest < 9.995 ? 2 : rest < 99.95 ? 1 : 0;
  return { text: (value < 0 ? MINUS : '') + rest.toFixed(digits), prefix: DECIMAL_PREFIXES[power] ?? '' };
}

/** 6576544 → "6.58 MB" (decimal megabytes). */
export function bytes(value: number): string {
  if (value < 1000) return spelled(String(value), value === 1 ? words().byte : words().bytes);
  const { text, prefix } = scaled(value);
  return spelled(text, `${prefix}B`);
}

/** The decimal unit that sizes up to `most` are written in, and its bytes, for an axis. */
export function byteUnit(most: number): { unit: string; size: number } {
  let power = 0;
  while (most / 1000 ** (power + 1) >= 1 && power < DECIMAL_PREFIXES.length - 1) power += 1;
  return { unit: power === 0 ? words().bytes : `${DECIMAL_PREFIXES[power]}B`, size: 1000 ** power };
}

/** "4.2 GB", "3.9GiB", "4200000000" → bytes; null when it is no size. Takes the spoken language's comma as a point. */
export function parseBytes(text: string): number | null {
  const match = /^([\d.]+)\s*(?:([kMGT])(i?)B?|B|bytes?)?$/.exec(
    text.trim().replaceAll(NARROW_SPACE, '').replace(words().decimal, '.').replace(words().bytes, 'bytes'),
  );
  const number = Number(match?.[1]);
  if (!match || !Number.isFinite(number) || number <= 0) return null;
  const power = match[2] === undefined ? 0 : 1 + 'kMGT'.indexOf(match[2]);
  return Math.floor(number * (match[3] ? 1024 : 1000) ** power);
}

/** 6576544 → "6 576 544 bytes". */
export function exactBytes(value: number): string {
  return spelled(integer(value), words().bytes);
}

/** 3283200 → "3.28 M"; a noun follows. */
export function quantity(value: number): string {
  const { text, prefix } = scaled(value);
  return spelled(text, prefix);
}

/** A noun with its number: plural(1, 'tensor') → "1 tensor". */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${integer(count)} ${count === 1 ? noun : nouns}`;
}

/** The one way lists are shortened: listed(['a', 'b', 'c', 'd', 'e']) → "a, b, c and 2 more". */
export function listed(items: readonly string[], most = 3): string {
  const shown = items.slice(0, most);
  if (items.length > most) {
    return words().more(shown.join(', '), integer(items.length - most));
  }
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : words().and(shown.join(', '), last);
}

/** 0.2889 → "28.9 %". */
export function percent(share: number, digits = 1): string {
  if (share > 0 && share < 10 ** -digits / 200) return `< ${fixed(10 ** -digits, digits, '%')}`;
  return spelled((share * 100).toFixed(digits), '%');
}

/** Signal to noise; null means that nothing was lost. */
export function decibels(value: number | null): string {
  return value === null ? words().noError : fixed(value, 2, 'dB');
}

/** A weight or an error of one: four significant digits, small ones with an exponent. */
export function precise(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text = size >= 1e-3 && size < 1e5 ? String(Number(value.toPrecision(4))) : value.toExponential(2);
  return spelled(text);
}

export function bitsPerWeight(value: number): string {
  return spelled(value.toFixed(2));
}

/** With so many digits after the decimal sign, whatever they are. */
export function fixed(value: number, digits: number, unit = ''): string {
  return spelled(value.toFixed(digits), unit);
}

/** What a person wrote in the spoken language; not a number where it is none. */
export function parseDecimal(text: string): number {
  return Number(text.trim().replace(words().decimal, '.'));
}

/** With the digits it has: 0.25. */
export function decimal(value: number): string {
  return spelled(String(value));
}

/** For tables of figures: the language’s decimal sign, and the minus that programs read. */
export function tabular(value: number): string {
  return String(value).replace('.', words().decimal);
}

/** A number that was written for programs, with the signs that people write, and its unit: "0.5 s", or "0,5 s". */
export function spelled(digits: string, unit = ''): string {
  const { decimal, space } = words();
  return digits.replace('.', decimal).replaceAll('-', MINUS) + (unit && space + unit);
}

/** Seconds as a person says them. */
export function duration(seconds: number): string {
  if (seconds < 0.95) return spelled(seconds.toFixed(1), 's');
  if (seconds < 59.5) return spelled(String(Math.round(seconds)), 's');
  const minutes = Math.floor((seconds + 0.5) / 60);
  const of = (first: number, unit: string, rest: number, smaller: string) =>
    `${spelled(String(first), unit)} ${spelled(String(rest), smaller)}`;
  if (minutes < 60) return of(minutes, 'min', Math.round(seconds - minutes * 60), 's');
  return of(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

/** A shape, innermost first: "256 × 768". */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? words().scalar : shape.map(String).join(' × ');
}

/** "F16 ×28, F32 ×10", the most frequent first. */
export function tally(names: Iterable<string>): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([name, count]) => `${name} ×${count}`)
    .join(', ');
}
