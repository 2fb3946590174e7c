import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { ChartFrame } from '../../charts/frame';
import { RoleBar } from '../../charts/role-bar';
import { ROLE_STYLES } from '../../charts/roles';
import type { ChartTable } from '../../charts/table';
import type { ModelInfo, Role } from '../../core/types';
import { bytes, exactBytes, percent, quantity } from '../../text/units';
import { bytesByRole, type RoleBytes } from './role-bytes';
import { texts } from '../../text/texts';

export function WhereTheBytesAre({ info }: { info: ModelInfo }): VNode {
  const t = texts().model;
  const [lit, setLit] = useState<Role | null>(null);
  const rows = bytesByRole(info.tensors);
  const total = Math.max(1, info.tensorBytes);
  const light = (role: Role | null) => ({ onPointerEnter: () => setLit(role), onPointerLeave: () => setLit(null) });
  const shade = (role: Role) => (lit === null || lit === role ? '' : 'dim');
  const figures = (
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
  );
  return (
    <div class="where-bytes">
      <ChartFrame
        title={t.whereBytes}
        note={t.whereBytesNote}
        file={`${info.name ?? 'model'}-bytes-by-role`}
        table={() => roleTable(rows, total)}
      >
        {(width) => (
          <RoleBar
            width={width}
            parts={rows.filter((row) => row.bytes > 0).map((row) => ({ role: row.role, share: row.bytes / total }))}
            lit={lit}
            onLit={setLit}
          />
        )}
      </ChartFrame>
      {figures}
    </div>
  );
}

function roleTable(rows: readonly RoleBytes[], total: number): ChartTable {
  const t = texts().model;
  return {
    columns: [
      { title: t.role },
      { title: t.tensorsColumn },
      { title: t.weightsColumn },
      { title: t.size, unit: t.bytesUnit },
      { title: t.share, unit: '%' },
    ],
    rows: rows.map(({ role, tensors, weights, bytes }) => [role, tensors, weights, bytes, bytes / total]),
  };
}
