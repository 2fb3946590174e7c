import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { views } from '../address';
import { Switch } from '../../charts/frame';
import { ROLE_STYLES } from '../../charts/roles';
import type { MetadataEntry, ModelInfo, TensorInfo } from '../../core/types';
import { showInLab } from '../lab/links';
import { type Column, DataTable } from '../parts/data-table';
import { ComparePanel } from '../compare/compare-panel';
import { OutliersPanel } from '../outliers/outliers-panel';
import { NoteBoxes } from '../parts/note-boxes';
import { Place } from '../parts/place';
import { Term } from '../parts/term';
import { Tabs } from '../parts/tabs';
import { ReceiptPanel } from '../receipt/receipt-panel';
import { opened, opening } from '../state/opening';
import { fetchingSample, SAMPLE } from '../state/sample-model';
import { lookAtTensors, summaries } from '../state/summaries';
import { GLOSSARY } from '../../text/glossary';
import { texts } from '../../text/texts';
import { bytes, exactBytes, integer, percent, plural, quantity, shapeText, tally } from '../../text/units';
import { DropInvitation } from './drop-invitation';
import { SAMPLE_NOTE, sampleColumns } from './sample-columns';
import { TensorTree } from './tensor-tree';
import { WhereTheBytesAre } from './where-bytes';

export function ModelPlace(): VNode {
  const model = opened.value;
  // In the margin, where it moves nothing.
  const busy = opening.value
    ? `reading the header of ${opening.value}`
    : fetchingSample.value && `fetching ${SAMPLE.name}, ${bytes(SAMPLE.bytes)}`;
  const status = busy ? <span class="late">{busy}</span> : (model?.info.container ?? 'nothing is uploaded');
  return (
    <Place id="model" title={model ? 'Model' : 'Make a model smaller, in this tab'} status={status} announced>
      <ReceiptPanel />
      {model ? <ModelView info={model.info} title={model.title} /> : <DropInvitation />}
    </Place>
  );
}

function ModelView({ info, title }: { info: ModelInfo; title: string }): VNode {
  const model = opened.value;
  const view = views.model.value;
  const fileBytes = info.files.reduce((sum, file) => sum + file.bytes, 0);
  const types = useMemo(() => tally(info.tensors.map((tensor) => tensor.type.toUpperCase())), [info]);
  return (
    <>
      <div class="model-head">
        <h3 class="model-name mono">{title}</h3>
        <ul class="facts" aria-label="About this model">
          {info.name && <li>{info.name}</li>}
          <li>
            {info.container === 'GGUF' ? <Term of="gguf">GGUF</Term> : info.container}
            {info.version !== null && ` v${info.version}`}
          </li>
          <li>
            <Term of="architecture">{info.architecture ?? 'no architecture named'}</Term>
          </li>
          <li>
            {integer(info.tensors.length)} <Term of="tensor">{info.tensors.length === 1 ? 'tensor' : 'tensors'}</Term>
          </li>
          <li title={integer(info.weights)}>
            {quantity(info.weights)} <Term of="weight">weights</Term>
          </li>
          <li title={exactBytes(fileBytes)}>{bytes(fileBytes)}</li>
          <li>{types}</li>
        </ul>
        {info.files.length > 1 && <p class="small quiet">{info.files.map((file) => file.name).join(', ')}</p>}
      </div>
      <NoteBoxes notes={info.notes} />
      <Tabs
        label="More of the model"
        eager
        value={view}
        onChange={(chosen) => (views.model.value = chosen)}
        tabs={[
          { value: 'bytes', label: 'Where the bytes are', render: () => <WhereTheBytesAre info={info} /> },
          {
            value: 'tensors',
            label: `Tensors, ${integer(info.tensors.length)}`,
            render: () => <Tensors info={info} />,
          },
          {
            value: 'metadata',
            label: `Metadata, ${plural(info.metadata.length, 'key')}`,
            render: () => <Metadata entries={info.metadata} />,
          },
          {
            value: 'outliers',
            label: 'Columns that stand out',
            render: () => model && <OutliersPanel opened={model} />,
          },
          { value: 'compare', label: 'Compare with another file', render: () => <ComparePanel /> },
        ]}
      />
    </>
  );
}

