import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { ROLE_STYLES } from '../../charts/roles';
import type { ModelInfo, Role } from '../../core/types';
import { bytes, exactBytes, percent, quantity } from '../../text/units';
import { bytesByRole } from './role-bytes';
import { texts } from '../../text/texts';

/** Narrower parts of the bar carry no name; the table under it has them all. */
const SHARE_WITH_NAME = 0.07;

export function WhereTheBytesAre({ info }: { info: ModelInfo }): VNode {
  const t = texts().model;
  const [lit, setLit] = useState<Role | null>(null);
  const rows = bytesByRole(info.tensors);
  const total = Math.max(1, info.tensorBytes);
  const light = (role: Role | null) => ({ onPointerEnter: () => setLit(role), onPointerLeave: () => setLit(null) });
  const shade = (role: Role) => (lit === null || lit === role ? '' : 'dim');
  return (
    <div class="where-bytes">
      <h3 class="visually-hidden">{t.whereBytes}</h3>
      <div class="byte-bar" aria-hidden="true">
        {rows
          .filter((row) => row.bytes > 0)
          .map((row) => (
            <div
              key={row.role}
              class={shade(row.role)}
              style={{ flexGrow: row.bytes / total, background: ROLE_STYLES[row.role].color }}
              {...light(row.role)}
            >
              {row.bytes / total > SHARE_WITH_NAME && <span>{ROLE_STYLES[row.role].label}</span>}
            </div>
          ))}
      </div>
      <table class="plain-table role-table">
        <thead>
          <tr>
            <th scope="col">{t.role}</th>
            <th scope="col" class="number">
              {t.tensorsColumn}
            </th>
            <th scope="col" class="number">
              {t.weightsColumn}
            </th>
            <th scope="col" class="number">
              {t.size}
            </th>
            <th scope="col" class="number">
              {t.share}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.role} class={shade(row.role)} {...light(row.role)}>
              <th scope="row">
                <span class="swatch" style={{ background: ROLE_STYLES[row.role].color }} />
                <span class="mono">{ROLE_STYLES[row.role].label}</span>{' '}
                <span class="quiet role-meaning">{ROLE_STYLES[row.role].meaning}</span>
              </th>
              <td class="number">{row.tensors}</td>
              <td class="number">{quantity(row.weights)}</td>
              <td class="number" title={exactBytes(row.bytes)}>
                {bytes(row.bytes)}
              </td>
              <td class="number">{percent(row.bytes / total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
