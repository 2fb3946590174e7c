/** What each role has of a whole, side by side in one bar. A table beside it says the same in figures. */
import type { VNode } from 'preact';
import type { Role } from '../core/types';
import { ROLE_STYLES } from './roles';

const HEIGHT = 28;
const GAP = 2;
const LEAST = 2; // pixels of a part
/** Pixels of a character of a name, and around the name. */
const CHARACTER = 7.5;
const AIR = 8;

export interface RolePart {
  role: Role;
  share: number;
}

export function RoleBar({
  width,
  parts,
  lit,
  onLit,
}: {
  width: number;
  parts: readonly RolePart[];
  /** The role that stands out; null: none does. */
  lit: Role | null;
  onLit: (role: Role | null) => void;
}): VNode {
  const room = width - GAP * (parts.length - 1);
  const wide = parts.map(({ share }) => Math.max(LEAST, share * room));
  const fit = room / wide.reduce((sum, own) => sum + own, 0);
  let at = 0;
  return (
    <svg class="role-bar" width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
      {parts.map(({ role }, index) => {
        const { label, color } = ROLE_STYLES[role];
        const own = wide[index]! * fit;
        const left = at;
        at += own + GAP;
        return (
          <g
            key={role}
            class={lit === null || lit === role ? '' : 'dim'}
            onPointerEnter={() => onLit(role)}
            onPointerLeave={() => onLit(null)}
          >
            <rect x={left} width={own} height={HEIGHT} rx={2} fill={color} />
            {own >= label.length * CHARACTER + 2 * AIR && (
              <text class="role-name" x={left + AIR} y={HEIGHT / 2} dy="0.35em">
                {label}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}
