import type { VNode } from 'preact';
import type { Plan, PlannedTensor } from '../../core/types';
import { type Column, DataTable } from '../parts/data-table';
import { coreLang, texts } from '../../text/texts';
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
  const types = tally(converted.map((tensor) => tensor.to));
  const copied = plan.tensors.length - converted.length;
  const t = texts().plan;
  const columns = (): Column<PlannedTensor>[] => {
    const t = texts().plan;
    return [
      { title: t.name, value: (row) => row.name, width: 26 },
      { title: t.from, value: (row) => row.from, width: 8 },
      {
        title: t.to,
        value: (row) => row.to,
        cell: (row) => (row.action === 'convert' ? <strong>{row.to}</strong> : row.to),
        width: 8,
      },
      {
        title: t.why,
        value: (row) => row.reason,
        cell: (row) => (
          <span title={row.reason} {...coreLang(row.reason)}>
            {row.reason}
          </span>
        ),
        width: 70,
      },
      {
        title: t.scaleSearchColumn,
        value: (row) => (row.action === 'convert' ? (row.method ?? '') : ''),
        width: 13,
        hint: t.scaleSearchHint,
      },
      { title: t.shape, value: (row) => shapeText(row.shape), width: 14 },
      {
        title: t.bytesBefore,
        value: (row) => row.inputBytes,
        cell: (row) => integer(row.inputBytes),
        width: 13,
        numeric: true,
      },
      {
        title: t.bytesAfter,
        value: (row) => row.outputBytes,
        cell: (row) => integer(row.outputBytes),
        width: 13,
        numeric: true,
      },
    ];
  };
  return (
    <>
      <p class="quiet">
        {converted.length === 0
          ? t.copied(integer(copied))
          : copied === 0
            ? t.convertedTo(types)
            : t.convertedAndCopied(types, integer(copied))}
      </p>
      <DataTable
        label={t.becomes}
        file={`plan-${plan.fileType}`}
        noun={texts().parts.table.tensors}
        rows={plan.tensors}
        columns={columns}
        rowKey={(row) => row.name}
        search={(row) => `${row.name} ${row.from} ${row.to} ${row.reason}`}
      />
    </>
  );
}
