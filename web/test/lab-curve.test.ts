/** The Lab's drawing against the error formula and the core itself. */
import { beforeAll, describe, expect, test } from 'vitest';
import { isClipped } from '../src/charts/number-line';
import {
  type Curve,
  type CurveLine,
  curvePath,
  errorCeiling,
  kinkAt,
  kinksIn,
  kinksOf,
  lineOf,
  nearestKink,
  type Span,
} from '../src/charts/curve-geometry';
import { type Core, loadCore } from '../src/core';
import type { LabPoint, LabReport, LabRequest } from '../src/core/types';
import { nodePlatform } from '../src/platform/node';
import { FIRST_BENCH, requestOf } from '../src/app/lab/block';
import { cutAt, makeLab, readReport } from '../src/app/lab/lab-core';
import type { Lab } from '../src/wasm/nibble';

let core: Core;
beforeAll(async () => {
  core = await loadCore(nodePlatform);
});

function bench(request: LabRequest, offset = 0): { lab: Lab; report: LabReport; curves: Curve[] } {
  const lab = makeLab(core.module, request);
  const { report } = readReport(core.module, lab);
  return { lab, report, curves: cutAt(core.module, lab, offset, report.squareSum).filter((curve) => curve.count > 0) };
}
const pointAt = (lab: Lab, scale: number, offset = 0) => JSON.parse(lab.point(scale, offset)) as LabPoint;

interface Segment {
  start: { scale: number; error: number };
  end: { scale: number; error: number };
  /** NaN: straight. */
  control: number;
}

/** A line taken apart. */
function segmentsOf(curve: Curve, span: Span, least = 0): Segment[] {
  const { scales, errors, controls } = lineOf(curve, span, least);
  return controls.map((control, index) => ({
    control,
    start: { scale: scales[index]!, error: errors[index]! },
    end: { scale: scales[index + 1]!, error: errors[index + 1]! },
  }));
}

/** A point of a quadratic Bézier segment whose control point stands halfway. */
function bezier({ start, control, end }: Segment, t: number) {
  return {
    scale: start.scale + t * (end.scale - start.scale),
    error: (1 - t) ** 2 * start.error + 2 * t * (1 - t) * control + t * t * end.error,
  };
}

const wild = Array.from({ length: 32 }, (_, index) => Math.sin(index * index * 1.7) * (index === 5 ? 8 : 1));
const requests: [string, LabRequest][] = [
  ['the first block', requestOf(FIRST_BENCH)],
  [
    'uneven levels',
    {
      weights: [1, -2.5, 0.3, 7, 7, 0],
      levels: [-1, -0.7, -0.5, -0.4, -0.3, -0.2, -0.1, 0, 0.08, 0.16, 0.25, 0.34, 0.44, 0.56, 0.72, 1],
      storage: 'real',
    },
  ],
  [
    'levels made by hand',
    {
      weights: [1, -2.5, 0.3, 7],
      levels: [-1e6, -1000, -10, -5, -3, -2, -1, -0.5, 0.5, 1, 2, 3, 5, 10, 1000, 1e6],
      storage: 'real',
    },
  ],
  ['a lopsided format', { weights: wild, format: 'q4_0' }],
  ['importance', { weights: wild, importance: wild.map((weight) => weight * weight), format: 'iq4_nl' }],
];

const offsets: [string, LabRequest, number][] = [
  ...requests.map(([name, request]): [string, LabRequest, number] => [name, request, 0]),
  ['a block with an offset', { weights: wild, format: 'q4_1' }, -0.7],
  ['a sub-block with a minimum', { weights: wild.slice(0, 16), format: 'q2_K' }, -0.3],
];

