/**
 * The error of a block over its scale as the exact curve it is: one parabola between two kinks, drawn as one quadratic
 * segment.
 */

/** A range of |scale|, or of offsets. */
export interface Span {
  low: number;
  high: number;
}

/** A place on the curve: |scale|, and the squared error as a share of the squared weights. */
export interface CurvePoint {
  scale: number;
  error: number;
}

/**
 * A stretch of the curve by rising scale: n + 1 points, and between two of them either a parabola as a quadratic Bézier
 * segment (the same curve, no approximation), whose control point stands halfway at the height `controls` has, or where
 * that is NaN a straight line.
 */
export interface CurveLine {
  scales: number[];
  errors: number[];
  controls: number[];
}

/** Where weights move from one code to the next: `below` on the side of smaller scales. */
export interface Kink extends CurvePoint {
  moves: { weight: number; below: number; above: number }[];
  /** The pieces that begin here, by falling scale. */
  first: number;
  last: number;
}

export type Sign = 1 | -1;

const PIECE_BYTES = 32;

/** The pieces of one sign by falling |scale|, read where the core wrote them (LabPiece in src/lab/scale_lab.h). */
export class Curve {
  readonly count: number;
  readonly sign: Sign;
  /** sum w (x - offset)^2. */
  readonly cutSquares: number;
  /** sum w x^2, which errors are shares of. */
  readonly squareSum: number;
  readonly #numbers: Float64Array;
  readonly #weights: Int32Array;
  readonly #codes: Int16Array;

  constructor(bytes: ArrayBuffer, sign: Sign, cutSquares: number, squareSum: number) {
    this.count = bytes.byteLength / PIECE_BYTES;
    this.sign = sign;
    this.cutSquares = cutSquares;
    this.squareSum = squareSum;
    this.#numbers = new Float64Array(bytes);
    this.#weights = new Int32Array(bytes);
    this.#codes = new Int16Array(bytes);
  }

  from(piece: number): number {
    return piece === 0 ? Infinity : this.to(piece - 1);
  }
  to(piece: number): number {
    return this.#numbers[4 * piece] ?? 0;
  }
  A(piece: number): number {
    return this.#numbers[4 * piece + 1] ?? 0;
  }
  B(piece: number): number {
    return this.#numbers[4 * piece + 2] ?? 0;
  }
  /** The weight whose code changes where the piece begins, from `before` to `after`; -1 for the first piece. */
  weight(piece: number): number {
    return this.#weights[8 * piece + 6] ?? -1;
  }
  before(piece: number): number {
    return this.#codes[16 * piece + 14] ?? 0;
  }
  after(piece: number): number {
    return this.#codes[16 * piece + 15] ?? 0;
  }

  /** The squared error of a piece's codes at |scale|, as a share of the squared weights. */
  share(piece: number, scale: number): number {
    const s = this.sign * scale;
    return Math.max(0, (this.cutSquares - 2 * s * this.A(piece) + s * s * this.B(piece)) / this.squareSum);
  }

