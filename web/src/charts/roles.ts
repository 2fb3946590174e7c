/** How the charts tell tensor roles apart: hue, dash and marker, so that no reading depends on colour alone. */
import type { Role } from '../core/types';
import { texts } from '../text/texts';

export interface RoleStyle {
  label: string;
  /** In words, for tables and screen readers. */
  readonly meaning: string;
  color: string;
  dash: string;
  marker: Marker;
}

export type Marker = 'circle' | 'square' | 'triangle' | 'diamond' | 'cross' | 'ring' | 'bar';

const style = (role: Role, dash: string, marker: Marker): RoleStyle => ({
  label: role,
  get meaning() {
    return texts().charts.roles[role];
  },
  color: `var(--role-${role})`,
  dash,
  marker,
});

export const ROLE_STYLES: Record<Role, RoleStyle> = {
  token_embd: style('token_embd', '', 'ring'),
  output: style('output', '6 3', 'bar'),
  q: style('q', '', 'circle'),
  k: style('k', '5 3', 'square'),
  v: style('v', '2 3', 'triangle'),
  qkv: style('qkv', '', 'square'),
  o: style('o', '8 3 2 3', 'diamond'),
  gate: style('gate', '', 'cross'),
  up: style('up', '5 3', 'ring'),
  down: style('down', '2 3', 'bar'),
  norm: style('norm', '1 3', 'circle'),
  other: style('other', '1 4', 'square'),
};

/** The order in which roles are listed: as data flows through a layer. */
export const ROLE_ORDER = Object.keys(ROLE_STYLES) as Role[];

/** A marker's outline around the origin, for a <path>. `size` is its radius. */
export function markerPath(marker: Marker, size: number): string {
  const s = size;
  switch (marker) {
    case 'circle':
      return `M${-s},0a${s},${s} 0 1,0 ${2 * s},0a${s},${s} 0 1,0 ${-2 * s},0Z`;
    case 'ring':
      return (
        `M${-s},0a${s},${s} 0 1,0 ${2 * s},0a${s},${s} 0 1,0 ${-2 * s},0Z M${-s * 0.5},0a${s * 0.5},${s * 0.5} 0 ` +
        `1,1 ${s},0a${s * 0.5},${s * 0.5} 0 1,1 ${-s},0Z`
      );
    case 'square':
      return `M${-s * 0.9},${-s * 0.9}h${s * 1.8}v${s * 1.8}h${-s * 1.8}Z`;
    case 'triangle':
      return `M0,${-s * 1.15}L${s * 1.1},${s * 0.8}H${-s * 1.1}Z`;
    case 'diamond':
      return `M0,${-s * 1.25}L${s * 1.15},0L0,${s * 1.25}L${-s * 1.15},0Z`;
    case 'cross':
      return (
        `M${-s},${-s * 0.35}H${-s * 0.35}V${-s}H${s * 0.35}V${-s * 0.35}H${s}` +
        `V${s * 0.35}H${s * 0.35}V${s}H${-s * 0.35}V${s * 0.35}H${-s}Z`
      );
    case 'bar':
      return `M${-s * 0.4},${-s * 1.2}h${s * 0.8}v${s * 2.4}h${-s * 0.8}Z`;
  }
}