/** As a tree, or as one table with what a sample says of the weights. */
function Tensors({ info }: { info: ModelInfo }): VNode | null {
  const [as, setAs] = useState<'tree' | 'table'>('tree');
  const seen = useRef(false);
  seen.current ||= views.model.value === 'tensors';
  if (!seen.current) return null; // a model may have a hundred thousand
  return (
    <>
      <Switch
        label="Show the tensors"
        value={as}
        choices={[
          { value: 'tree', label: 'By layer' },
          { value: 'table', label: 'All in one table' },
        ]}
        onChange={setAs}
      />
      {as === 'tree' ? (
        <TensorTree info={info} />
      ) : (
        <>
          <TensorTable info={info} />
          <p class="small quiet">{SAMPLE_NOTE}</p>
        </>
      )}
    </>
  );
}

function TensorTable({ info }: { info: ModelInfo }): VNode {
  const found = summaries.value;
  useEffect(() => void lookAtTensors(), [info]);
  const numbers = useMemo(() => new Map(info.tensors.map((tensor, number) => [tensor, number])), [info]);
  const columns = useMemo<Column<TensorInfo>[]>(
    () => [
      { title: 'name', value: (row) => row.name, width: 30 },
      {
        title: 'role',
        value: (row) => row.role,
        cell: (row) => <span title={ROLE_STYLES[row.role].meaning}>{ROLE_STYLES[row.role].label}</span>,
        width: 11,
        hint: GLOSSARY.role.means,
      },
      {
        title: 'shape',
        value: (row) => shapeText(row.shape),
        width: 13,
        hint: GLOSSARY.shape.means,
      },
      { title: 'type', value: (row) => row.type, width: 7, hint: 'The format that its weights are stored in.' },
      ...(info.tensors.some((row) => row.dtype.toLowerCase() !== row.type)
        ? [
            {
              title: 'stored',
              value: (row: TensorInfo) => row.dtype,
              width: 8,
              hint: 'The type of the bytes in the files; the type before it is what a GGUF file of this model has',
            },
          ]
        : []),
      { title: 'weights', value: (row) => row.weights, cell: (row) => integer(row.weights), width: 11, numeric: true },
      { title: 'bytes', value: (row) => row.bytes, cell: (row) => integer(row.bytes), width: 12, numeric: true },
      {
        title: 'share',
        unit: '%',
        value: (row) => row.bytes / Math.max(1, info.tensorBytes),
        cell: (row) => percent(row.bytes / Math.max(1, info.tensorBytes), 2),
        width: 8,
        numeric: true,
        hint: 'Of the bytes of all tensors',
      },
      {
        title: 'blocks',
        value: () => null,
        cell: (row) => (
          <button
            type="button"
            class="link-button plain"
            aria-label={`Show a block of ${row.name} in the Lab`}
            onClick={() => showInLab(row.name)}
          >
            Lab
          </button>
        ),
        width: 7,
        hint: 'Shows a block of the tensor in the Lab',
      },
      ...sampleColumns((row) => found.get(numbers.get(row)!)),
    ],
    [info, found],
  );
  return (
    <DataTable
      label="Tensors"
      file={`${info.name ?? 'model'}-tensors`}
      noun={texts().parts.table.tensors}
      rows={info.tensors}
      columns={() => columns}
      rowKey={(row) => row.name}
      search={(row) => `${row.name} ${row.type} ${row.role} ${shapeText(row.shape)}`}
    />
  );
}

function Metadata({ entries }: { entries: readonly MetadataEntry[] }): VNode {
  const [filter, setFilter] = useState('');
  const wanted = filter.toLowerCase();
  const shown = entries.filter((entry) => `${entry.key} ${entry.value}`.toLowerCase().includes(wanted));
  return (
    <div class="metadata">
      <div class="table-tools">
        <input
          class="input"
          type="search"
          placeholder="Filter metadata"
          aria-label="Filter metadata"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <span class="quiet small" aria-live="polite">
          {shown.length === entries.length
            ? plural(entries.length, 'key')
            : `${shown.length} of ${entries.length} keys`}
        </span>
        <span class="quiet small">
          of <Term of="metadata">metadata</Term>
        </span>
      </div>
      <dl class="key-values" tabIndex={0} aria-label="Metadata">
        {shown.map((entry) => (
          <div key={entry.key}>
            <dt class="mono">{entry.key}</dt>
            <dd>
              <span class="mono">{entry.value}</span>{' '}
              <span class="quiet small">
                {entry.type}
                {entry.count === null ? '' : `, ${integer(entry.count)}`}
              </span>
            </dd>
          </div>
        ))}
      </dl>
      {shown.length === 0 && <p class="quiet">No metadata matches “{filter}”.</p>}
    </div>
  );
}