  /** The piece that holds |scale|. */
  at(scale: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.to(middle) <= scale) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/**
 * The pieces that lie in `span`, cut to it. Pieces narrower than `least` are joined: a straight line goes from kink to
 * kink over those that lie within that distance, found without visiting them. A wider piece always keeps its parabola.
 */
export function lineOf(curve: Curve, span: Span, least = 0): CurveLine {
  let start = span.low;
  let piece = curve.at(start);
  const line: CurveLine = { scales: [start], errors: [curve.share(piece, start)], controls: [] };
  const add = (ending: number, end: number, control: number) => {
    line.scales.push(end);
    line.errors.push(curve.share(ending, end));
    line.controls.push(control);
    start = end;
  };
  while (piece >= 0 && start < span.high) {
    const end = Math.min(span.high, curve.from(piece));
    if (end - start >= least || end >= span.high) {
      // Where the tangents of both ends meet.
      const slope = (2 * start * curve.B(piece) - 2 * curve.sign * curve.A(piece)) / curve.squareSum;
      if (end > start) add(piece, end, curve.share(piece, start) + slope * ((end - start) / 2));
      piece -= 1;
      continue;
    }
    const beyond = curve.at(start + least);
    if (curve.to(beyond) > start) add(beyond + 1, curve.to(beyond), NaN);
    piece = beyond;
  }
  return line;
}

/** SVG path of a line, through linear scales for both axes. */
export function curvePath(
  { scales, errors, controls }: CurveLine,
  x: (scale: number) => number,
  y: (error: number) => number,
): string {
  const hundredths = (value: number) => Math.round(value * 100) / 100;
  let path = '';
  scales.forEach((scale, index) => {
    const before = index - 1;
    const control = controls[before];
    if (control === undefined) path += 'M';
    else
      path += Number.isNaN(control)
        ? 'L'
        : `Q${hundredths(x((scales[before]! + scale) / 2))},${hundredths(y(control))} `;
    path += `${hundredths(x(scale))},${hundredths(y(errors[index]!))}`;
  });
  return path;
}

/** Closer than single precision tells apart: the weights are multiples of each other. */
const together = (a: number, b: number): boolean => Math.abs(a - b) <= Math.max(a, b) * 1e-6;

/** The kink where a piece begins, with all weights that move there; null for the first piece, which begins nowhere. */
export function kinkAt(curve: Curve, piece: number): Kink | null {
  if (piece < 1 || piece >= curve.count) return null;
  const scale = curve.from(piece);
  let first = piece;
  let last = piece;
  while (first > 1 && together(curve.from(first - 1), scale)) first -= 1;
  while (last < curve.count - 1 && together(curve.from(last + 1), scale)) last += 1;
  const moves = [];
  for (let one = last; one >= first; one -= 1)
    moves.push({ weight: curve.weight(one), below: curve.after(one), above: curve.before(one) });
  const lowest = curve.from(last);
  return { scale: lowest, error: curve.share(last, lowest), moves, first, last };
}

/** The pieces that begin within `span`: `first` at its high end. Empty when first > last. */
export function kinksIn(curve: Curve, span: Span): { first: number; last: number } {
  let first = Math.max(1, curve.at(span.high));
  while (first < curve.count && curve.from(first) > span.high) first += 1;
  let last = curve.at(span.low);
  while (last >= first && curve.from(last) < span.low) last -= 1;
  return { first, last };
}

/** The kinks in `span`, by rising scale; none when more than `most` pieces begin there. */
export function kinksOf(curve: Curve, span: Span, most = Infinity): Kink[] {
  const { first, last } = kinksIn(curve, span);
  const kinks: Kink[] = [];
  if (last - first >= most) return kinks;
  for (let piece = last; piece >= first;) {
    const kink = kinkAt(curve, piece);
    if (!kink) break;
    kinks.push(kink);
    piece = kink.first - 1;
  }
  return kinks;
}

/** The kink in `span` that is nearest to a scale. */
export function nearestKink(curve: Curve, span: Span, scale: number): Kink | null {
  const { first, last } = kinksIn(curve, span);
  const here = curve.at(scale);
  const candidates = [here, here + 1]
    .filter((piece) => piece >= first && piece <= last)
    .map((piece) => kinkAt(curve, piece));
  return candidates.reduce(
    (best, kink) => (kink && (!best || Math.abs(kink.scale - scale) < Math.abs(best.scale - scale)) ? kink : best),
    null,
  );
}

/** The top of the error axis: the curve from `settled` on, where nothing large is cut off any more, and some air. */
export function errorCeiling(lines: readonly CurveLine[], settled: number): number {
  let [calm, all, calmPoints] = [0, 0, 0];
  for (const { scales, errors } of lines) {
    errors.forEach((error, index) => {
      all = Math.max(all, error);
      if (scales[index]! < settled) return;
      calm = Math.max(calm, error);
      calmPoints += 1;
    });
  }
  const highest = calmPoints > 1 ? calm : all;
  return highest > 0 ? highest * 1.12 : 1e-6;
}
