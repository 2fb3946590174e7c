/** The error of a block over its scale as the exact curve it is: one parabola between two kinks, drawn as one quadratic segment. */
import type { LabPiece } from '../core/types';

/** A range of |scale|. */
export interface Span {
  low: number;
  high: number;
}

/** A place on the curve: |scale|, and the squared error as a share of the squared weights. */
export interface CurvePoint {
  scale: number;
  error: number;
}

/** A parabola over a range of |scale| as a quadratic Bézier segment: the same curve, no approximation. */
export interface Segment {
  start: CurvePoint;
  control: CurvePoint;
  end: CurvePoint;
}

/** Where a weight moves from one code to the next: `below` on the side of smaller scales. */
export interface Kink extends CurvePoint {
  moves: { weight: number; below: number; above: number }[];
}

export type Sign = 1 | -1;

/** The squared error of a piece's codes at a scale, as a share of the squared weights. */
export function errorShare(piece: LabPiece, sign: Sign, squareSum: number, scale: number): number {
  const s = sign * scale;
  return Math.max(0, (squareSum - 2 * s * piece.A + s * s * piece.B) / squareSum);
}

/** The pieces that lie in `span`, cut to it, by rising scale. Neighbours share their ends. */
export function segmentsOf(pieces: readonly LabPiece[], sign: Sign, squareSum: number, span: Span): Segment[] {
  const segments: Segment[] = [];
  for (let index = pieces.length - 1; index >= 0; index -= 1) {
    const piece = pieces[index];
    if (!piece) continue;
    const from = Math.max(span.low, piece.to);
    const to = Math.min(span.high, piece.from ?? Infinity);
    if (!(from < to)) continue;
    const error = errorShare(piece, sign, squareSum, from);
    const slope = (2 * from * piece.B - 2 * sign * piece.A) / squareSum;
    segments.push({
      start: { scale: from, error },
      // Where the tangents of both ends meet: halfway, at the height of the first tangent.
      control: { scale: (from + to) / 2, error: error + (slope * (to - from)) / 2 },
      end: { scale: to, error: errorShare(piece, sign, squareSum, to) },
    });
  }
  return segments;
}

/** SVG path of segments, through linear scales for both axes. */
export function curvePath(segments: readonly Segment[], x: (scale: number) => number, y: (error: number) => number): string {
  const at = (point: CurvePoint) => `${x(point.scale).toFixed(3)},${y(point.error).toFixed(3)}`;
  return segments.map(({ start, control, end }, index) => `${index === 0 ? `M${at(start)}` : ''}Q${at(control)} ${at(end)}`).join('');
}

/** The kinks in `span`, by rising scale; weights that move at the same scale make one kink. */
export function kinksOf(pieces: readonly LabPiece[], sign: Sign, squareSum: number, span: Span): Kink[] {
  const kinks: Kink[] = [];
  for (let index = pieces.length - 1; index >= 0; index -= 1) {
    const piece = pieces[index];
    if (!piece || piece.from === null || piece.weight < 0 || piece.from < span.low || piece.from > span.high) continue;
    const move = { weight: piece.weight, below: piece.after, above: piece.before };
    const last = kinks[kinks.length - 1];
    // Closer than single precision tells apart: the weights are multiples of each other.
    if (last && piece.from - last.scale <= last.scale * 1e-6) last.moves.push(move);
    else kinks.push({ scale: piece.from, error: errorShare(piece, sign, squareSum, piece.from), moves: [move] });
  }
  return kinks;
}

/** The top of the error axis: the curve from `settled` on, where nothing large is cut off any more, and some air. */
export function errorCeiling(curves: readonly (readonly Segment[])[], settled: number): number {
  const points = curves.flat().flatMap((segment) => [segment.start, segment.end]);
  const calm = points.filter((point) => point.scale >= settled);
  const highest = (calm.length > 1 ? calm : points).reduce((most, point) => Math.max(most, point.error), 0);
  return highest > 0 ? highest * 1.12 : 1e-6;
}
