/** Names beside marks: on no line, no mark, no other name, and none lost where there is room. */
import { describe, expect, it } from 'vitest';
import { crosses, overlap, type Segment } from '../src/charts/boxes';
import { boxOf, placeNames } from '../src/charts/place-labels';

const within = { left: 0, top: 0, right: 900, bottom: 400 };

/** A staircase like a frontier, marks on its corners, and a crowd above it. */
function staircase(count: number) {
  const corner = (index: number) => ({
    x: 20 + (index * 860) / count,
    y: 380 * (1 - Math.exp((-3 * index) / count)) + 10,
  });
  const lines = Array.from({ length: count }, (_, index): Segment[] => {
    const [a, b] = [corner(index), corner(index + 1)];
    return [
      { x1: a.x, y1: a.y, x2: b.x, y2: a.y },
      { x1: b.x, y1: a.y, x2: b.x, y2: b.y },
    ];
  }).flat();
  const names = Array.from({ length: count }, (_, index) => ({ ...corner(index), text: `IQ${index}_XXS` }));
  const marks = names.map(({ x, y }) => ({ x, y, size: 5 }));
  const crowd = names.flatMap(({ x, y }) => [1, 2, 3].map((step) => ({ x: x + 2 * step, y: y - 9 * step, size: 2.6 })));
  return { lines, names, marks, crowd };
}

describe('names beside marks', () => {
  it.each([
    [11, true],
    [24, false], // too dense to keep clear of what is only to be kept clear where that is possible
  ])('%i of them keep clear of lines, marks and one another; of the crowd: %s', (count, isRoomy) => {
    const { lines, names, marks, crowd } = staircase(count);
    const placed = placeNames(names, within, lines, marks, crowd);
    expect(placed).toHaveLength(names.length);
    for (const [index, one] of placed.entries()) {
      const box = boxOf(one);
      expect(lines.filter((line) => crosses(box, line))).toEqual([]);
      for (const { x, y, size } of [...marks, ...(isRoomy ? crowd : [])])
        expect(overlap(box, { left: x - size, right: x + size, top: y - size, bottom: y + size })).toBe(false);
      for (const other of placed.slice(index + 1)) {
        expect(overlap(box, boxOf(other)), `${one.text} and ${other.text}`).toBe(false);
        if (other.leader) expect(crosses(box, other.leader)).toBe(false);
        if (one.leader) expect(crosses(boxOf(other), one.leader)).toBe(false);
      }
      expect(box.left >= 0 && box.right <= 900 && box.top >= 0 && box.bottom <= 400).toBe(true);
    }
  });

  it('stand right beside the mark where nothing is in the way, and are left out where there is no room', () => {
    const [alone] = placeNames([{ text: 'Q8_0', x: 100, y: 100 }], within, [], [], []);
    expect(alone).toMatchObject({ textX: 108, textY: 100, leader: null });
    const wall = Array.from({ length: 80 }, (_, at) => ({ x1: 0, y1: 5 * at, x2: 900, y2: 5 * at }));
    expect(placeNames([{ text: 'Q8_0', x: 100, y: 100 }], within, wall, [], [])).toEqual([]);
  });

  it('fan out from a heap of marks, none across the leader of another', () => {
    const heap = Array.from({ length: 14 }, (_, at) => ({ x: 450 + 9 * (at % 4), y: 200 + 9 * Math.floor(at / 4) }));
    const placed = placeNames(
      heap.map((at, index) => ({ ...at, text: `NAME_${index}` })),
      within,
      [],
      heap.map((at) => ({ ...at, size: 5 })),
      [],
    );
    expect(placed.filter(({ leader }) => leader).length).toBeGreaterThan(4);
    for (const one of placed)
      for (const other of placed) {
        if (one === other) continue;
        expect(overlap(boxOf(one), boxOf(other))).toBe(false);
        if (other.leader) expect(crosses(boxOf(one), other.leader), `${one.text} on ${other.text}`).toBe(false);
      }
  });

  it('know a segment that goes through a box from one that passes by', () => {
    const box = { left: 10, top: 10, right: 20, bottom: 20 };
    expect(crosses(box, { x1: 0, y1: 15, x2: 30, y2: 15 })).toBe(true);
    expect(crosses(box, { x1: 12, y1: 12, x2: 13, y2: 13 })).toBe(true);
    expect(crosses(box, { x1: 0, y1: 21, x2: 30, y2: 21 })).toBe(false);
    expect(crosses(box, { x1: 0, y1: 0, x2: 9, y2: 30 })).toBe(false);
    expect(crosses(box, { x1: 0, y1: 14, x2: 14, y2: 0 })).toBe(false);
    expect(crosses(box, { x1: 0, y1: 30, x2: 30, y2: 0 })).toBe(true);
  });
});
