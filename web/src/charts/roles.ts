/** How the charts tell tensor roles apart: hue, dash and marker, so that no reading depends on colour alone. */
import type { Role } from '../core/types';

export interface RoleStyle {
  label: string;
  /** In words, for tables and screen readers. */
  meaning: string;
  color: string;
  dash: string;
  marker: Marker;
}

export type Marker = 'circle' | 'square' | 'triangle' | 'diamond' | 'cross' | 'ring' | 'bar';

const style = (role: Role, label: string, meaning: string, dash: string, marker: Marker): RoleStyle => ({
  label,
  meaning,
  color: `var(--role-${role})`,
  dash,
  marker,
});

export const ROLE_STYLES: Record<Role, RoleStyle> = {
  token_embd: style('token_embd', 'token_embd', 'token embedding', '', 'ring'),
  output: style('output', 'output', 'output matrix', '6 3', 'bar'),
  q: style('q', 'q', 'attention query', '', 'circle'),
  k: style('k', 'k', 'attention key', '5 3', 'square'),
  v: style('v', 'v', 'attention value', '2 3', 'triangle'),
  qkv: style('qkv', 'qkv', 'attention query, key and value in one', '', 'square'),
  o: style('o', 'o', 'attention output', '8 3 2 3', 'diamond'),
  gate: style('gate', 'gate', 'feed-forward gate', '', 'cross'),
  up: style('up', 'up', 'feed-forward up', '5 3', 'ring'),
  down: style('down', 'down', 'feed-forward down', '2 3', 'bar'),
  norm: style('norm', 'norm', 'normalisation', '1 3', 'circle'),
  other: style('other', 'other', 'anything else', '1 4', 'square'),
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
