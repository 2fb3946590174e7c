/** The plane of size and error: where points lie, and that names lie on nothing. */
import { describe, expect, test } from 'vitest';
import { type Box, overlap } from '../src/charts/boxes';
import { boxOf, type Mark, placeNearby } from '../src/charts/nearby-names';
import { type PlanePoint, planeScales } from '../src/charts/size-error';
import { byteUnit } from '../src/text/units';

const BOUNDS: Box = { left: 0, top: 0, right: 300, bottom: 200 };
const mark = (name: string, x: number, y: number, wanted = false): Mark => ({ name, x, y, radius: 4, wanted });

describe('names', () => {
  test('lie on no mark, no other name and nothing that is taken, however crowded it is', () => {
    // A generator of the same crowds each time.
    let state = 1;
    const random = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
    const taken = [{ left: 100, top: 0, right: 180, bottom: 20 }];
    for (let round = 0; round < 50; round += 1) {
      const marks = Array.from({ length: 30 }, (_, index) => mark(`Q${index}_K_M`, random(300), random(200)));
      const names = placeNearby(marks, BOUNDS, taken);
      const boxes = names.map(({ text, x, y, anchor }) => boxOf(text, x, y, anchor));
      const others = [...marks.map(({ x, y }) => boxAround(x, y)), ...taken];
      expect(names.length).toBeGreaterThan(2);
      boxes.forEach((box, index) => {
        expect(boxes.slice(index + 1).some((other) => overlap(box, other))).toBe(false);
        expect(others.some((other) => overlap(box, other))).toBe(false);
        expect(box.left >= 0 && box.right <= 300 && box.top >= 0 && box.bottom <= 200).toBe(true);
      });
    }
  });

  test('the first has its place before the others, and all keep off a line', () => {
    const line = [{ x1: 0, y1: 100, x2: 300, y2: 100 }];
    const [first] = placeNearby([mark('Q4_K_M', 150, 100), mark('Q4_0', 152, 101)], BOUNDS, [], line);
    expect(first!.mark.name).toBe('Q4_K_M');
    expect(Math.abs(first!.y - 100)).toBeGreaterThan(6);
  });

  test('a short name stands where the long one has no room', () => {
    const one = { ...mark('Q4_K_M, recommended', 60, 100), short: 'Q4_K_M' };
    expect(placeNearby([one], BOUNDS)[0]!.text).toBe('Q4_K_M, recommended');
    expect(placeNearby([one], { ...BOUNDS, right: 130 })[0]!.text).toBe('Q4_K_M');
  });

  test('what is wanted crosses a line where nothing else is left, and what is not is left out', () => {
    const everywhere = Array.from({ length: 50 }, (_, at) => ({ x1: 0, y1: 4 * at, x2: 300, y2: 4 * at }));
    expect(placeNearby([mark('Q4_K_M', 150, 100)], BOUNDS, [], everywhere)).toEqual([]);
    expect(placeNearby([mark('Q4_K_M', 150, 100, true)], BOUNDS, [], everywhere)).toHaveLength(1);
  });
});

const boxAround = (x: number, y: number): Box => ({ left: x - 4, top: y - 4, right: x + 4, bottom: y + 4 });

const point = (bytes: number, sqnrDb: number | null, beyond = false): PlanePoint => ({
  name: String(bytes),
  kind: 'type',
  bytes,
  bitsPerWeight: 0,
  sqnrDb,
  beyond,
  tag: null,
  lines: [],
});

describe('the plane', () => {
  test('gives most of its width to what is quantized, and keeps the order beyond the break', () => {
    const { x, edge, isBroken } = planeScales(
      [point(1e6, 5), point(3.5e6, 45), point(6.6e6, null, true), point(13e6, null, true)],
      500,
      300,
    );
    expect(isBroken).toBe(true);
    expect([x(1e6) < 30, x(3.5e6) > 380, x(3.5e6) < edge, x(6.6e6) > edge, x(13e6) > x(6.6e6), x(13e6) < 500]).toEqual(
      Array(6).fill(true),
    );
  });

  test('what has no error lies over the decibels; what has nearly all of it, at the edge', () => {
    const { heightOf, isBroken } = planeScales([point(1, -3), point(2, 20), point(3, null)], 500, 300);
    expect(isBroken).toBe(false);
    expect(heightOf(null)).toBeLessThan(heightOf(20));
    expect(heightOf(-3)).toBe(heightOf(1));
    expect(heightOf(-3)).toBeLessThanOrEqual(300);
  });
});

test('an axis of sizes has one unit', () => {
  expect([900, 3_500_000, 999_999_999, 8e9].map((most) => byteUnit(most).unit)).toEqual(['bytes', 'MB', 'MB', 'GB']);
});
