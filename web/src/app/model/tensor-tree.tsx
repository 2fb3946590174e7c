/** The tensors of a model by layer, as model viewers show them. */
import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { ROLE_STYLES } from '../../charts/roles';
import type { ModelInfo } from '../../core/types';
import { showInLab } from '../lab/links';
import { Term } from '../parts/term';
import { ROW_HEIGHT, useRowWindow } from '../parts/window';
import { bytes, exactBytes, integer, percent, plural, quantity, shapeText } from '../../text/units';
import { type Branch, matching, opensFirst, type Row, rowsOf, treeOf } from './tree';

const VISIBLE = 16;
/** Of the columns, in hundredths. */
const WIDTHS = [28, 18, 14, 12, 11, 11, 6];

export function TensorTree({ info }: { info: ModelInfo }): VNode {
  const { tensors } = info;
  const tree = useMemo(() => treeOf(tensors), [info]);
  const texts = useMemo(
    () => tensors.map(({ name, type, role, shape }) => `${name} ${type} ${role} ${shapeText(shape)}`.toLowerCase()),
    [info],
  );
  const [wanted, setWanted] = useState('');
  const [turned, setTurned] = useState<ReadonlyMap<string, boolean>>(new Map());
  const isOpen = (branch: Branch) => turned.get(branch.key) ?? opensFirst(branch, tensors.length);
  const found = useMemo(() => matching(tensors, texts, wanted), [info, wanted]);
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
          placeholder="Filter tensors"
          aria-label="Filter tensors"
          value={wanted}
          onInput={(event) => {
            setWanted(event.currentTarget.value);
            toTop();
          }}
        />
        <span class="quiet small" aria-live="polite">
          {found === null
            ? plural(tensors.length, 'tensor')
            : `${integer(found.size)} of ${plural(tensors.length, 'tensor')}`}
        </span>
        <span class="push tree-turns">
          <button type="button" class="button small" disabled={found !== null} onClick={() => turnAll(true)}>
            Open all
          </button>
          <button type="button" class="button small" disabled={found !== null} onClick={() => turnAll(false)}>
            Close all
          </button>
        </span>
      </div>
      <div
        class="table-box"
        ref={box}
        role="region"
        aria-label="Tensors by layer"
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
                <Term of="layer">layer</Term> and name
              </th>
              <th scope="col">
                <Term of="role">role</Term>
              </th>
              <th scope="col">
                <Term of="shape">shape</Term>
              </th>
              <th scope="col">type</th>
              <th scope="col" class="number">
                weights
              </th>
              <th scope="col" class="number">
                size
              </th>
              <th scope="col">blocks</th>
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
                onTurn={found === null ? (branch) => setTurned(new Map(turned).set(branch.key, !isOpen(branch))) : null}
              />
            ))}
            <Spacer rows={rows.length - last} />
          </tbody>
        </table>
        {rows.length === 0 && <p class="table-empty quiet">No tensors match “{wanted}”.</p>}
      </div>
    </div>
  );
}

const Spacer = ({ rows }: { rows: number }): VNode | null =>
  rows > 0 ? (
    <tr class="spacer" aria-hidden="true" style={{ height: `${rows * ROW_HEIGHT}px` }}>
      <td colSpan={WIDTHS.length} />
    </tr>
  ) : null;

interface TreeRowProps {
  row: Row;
  /** As screen readers count, the head being the first. */
  number: number;
  /** Bytes of all tensors. */
  total: number;
  /** Null: what is looked for stands open. */
  onTurn: ((branch: Branch) => void) | null;
}

function TreeRow({ row, number, total, onTurn }: TreeRowProps): VNode {
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
            aria-label={`Show a block of ${tensor.name} in the Lab`}
            onClick={() => showInLab(tensor.name)}
          >
            Lab
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
          {branch.title}
        </button>
      </td>
      <td class="quiet">{plural(branch.tensors, 'tensor')}</td>
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
