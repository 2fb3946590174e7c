/** Numbers as text: what a person typed, and the shortest text of a float. */
import { texts } from '../../text/texts';

/** `understood` tells how commas were read, where that is not plain to see. */
export type Parsed = { values: number[]; problem: null; understood: string | null } | { values: null; problem: string };

const NUMBER = /[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi;
const INNER_COMMA = /(?<=\d),(?=\d)/g;
const DECIMAL_COMMA = /^[-+]?\d+,\d+(?:e[-+]?\d+)?$/i;
/** Digits in groups of three, as thousands are written: 1,234 or 1,234,567.8 or 1.234,5. */
const THOUSANDS = /^[-+]?[1-9]\d{0,2}(?:(?:,\d{3})+(?:\.\d+)?|(?:\.\d{3})+,\d+)$/;

/**
 * Numbers out of any text: whatever is between them separates them.
 *
 * A comma between two digits may be a decimal sign, a separator or a mark of thousands. It separates where a stretch
 * without blanks has several commas, or a point too (0.1,0.2); it is a decimal sign where something else separates (0,1
 * 0,2 or 0,1; 0,2) and no number has a point. What could be read in two ways is a problem, which says how to write
 * either.
 */
export function parseNumbers(text: string, fewest: number, most: number): Parsed {
  const plain = text.replaceAll('\u2212', '-');
  const stray = /[a-z]+/i.exec(plain.replaceAll(INNER_COMMA, '.').replaceAll(NUMBER, ' '));
  const said = texts().lab.numbers;
  if (stray) return { values: null, problem: said.noNumber(stray[0]) };
  const stretches = plain.match(/[-+.,\d]+(?:e[-+]?\d[.,\d]*)*/gi) ?? [];
  const words = stretches.map((word) => word.replaceAll(/^,+|,+$/g, '')).filter((word) => /\d/.test(word));
  const commas = words.filter((word) => word.search(INNER_COMMA) >= 0);
  const separating = commas.some((word) => !DECIMAL_COMMA.test(word));
  const unclear = unclearComma(
    words,
    commas,
    separating,
    stretches.some((word) => /^,|,$/.test(word)),
  );
  if (unclear !== null) return { values: null, problem: unclear };
  const values = (separating ? words : words.map((word) => word.replaceAll(INNER_COMMA, '.')))
    .flatMap((word) => word.match(NUMBER) ?? [])
    .map(Number);
  if (values.length < fewest || values.length > most)
    return { values: null, problem: said.count(values.length, fewest, most) };
  const large = values.findIndex((value) => !Number.isFinite(Math.fround(value)));
  if (large >= 0) return { values: null, problem: said.tooLarge(large + 1) };
  return { values, problem: null, understood: commas.length === 0 ? null : reading(values, separating) };
}

/**
 * The question to ask about a comma that can be read in two ways; null where none can. `between`: commas stand between
 * blanks too.
 */
function unclearComma(
  words: readonly string[],
  commas: readonly string[],
  separating: boolean,
  between: boolean,
): string | null {
  const plainlyDecimal = commas.some((word) => DECIMAL_COMMA.test(word) && !THOUSANDS.test(word));
  const thousands = commas.find((word) => THOUSANDS.test(word) && (word.includes('.') || !plainlyDecimal));
  if (thousands !== undefined) return question(thousands, withoutThousands(thousands));
  const [first] = commas;
  if (first === undefined || separating) return null;
  const alone = words.length === 1 || (between && commas.length < words.length);
  return alone || words.some((word) => word.includes('.')) ? question(first, first.replace(',', '.')) : null;
}

function question(word: string, whole: string): string {
  const parts = word.split(INNER_COMMA);
  return texts().lab.numbers.ambiguous(word, whole, parts, parts.join('; '));
}

/**
 * A number that may have marks of thousands, without them and with a decimal point: the last sign of two kinds is the
 * decimal one.
 */
function withoutThousands(word: string): string {
  const decimal = word.lastIndexOf('.') > word.lastIndexOf(',') || /\..*,/.test(word);
  if (!decimal) return word.replaceAll(',', '');
  const at = Math.max(word.lastIndexOf('.'), word.lastIndexOf(','));
  return `${word.slice(0, at).replaceAll(/[.,]/g, '')}.${word.slice(at + 1)}`;
}

function reading(values: readonly number[], separating: boolean): string {
  const most = 6;
  const shown = values.slice(0, most).map(String).join('  ');
  const words = texts().lab.numbers;
  if (values.length > most)
    return (separating ? words.separatorsMore : words.decimalsMore)(shown, values.length - most);
  return (separating ? words.separators : words.decimals)(shown);
}

/** Texts of numbers that were written: while one weight is dragged, the others stay. */
const written = new Map<number, string>();
const MOST_WRITTEN = 4096;

/** The shortest text that gives the same 32-bit float. */
export function shortFloat(value: number): string {
  const single = Math.fround(value);
  const known = written.get(single);
  if (known !== undefined) return known;
  if (written.size >= MOST_WRITTEN) written.clear();
  const text = shortest(single);
  written.set(single, text);
  return text;
}

function shortest(single: number): string {
  for (let digits = 1; digits < 9; digits += 1) {
    const text = String(Number(single.toPrecision(digits)));
    if (Math.fround(Number(text)) === single) return text;
  }
  return String(Number(single.toPrecision(9)));
}

export function writeNumbers(values: readonly number[], separator = ' '): string {
  return values.map(shortFloat).join(separator);
}
