import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { views } from '../address';
import { Switch } from '../../charts/frame';
import { ROLE_STYLES } from '../../charts/roles';
import type { MetadataEntry, ModelInfo, TensorInfo } from '../../core/types';
import { showInLab } from '../lab/links';
import { type Column, DataTable } from '../parts/data-table';
import { CheckPanel } from '../check/check-panel';
import { ComparePanel } from '../compare/compare-panel';
import { OutliersPanel } from '../outliers/outliers-panel';
import { NoteBoxes } from '../parts/note-boxes';
import { Place } from '../parts/place';
import { Rich } from '../parts/rich';
import { Term, term } from '../parts/term';
import { Tabs } from '../parts/tabs';
import { ReceiptPanel } from '../receipt/receipt-panel';
import { UnfinishedRuns } from '../run/unfinished-runs';
import { opened, opening } from '../state/opening';
import { fetchingSample, SAMPLE } from '../state/sample-model';
import { lookAtTensors, summaries } from '../state/summaries';
import { texts } from '../../text/texts';
import { bytes, exactBytes, integer, percent, quantity, shapeText, tally } from '../../text/units';
import { DropInvitation } from './drop-invitation';
import { SampleChart, sampleColumns, sampleNote } from './sample-columns';
import { TensorTree } from './tensor-tree';
import { WhereTheBytesAre } from './where-bytes';

export function ModelPlace(): VNode {
  const t = texts().model;
  const model = opened.value;
  // In the margin, where it moves nothing.
  const busy = opening.value
    ? t.readingHeader(opening.value)
    : fetchingSample.value && t.fetching(SAMPLE.name, bytes(SAMPLE.bytes));
  const status = busy ? <span class="late">{busy}</span> : model ? containerName(model.info) : t.nothingUploaded;
  return (
    <Place id="model" title={model ? t.title : t.titleFirst} status={status} announced>
      <ReceiptPanel />
      <UnfinishedRuns />
      {model ? <ModelView info={model.info} title={model.title} /> : <DropInvitation />}
    </Place>
  );
}

/** Formats have names; a folder has a word. */
const containerName = ({ container }: ModelInfo) =>
  container === 'Hugging Face folder' ? texts().model.folder : container;

function ModelView({ info, title }: { info: ModelInfo; title: string }): VNode {
  const t = texts().model;
  const model = opened.value;
  const view = views.model.value;
  const fileBytes = info.files.reduce((sum, file) => sum + file.bytes, 0);
  const types = useMemo(() => tally(info.tensors.map((tensor) => tensor.type.toUpperCase())), [info]);
  return (
    <>
      <div class="model-head">
        <h3 class="model-name mono">{title}</h3>
        <ul class="facts" aria-label={t.about}>
          {info.name && <li>{info.name}</li>}
          <li>
            {info.container === 'GGUF' ? <Term of="gguf">GGUF</Term> : containerName(info)}
            {info.version !== null && ` v${info.version}`}
          </li>
          <li>
            <Term of="architecture">{info.architecture ?? t.noArchitecture}</Term>
          </li>
          <li>
            <Rich text={t.tensors(info.tensors.length)} parts={{ tensor: term('tensor') }} />
          </li>
          <li title={integer(info.weights)}>
            <Rich text={t.weights(quantity(info.weights))} parts={{ weight: term('weight') }} />
          </li>
          <li title={exactBytes(fileBytes)}>{bytes(fileBytes)}</li>
          <li>{types}</li>
        </ul>
        {info.files.length > 1 && <p class="small quiet">{info.files.map((file) => file.name).join(', ')}</p>}
      </div>
      <NoteBoxes notes={info.notes} />
      <Tabs
        label={t.views}
        eager
        value={view}
        onChange={(chosen) => (views.model.value = chosen)}
        tabs={[
          { value: 'bytes', label: t.whereBytes, render: () => <WhereTheBytesAre info={info} /> },
          {
            value: 'tensors',
            label: t.tensorsTab(integer(info.tensors.length)),
            render: () => <Tensors info={info} />,
          },
          {
            value: 'metadata',
            label: t.metadataTab(info.metadata.length),
            render: () => <Metadata entries={info.metadata} />,
          },
          {
            value: 'outliers',
            label: t.standOut,
            render: () => model && <OutliersPanel opened={model} />,
          },
          { value: 'compare', label: t.compare, render: () => <ComparePanel /> },
          { value: 'check', label: t.check, render: () => model && <CheckPanel opened={model} /> },
        ]}
      />
    </>
  );
}

