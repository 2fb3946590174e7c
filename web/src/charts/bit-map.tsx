/** A stored block as its bytes and bits, in the order of the file, and the weights they are. */
import type { VNode } from 'preact';
import { texts } from '../text/texts';
import { type ArrowKey, Pointing, type Reading, stepIndex } from './pointing';

export interface BitGroup {
  /** Which kind of number: decides the colour. */
  kind: string;
  bits: readonly number[];
  /** Whether it belongs to what is on the bench; the others are faint. */
  own: boolean;
  /** The weight whose code it is, counted on the bench; or null. */
  weight: number | null;
  head: string;
  lines: string[];
}

interface BitWeight {
  value: string;
  code: string;
  reading?: Pick<Reading, 'head' | 'lines'>;
  /** Of the largest weight, from −1 to 1: the colour of cells that have no room for text. */
  shade?: number;
}

interface BitMapProps {
  width: number;
  bytes: readonly number[];
  groups: readonly BitGroup[];
  /** The numbers that each weight of the bench comes from, by their places in `groups`. */
  ofWeight: readonly (readonly number[])[];
  /** What stands in the weights' cells, and what is read there; without that, the reading of its first number. */
  weights: readonly BitWeight[];
  pointed: number | null;
  onPoint: (weight: number | null) => void;
}

const BYTE_GAP = 8;
const ROW = 34;
const HEX = 12;
const BIT_TALL = 13;
const WEIGHT_TALL = 34;
const SLIM_TALL = 17;
/** Width of a character of a code, about. */
const CHARACTER = 7;
const MOST_BIT = 12;
const ACROSS = [32, 24, 16, 12, 8, 6, 4, 2];
const LEAST_BIT = 5;
const LEAST_WEIGHT = 26;
const GAP = 10;

export function BitMap({ width, bytes, groups, ofWeight, weights, pointed, onPoint }: BitMapProps): VNode {
  const across =
    ACROSS.find((count) => count <= bytes.length * 1.5 && (width / count - BYTE_GAP) / 8 >= LEAST_BIT) ?? 2;
  const bit = Math.min(MOST_BIT, Math.floor((width / across - BYTE_GAP) / 8));
  const cell = 8 * bit + BYTE_GAP;
  const perLine = Math.max(1, Math.min(weights.length, Math.floor(width / LEAST_WEIGHT), 32));
  const wide = Math.min(110, width / perLine);
  const isSlim = weights.some(({ code, shade }) => shade !== undefined && code.length * CHARACTER > wide - 4);
  const tall = isSlim ? SLIM_TALL : WEIGHT_TALL;
  const weightsTall = Math.ceil(weights.length / perLine) * tall;
  const top = weightsTall + GAP;
  const height = top + Math.ceil(bytes.length / across) * ROW;
  const groupOf: number[] = Array<number>(8 * bytes.length).fill(-1);
  groups.forEach((group, index) => {
    for (const one of group.bits) groupOf[one] = index;
  });
  /** The most significant bit of a byte is at its left. */
  const place = (one: number) => {
    const byte = one >> 3;
    return {
      x: (byte % across) * cell + (7 - (one & 7)) * bit,
      y: top + Math.floor(byte / across) * ROW + HEX,
    };
  };
  const order = groups.flatMap((group, index) => (group.own ? [index] : []));
  const marked = new Set(pointed === null ? [] : ofWeight[pointed]);
  const weightAt = (px: number, py: number): number | null => {
    const index = Math.floor(py / tall) * perLine + Math.floor(px / wide);
    return py >= 0 && py < weightsTall && px >= 0 && px < perLine * wide && index < weights.length ? index : null;
  };
  /** Marks are numbers by their places in `groups`; weights count down from −1. */
  const weightOf = (mark: number): number | null => (mark < 0 ? -mark - 1 : (groups[mark]?.weight ?? null));
  const numberOf = (mark: number): number => (mark < 0 ? (ofWeight[-mark - 1]?.[0] ?? 0) : mark);
  const pick = (px: number, py: number): number | null => {
    const weight = weightAt(px, py);
    if (weight !== null) return -weight - 1;
    const [column, row] = [Math.floor(px / cell), Math.floor((py - top) / ROW)];
    if (py < top || column < 0 || column >= across) return null;
    const byte = row * across + column;
    const at = Math.min(7, Math.max(0, Math.floor((px - column * cell) / bit)));
    const found = byte < bytes.length ? groupOf[8 * byte + 7 - at] : -1;
    return found === undefined || found < 0 ? null : found;
  };
  const step = (from: number | null, key: ArrowKey): number | null => {
    const at = from === null ? null : Math.max(0, order.indexOf(numberOf(from)));
    const next = stepIndex(at, key, order.length);
    return next === null ? null : (order[next] ?? null);
  };
  const read = (mark: number): Reading => {
    const group = groups[numberOf(mark)]!;
    const { x, y } = place(group.bits[0] ?? 0);
    const { head, lines } = (mark < 0 ? weights[-mark - 1]?.reading : null) ?? group;
    return { x: x + bit, y, head, lines };
  };
  return (
    <Pointing<number>
      label={texts().charts.bitMap.label}
      pick={pick}
      step={step}
      read={read}
      onMark={(mark) => onPoint(mark === null ? null : weightOf(mark))}
    >
      {(mark) => (
        <svg class="bit-map" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          {weights.map(({ value, code, shade = 0 }, index) => {
            const lit = index === pointed || (mark !== null && (ofWeight[index]?.includes(mark) ?? false));
            return (
              <g
                key={index}
                class={lit ? 'bit-weight lit' : 'bit-weight'}
                transform={`translate(${(index % perLine) * wide},${Math.floor(index / perLine) * tall})`}
              >
                <rect x={1} y={1} width={wide - 3} height={tall - (isSlim ? 2 : 4)} rx={isSlim ? 2 : 3} />
                {isSlim && (
                  <rect
                    class={shade < 0 ? 'shade below' : 'shade'}
                    x={1}
                    y={1}
                    width={wide - 3}
                    height={tall - 2}
                    rx={2}
                    fill-opacity={Math.abs(shade)}
                  />
                )}
                {!isSlim && wide >= 44 && (
                  <text x={wide / 2} y={13} text-anchor="middle">
                    {value}
                  </text>
                )}
                {!isSlim && (
                  <text class="bit-code" x={wide / 2} y={wide >= 44 ? 26 : 20} text-anchor="middle">
                    {code}
                  </text>
                )}
              </g>
            );
          })}
          {bytes.map((byte, index) => (
            <text
              key={index}
              class="bit-hex"
              x={(index % across) * cell + 4 * bit}
              y={top + Math.floor(index / across) * ROW + HEX - 3}
              text-anchor="middle"
            >
              {byte.toString(16).padStart(2, '0')}
            </text>
          ))}
          {groupOf.map((group, one) => {
            const { x, y } = place(one);
            const of = groups[group];
            const lit = group >= 0 && (marked.has(group) || group === mark);
            const set = ((bytes[one >> 3] ?? 0) >> (one & 7)) & 1;
            return (
              <rect
                key={one}
                class={[
                  'bit',
                  of ? `bit-${of.kind}` : '',
                  of?.own ? '' : 'of-others',
                  set ? 'set' : '',
                  lit ? 'lit' : '',
                ].join(' ')}
                x={x + 0.5}
                y={lit ? y - 1 : y + 1}
                width={bit - 1}
                height={lit ? BIT_TALL + 2 : BIT_TALL - 2}
                rx={1}
              />
            );
          })}
        </svg>
      )}
    </Pointing>
  );
}
