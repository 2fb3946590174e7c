/** The tensors of a model by layer, as model viewers show them. */
import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { ROLE_STYLES } from '../../charts/roles';
import type { ModelInfo } from '../../core/types';
import { showInLab } from '../lab/links';
import { Rich } from '../parts/rich';
import { Term, term } from '../parts/term';
import { ROW_HEIGHT, useRowWindow } from '../parts/window';
import { bytes, exactBytes, integer, percent, quantity, shapeText } from '../../text/units';
import { type Branch, matching, opensFirst, type Row, rowsOf, treeOf } from './tree';
import { texts } from '../../text/texts';

const VISIBLE = 16;
/** Of the columns, in hundredths. */
const WIDTHS = [28, 18, 14, 12, 11, 11, 6];

export function TensorTree({ info }: { info: ModelInfo }): VNode {
  const { tensors } = info;
  const hasLayers = useMemo(() => tensors.some(({ layer }) => layer !== null), [info]);
  const tree = useMemo(() => treeOf(tensors), [info]);
  const searched = useMemo(
    () => tensors.map(({ name, type, role, shape }) => `${name} ${type} ${role} ${shapeText(shape)}`.toLowerCase()),
    [info],
  );
  const t = texts().model;
  const [wanted, setWanted] = useState('');
  const [turned, setTurned] = useState<ReadonlyMap<string, boolean>>(new Map());
  const isOpen = (branch: Branch) => turned.get(branch.key) ?? opensFirst(branch, tensors.length);
  const found = useMemo(() => matching(tensors, searched, wanted), [info, wanted]);
  const rows = useMemo(() => rowsOf(tree, isOpen, found), [tree, turned, found]);
  const { box, first, last, height, onScroll, toTop } = useRowWindow(rows.length, VISIBLE);
  const turnAll = (to: boolean) => {
    const keys = tree.flatMap((node) => ('children' in node ? [node.key] : []));
    setTurned(new Map(keys.map((key) => [key, to])));
    toTop();
  };
  return (
    <div class="data-table tensor-tree">
      <div class="table-tools">
        <input
          class="input"
          type="search"
          placeholder={texts().parts.table.filter(texts().parts.table.tensors.other)}
          aria-label={texts().parts.table.filter(texts().parts.table.tensors.other)}
          value={wanted}
          onInput={(event) => {
            setWanted(event.currentTarget.value);
            toTop();
          }}
        />
        <span class="quiet small" aria-live="polite">
          {found === null ? texts().common.tensors(tensors.length) : t.foundOf(integer(found.size), tensors.length)}
        </span>
        <span class="push tree-turns">
          <button type="button" class="button small" disabled={found !== null} onClick={() => turnAll(true)}>
            {t.openAll}
          </button>
          <button type="button" class="button small" disabled={found !== null} onClick={() => turnAll(false)}>
            {t.closeAll}
          </button>
        </span>
      </div>
      <div
        class="table-box"
        ref={box}
        role="region"
        aria-label={t.tensorsByLayer}
        tabIndex={0}
        style={{ height: `${height}px` }}
        onScroll={onScroll}
      >
        <table aria-rowcount={rows.length + 1}>
          <colgroup>
            {WIDTHS.map((width, index) => (
              <col key={index} style={{ width: `${width}%` }} />
            ))}
          </colgroup>
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col">
                <Rich text={t.layerAndName} parts={{ layer: term('layer') }} />
              </th>
              <th scope="col">
                <Term of="role">{t.role}</Term>
              </th>
              <th scope="col">
                <Term of="shape">{t.shape}</Term>
              </th>
              <th scope="col">{t.type}</th>
              <th scope="col" class="number">
                {t.weightsColumn}
              </th>
              <th scope="col" class="number">
                {t.size}
              </th>
              <th scope="col">{t.blocks}</th>
            </tr>
          </thead>
          <tbody>
            <Spacer rows={first} />
            {rows.slice(first, last).map((row, index) => (
              <TreeRow
                key={'branch' in row ? `branch ${row.branch.key}` : row.tensor.name}
                row={row}
                number={first + index + 2}
                total={info.tensorBytes}
                hasLayers={hasLayers}
                onTurn={found === null ? (branch) => setTurned(new Map(turned).set(branch.key, !isOpen(branch))) : null}
              />
            ))}
            <Spacer rows={rows.length - last} />
          </tbody>
        </table>
        {rows.length === 0 && (
          <p class="table-empty quiet">{texts().parts.table.none(texts().parts.table.tensors.other, wanted)}</p>
        )}
      </div>
    </div>
  );
}

/** A layer or a part of one, as the page calls it. */
function branchTitle(title: string): string {
  const { branches } = texts().model;
  const layer = /^layer (\d+)$/.exec(title);
  if (layer) return branches.layer(Number(layer[1]));
  const parts: Record<string, string> = {
    'comes in': branches.comesIn,
    'goes out': branches.goesOut,
    attention: branches.attention,
    'state space': branches.stateSpace,
    'feed-forward': branches.feedForward,
    more: branches.more,
  };
  return parts[title] ?? title;
}

const Spacer = ({ rows }: { rows: number }): VNode | null =>
  rows > 0 ? (
    <tr class="spacer" aria-hidden="true" style={{ height: `${rows * ROW_HEIGHT}px` }}>
      <td colSpan={WIDTHS.length} />
    </tr>
  ) : null;

interface TreeRowProps {
  row: Row;
  /** Whether branches are layers and their parts, and not pieces of names. */
  hasLayers: boolean;
  /** As screen readers count, the head being the first. */
  number: number;
  /** Bytes of all tensors. */
  total: number;
  /** Null: what is looked for stands open. */
  onTurn: ((branch: Branch) => void) | null;
}

function TreeRow({ row, number, total, onTurn, hasLayers }: TreeRowProps): VNode {
  const t = texts().model;
  if ('tensor' in row) {
    const { tensor, name, depth } = row;
    return (
      <tr aria-rowindex={number} class="tree-leaf">
        <td style={{ '--depth': depth }} title={tensor.name}>
          {name}
        </td>
        <td>{ROLE_STYLES[tensor.role].meaning}</td>
        <td>{shapeText(tensor.shape)}</td>
        <td>{tensor.type.toUpperCase()}</td>
        <td class="number">{integer(tensor.weights)}</td>
        <td class="number" title={exactBytes(tensor.bytes)}>
          {bytes(tensor.bytes)}
        </td>
        <td>
          <button
            type="button"
            class="link-button plain"
            aria-label={t.showBlock(tensor.name)}
            onClick={() => showInLab(tensor.name)}
          >
            {texts().common.lab}
          </button>
        </td>
      </tr>
    );
  }
  const { branch, isOpen } = row;
  return (
    <tr aria-rowindex={number} class="tree-branch">
      <td style={{ '--depth': branch.depth }}>
        <button type="button" aria-expanded={isOpen} aria-disabled={onTurn === null} onClick={() => onTurn?.(branch)}>
          {hasLayers ? branchTitle(branch.title) : branch.title}
        </button>
      </td>
      <td class="quiet">{texts().common.tensors(branch.tensors)}</td>
      <td />
      <td title={branch.types}>{branch.types.toUpperCase()}</td>
      <td class="number">{quantity(branch.weights)}</td>
      <td class="number" title={exactBytes(branch.bytes)}>
        {bytes(branch.bytes)} <span class="quiet">{percent(branch.bytes / Math.max(1, total))}</span>
      </td>
      <td />
    </tr>
  );
}
