/** The Lab's drawing against the error formula and the core itself. */
import { beforeAll, describe, expect, test } from 'vitest';
import { isClipped } from '../src/charts/number-line';
import { curvePath, errorCeiling, errorShare, kinksOf, type Segment, segmentsOf } from '../src/charts/curve-geometry';
import { type Core, loadCore } from '../src/core';
import { answer } from '../src/core/module';
import type { LabPoint, LabReport, LabRequest } from '../src/core/types';
import { nodePlatform } from '../src/platform/node';
import { FIRST_BENCH, LEVEL_PRESETS, requestOf } from '../src/app/lab/block';

let core: Core;
beforeAll(async () => {
  core = await loadCore(nodePlatform);
});

const report = (request: LabRequest) => answer<LabReport>(core.module.labReport(JSON.stringify(request)));
const pointAt = (request: LabRequest, scale: number) => JSON.parse(core.module.labPoint(JSON.stringify(request), scale)) as LabPoint;

/** A point of a quadratic Bézier segment. */
function bezier({ start, control, end }: Segment, t: number) {
  const mix = (key: 'scale' | 'error') => (1 - t) ** 2 * start[key] + 2 * t * (1 - t) * control[key] + t * t * end[key];
  return { scale: mix('scale'), error: mix('error') };
}

const wild = Array.from({ length: 32 }, (_, index) => Math.sin(index * index * 1.7) * (index === 5 ? 8 : 1));
const requests: [string, LabRequest][] = [
  ['the first block', requestOf(FIRST_BENCH)],
  ['uneven levels', { weights: [1, -2.5, 0.3, 7, 7, 0], levels: LEVEL_PRESETS.find((preset) => preset.name === 'nf4')?.levels ?? [], storage: 'real' }],
  ['levels made by hand', { weights: [1, -2.5, 0.3, 7], levels: LEVEL_PRESETS.find((preset) => preset.name === 'hand')?.levels ?? [], storage: 'real' }],
  ['a lopsided format', { weights: wild, format: 'q4_0' }],
  ['importance', { weights: wild, importance: wild.map((weight) => weight * weight), format: 'iq4_nl' }],
];

describe('the curve', () => {
  for (const [name, request] of requests) {
    test(`${name}: every drawn segment is the error of the block, at both signs`, () => {
      const { curve, squareSum, methods } = report(request);
      const best = Math.abs(methods.find((method) => method.name === 'exact')?.scale ?? 1);
      const span = { low: best / 3, high: best * 3 };
      for (const { sign, pieces } of curve) {
        const segments = segmentsOf(pieces, sign, squareSum, span);
        expect(segments[0]?.start.scale).toBe(span.low);
        expect(segments[segments.length - 1]?.end.scale).toBe(span.high);
        segments.forEach((segment, index) => {
          if (index > 0) expect(segment.start.scale).toBe(segments[index - 1]?.end.scale);
          for (const t of [0.25, 0.5, 0.9]) {
            const { scale, error } = bezier(segment, t);
            expect(error).toBeCloseTo(pointAt(request, sign * scale).error / squareSum, 9);
          }
        });
      }
    });
  }

  test('becomes one quadratic segment for each piece', () => {
    const { curve, squareSum } = report(requestOf(FIRST_BENCH));
    const segments = segmentsOf(curve[0]?.pieces ?? [], 1, squareSum, { low: 0.05, high: 0.2 });
    const path = curvePath(segments, (scale) => scale * 1000, (error) => 100 - error);
    expect(path.match(/Q/g)).toHaveLength(segments.length);
    expect(path).toMatch(/^M50\.000,/);
  });

  test('kinks name the weight and its codes on both sides', () => {
    const request = requestOf(FIRST_BENCH);
    const { curve, squareSum } = report(request);
    const kinks = kinksOf(curve[0]?.pieces ?? [], 1, squareSum, { low: 0.05, high: 0.2 });
    expect(kinks.length).toBeGreaterThan(5);
    for (const { scale, moves } of kinks) {
      for (const { weight, below, above } of moves) {
        expect(pointAt(request, scale * (1 - 1e-7)).codes[weight]).toBe(below);
        expect(pointAt(request, scale * (1 + 1e-7)).codes[weight]).toBe(above);
      }
    }
    // At 0.1 / 1.5 the first weight and at 0.3 / 4.5 the third move together.
    expect(kinks.find(({ scale }) => Math.abs(scale - 0.2 / 3) < 1e-6)?.moves.map(({ weight }) => weight).sort()).toEqual([0, 2]);
  });

  test('has its minimum where the exact method says', () => {
    for (const [, request] of requests) {
      const { curve, squareSum, methods } = report(request);
      const exact = methods.find((method) => method.name === 'exact');
      const lowest = Math.min(
        ...curve.flatMap(({ sign, pieces }) => pieces.flatMap((piece) => (piece.B > 0 ? [errorShare(piece, sign, squareSum, Math.min(piece.from ?? Infinity, Math.max(piece.to, (sign * piece.A) / piece.B)))] : []))),
      );
      expect(lowest).toBeLessThanOrEqual((exact?.relativeError ?? 0) ** 2 + 1e-12);
      expect((exact?.relativeError ?? 1) ** 2 - lowest).toBeLessThan(1e-6); // what storage costs
    }
  });

  test('the axis reaches over everything right of the settled scale, and is never empty', () => {
    const flat: Segment = { start: { scale: 1, error: 5 }, control: { scale: 1.5, error: 3 }, end: { scale: 2, error: 1 } };
    expect(errorCeiling([[flat, { start: flat.end, control: flat.end, end: { scale: 3, error: 2 } }]], 1.5)).toBeCloseTo(2.24);
    expect(errorCeiling([[]], 1)).toBeGreaterThan(0);
  });
});

test('weights marked as clipped are as many as the core counts', () => {
  for (const [, request] of requests) {
    const { levels, methods } = report(request);
    for (const scale of methods.flatMap((method) => [method.scale, method.scale * 0.4, -method.scale * 0.6])) {
      if (scale === 0) continue;
      const point = pointAt(request, scale);
      const marked = request.weights.filter((weight, index) => isClipped(Math.fround(weight), point.decoded[index] ?? 0, point.codes[index] ?? 0, levels, scale));
      expect(marked).toHaveLength(point.clipped);
    }
  }
});