describe('the curve', () => {
  for (const [name, request, offset] of offsets) {
    test(`${name}: every drawn segment is the error of the block, at both signs`, () => {
      const { lab, report, curves } = bench(request, offset);
      const best = Math.abs(report.methods.find((method) => method.name === 'exact')?.scale ?? 1);
      const span = { low: best / 3, high: best * 3 };
      expect(curves).toHaveLength(report.affine ? 1 : 2);
      for (const curve of curves) {
        const segments = segmentsOf(curve, span);
        expect(segments[0]?.start.scale).toBe(span.low);
        expect(segments[segments.length - 1]?.end.scale).toBe(span.high);
        segments.forEach((segment, index) => {
          if (index > 0) expect(segment.start.scale).toBe(segments[index - 1]?.end.scale);
          for (const t of [0.25, 0.5, 0.9]) {
            const { scale, error } = bezier(segment, t);
            expect(error).toBeCloseTo(
              pointAt(lab, curve.sign * scale, offset).error / report.squareSum,
              report.affine ? 6 : 9,
            );
          }
        });
      }
    });
  }

  test('becomes one quadratic segment for each piece, and fewer where pieces are finer than wanted', () => {
    const [curve] = bench(requestOf(FIRST_BENCH)).curves;
    const span = { low: 0.05, high: 0.2 };
    const segments = segmentsOf(curve!, span);
    const path = curvePath(
      lineOf(curve!, span),
      (scale) => scale * 1000,
      (error) => 100 - error,
    );
    expect(path.match(/Q/g)).toHaveLength(segments.length);
    expect(path).toMatch(/^M50,/);
    const coarse = segmentsOf(curve!, span, 0.02);
    expect(coarse.length).toBeLessThan(segments.length);
    expect(coarse[coarse.length - 1]?.end.scale).toBe(span.high);
    // A piece that is wide enough keeps its curve, however fine those before it are.
    for (const least of [1e-6, 1e-3, 0.01]) {
      for (const segment of segmentsOf(curve!, span, least)) {
        const { scale, error } = bezier(segment, 0.5);
        if (Number.isNaN(segment.control)) expect(segment.end.scale - segment.start.scale).toBeLessThanOrEqual(least);
        const exact = segments.find((one) => one.start.scale <= scale && one.end.scale >= scale);
        if (exact && exact.end.scale - exact.start.scale >= least)
          expect(error).toBeCloseTo(curve!.share(curve!.at(scale), scale), 9);
      }
    }
    for (const { start } of coarse)
      expect(
        segments.some((segment) => segment.start.scale === start.scale && segment.start.error === start.error),
      ).toBe(true);
  });

  test('kinks name the weight and its codes on both sides, and are found from either end', () => {
    const { lab, curves } = bench(requestOf(FIRST_BENCH));
    const span = { low: 0.05, high: 0.2 };
    const kinks = kinksOf(curves[0]!, span);
    expect(kinks.length).toBeGreaterThan(5);
    for (const { scale, moves } of kinks) {
      for (const { weight, below, above } of moves) {
        expect(pointAt(lab, scale * (1 - 1e-7)).codes[weight]).toBe(below);
        expect(pointAt(lab, scale * (1 + 1e-7)).codes[weight]).toBe(above);
      }
      expect(nearestKink(curves[0]!, span, scale * 1.0001)?.scale).toBe(scale);
    }
    // At 0.1 / 1.5 the first weight and at 0.3 / 4.5 the third move together.
    expect(
      kinks
        .find(({ scale }) => Math.abs(scale - 0.2 / 3) < 1e-6)
        ?.moves.map(({ weight }) => weight)
        .sort(),
    ).toEqual([0, 2]);
    const { first, last } = kinksIn(curves[0]!, span);
    expect(kinkAt(curves[0]!, first)?.scale).toBe(kinks[kinks.length - 1]?.scale);
    expect(kinkAt(curves[0]!, last)?.scale).toBe(kinks[0]?.scale);
    expect(kinksOf(curves[0]!, span, 3)).toEqual([]);
  });

  test('has its minimum where the exact method says', () => {
    for (const [, request] of requests) {
      const { report, curves } = bench(request);
      const exact = report.methods.find((method) => method.name === 'exact');
      const lowest = Math.min(
        ...curves.flatMap((curve) =>
          Array.from({ length: curve.count }, (_, piece) =>
            curve.B(piece) > 0
              ? curve.share(
                  piece,
                  Math.min(
                    curve.from(piece),
                    Math.max(curve.to(piece), (curve.sign * curve.A(piece)) / curve.B(piece)),
                  ),
                )
              : 1,
          ),
        ),
      );
      expect(lowest).toBeLessThanOrEqual((exact?.relativeError ?? 0) ** 2 + 1e-12);
      expect((exact?.relativeError ?? 1) ** 2 - lowest).toBeLessThan(1e-6); // what storage costs
    }
  });

  test('the axis reaches over everything right of the settled scale, and is never empty', () => {
    const line: CurveLine = { scales: [1, 2, 3], errors: [5, 1, 2], controls: [3, 1] };
    expect(errorCeiling([line], 1.5)).toBeCloseTo(2.24);
    expect(errorCeiling([{ scales: [], errors: [], controls: [] }], 1)).toBeGreaterThan(0);
  });
});

test('weights marked as clipped are as many as the core counts', () => {
  for (const [, request] of offsets) {
    const { lab, report } = bench(request);
    for (const { scale, offset } of report.methods.flatMap((method) => [
      method,
      { ...method, scale: method.scale * 0.4 },
      { ...method, scale: method.scale * -0.6 },
    ])) {
      if (scale === 0 || (report.affine && scale < 0)) continue;
      const point = pointAt(lab, scale, offset);
      const marked = request.weights.filter((weight, index) =>
        isClipped(Math.fround(weight), point.decoded[index] ?? 0, point.codes[index] ?? 0, report.levels, scale),
      );
      expect(marked).toHaveLength(point.clipped);
    }
  }
});

test('the map shows the error of the block at the middles of its cells', () => {
  const { lab } = bench({ weights: wild, format: 'q5_1' });
  const out = core.module._malloc(6 * 4);
  lab.errorMap(0.1, 0.4, -2, 0, 3, 2, out);
  const errors = new Float32Array(core.module.HEAPU8.slice(out, out + 24).buffer);
  errors.forEach((error, index) =>
    expect(error).toBeCloseTo(pointAt(lab, 0.15 + 0.1 * (index % 3), index < 3 ? -1.5 : -0.5).relativeError, 5),
  );
  core.module._free(out);
});