/** As a tree, or as one table with what a sample says of the weights. */
function Tensors({ info }: { info: ModelInfo }): VNode | null {
  const t = texts().model;
  const [as, setAs] = useState<'tree' | 'table'>('tree');
  const seen = useRef(false);
  seen.current ||= views.model.value === 'tensors';
  if (!seen.current) return null; // a model may have a hundred thousand
  return (
    <>
      <Switch
        label={t.showTensors}
        value={as}
        choices={[
          { value: 'tree', label: t.byLayer },
          { value: 'table', label: t.inOneTable },
        ]}
        onChange={setAs}
      />
      {as === 'tree' ? <TensorTree info={info} /> : <TensorTable info={info} />}
    </>
  );
}

function TensorTable({ info }: { info: ModelInfo }): VNode {
  const t = texts().model;
  const found = summaries.value;
  const [picked, setPicked] = useState<string | null>(null);
  useEffect(() => void lookAtTensors(), [info]);
  const numbers = useMemo(() => new Map(info.tensors.map((tensor, number) => [tensor, number])), [info]);
  const columns = (): Column<TensorInfo>[] => {
    const t = texts().model;
    return [
      { title: t.name, value: (row) => row.name, width: 30 },
      {
        title: t.role,
        value: (row) => row.role,
        cell: (row) => <span title={ROLE_STYLES[row.role].meaning}>{ROLE_STYLES[row.role].label}</span>,
        width: 11,
        hint: texts().glossary.role.means,
      },
      {
        title: t.shape,
        value: (row) => shapeText(row.shape),
        width: 13,
        hint: texts().glossary.shape.means,
      },
      { title: t.type, value: (row) => row.type, width: 7, hint: t.typeHint },
      ...(info.tensors.some((row) => row.dtype.toLowerCase() !== row.type)
        ? [
            {
              title: t.stored,
              value: (row: TensorInfo) => row.dtype,
              width: 8,
              hint: t.storedHint,
            },
          ]
        : []),
      {
        title: t.weightsColumn,
        value: (row) => row.weights,
        cell: (row) => integer(row.weights),
        width: 11,
        numeric: true,
      },
      { title: t.bytesColumn, value: (row) => row.bytes, cell: (row) => integer(row.bytes), width: 12, numeric: true },
      {
        title: t.share,
        unit: '%',
        value: (row) => row.bytes / Math.max(1, info.tensorBytes),
        cell: (row) => percent(row.bytes / Math.max(1, info.tensorBytes), 2),
        width: 8,
        numeric: true,
        hint: t.shareHint,
      },
      {
        title: t.blocks,
        value: () => null,
        cell: (row) => (
          <button
            type="button"
            class="link-button plain"
            aria-label={t.showBlock(row.name)}
            onClick={() => showInLab(row.name)}
          >
            {texts().common.lab}
          </button>
        ),
        width: 7,
        hint: t.blocksHint,
      },
      ...sampleColumns((row) => found.get(numbers.get(row)!), setPicked),
    ];
  };
  const known = info.tensors.findIndex((row, number) => found.has(number) && (picked === null || row.name === picked));
  const summary = found.get(known);
  return (
    <>
      <DataTable
        label={t.tensorTable}
        file={`${info.name ?? 'model'}-tensors`}
        noun={texts().parts.table.tensors}
        rows={info.tensors}
        columns={columns}
        rowKey={(row) => row.name}
        search={(row) => `${row.name} ${row.type} ${row.role} ${shapeText(row.shape)}`}
      />
      <p class="small quiet">{sampleNote()}</p>
      {summary && <SampleChart name={info.tensors[known]!.name} summary={summary} />}
    </>
  );
}

function Metadata({ entries }: { entries: readonly MetadataEntry[] }): VNode {
  const t = texts().model;
  const [filter, setFilter] = useState('');
  const wanted = filter.toLowerCase();
  const shown = entries.filter((entry) => `${entry.key} ${entry.value}`.toLowerCase().includes(wanted));
  return (
    <div class="metadata">
      <div class="table-tools">
        <input
          class="input"
          type="search"
          placeholder={t.filterMetadata}
          aria-label={t.filterMetadata}
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <span class="quiet small" aria-live="polite">
          {shown.length === entries.length ? t.keys(entries.length) : t.keysOf(shown.length, entries.length)}
        </span>
        <span class="quiet small">
          <Rich text={t.ofMetadata} parts={{ metadata: term('metadata') }} />
        </span>
      </div>
      <dl class="key-values" tabIndex={0} aria-label={t.metadata}>
        {shown.map((entry) => (
          <div key={entry.key}>
            <dt class="mono">{entry.key}</dt>
            <dd>
              <span class="mono">{entry.value}</span>{' '}
              <span class="quiet small">
                {entry.count === null ? entry.type : t.entries(entry.type, integer(entry.count))}
              </span>
            </dd>
          </div>
        ))}
      </dl>
      {shown.length === 0 && <p class="quiet">{t.noMetadata(filter)}</p>}
    </div>
  );
}
