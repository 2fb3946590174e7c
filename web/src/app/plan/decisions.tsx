import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Plan, PlannedTensor } from '../../core/types';
import { type Column, DataTable } from '../parts/data-table';
import { texts } from '../../text/texts';
import { integer, shapeText, tally } from '../../text/units';

/** Tensors that wanted one type and get another, together where the case is the same. */
export function substitutions(plan: Plan): { sentence: string; names: string[] }[] {
  const groups = new Map<string, string[]>();
  for (const { name, wanted, to, reason } of plan.tensors) {
    if (wanted === null) continue;
    const key = `${wanted} → ${to}: ${reason}`;
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups].map(([sentence, names]) => ({ sentence, names }));
}

/** What becomes of every tensor, and why. */
export function Decisions({ plan }: { plan: Plan }): VNode {
  const converted = plan.tensors.filter((tensor) => tensor.action === 'convert');
  const copied = plan.tensors.length - converted.length;
  const columns = useMemo<Column<PlannedTensor>[]>(
    () => [
      { title: 'name', value: (row) => row.name, width: 26 },
      { title: 'from', value: (row) => row.from, width: 8 },
      {
        title: 'to',
        value: (row) => row.to,
        cell: (row) => (row.action === 'convert' ? <strong>{row.to}</strong> : row.to),
        width: 8,
      },
      {
        title: 'why',
        value: (row) => row.reason,
        cell: (row) => <span title={row.reason}>{row.reason}</span>,
        width: 70,
      },
      {
        title: 'scale search',
        value: (row) => (row.action === 'convert' ? (row.method ?? '') : ''),
        width: 13,
        hint: 'The method that writes it: the one that was chosen, or what there is for this tensor and type',
      },
      { title: 'shape', value: (row) => shapeText(row.shape), width: 14 },
      {
        title: 'bytes before',
        value: (row) => row.inputBytes,
        cell: (row) => integer(row.inputBytes),
        width: 13,
        numeric: true,
      },
      {
        title: 'bytes after',
        value: (row) => row.outputBytes,
        cell: (row) => integer(row.outputBytes),
        width: 13,
        numeric: true,
      },
    ],
    [],
  );
  return (
    <>
      <p class="quiet">
        {converted.length > 0 && `to ${tally(converted.map((tensor) => tensor.to))}`}
        {converted.length > 0 && copied > 0 && '; '}
        {copied > 0 && `${integer(copied)} copied as they are`}
      </p>
      <DataTable
        label="What becomes of each tensor"
        file={`plan-${plan.fileType}`}
        noun={texts().parts.table.tensors}
        rows={plan.tensors}
        columns={() => columns}
        rowKey={(row) => row.name}
        search={(row) => `${row.name} ${row.from} ${row.to} ${row.reason}`}
      />
    </>
  );
}
