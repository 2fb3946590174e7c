import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { TensorError } from '../../charts/error-series';
import { ResultAnswers } from '../answers/result-answers';
import { TryPanel } from '../answers/try-panel';
import { CopyButton } from '../parts/copy-button';
import { Figures } from '../parts/figures';
import { Later } from '../parts/later';
import { isWarning, NoteBoxes } from '../parts/note-boxes';
import { goTo, views } from '../address';
import { Place } from '../parts/place';
import { type Tab, Tabs } from '../parts/tabs';
import { SizePlane } from '../plan/size-plane';
import { resultAnswers } from '../state/answering';
import { opened } from '../state/opening';
import { type Result, result } from '../state/running';
import {
  bitsPerWeight,
  bytes,
  decibels,
  duration,
  exactBytes,
  integer,
  percent,
  plural,
  precise,
} from '../../text/units';
import { BlockCharts } from './block-charts';
import { CalibratedParts } from './calibrated-parts';
import { DEFINITIONS } from './definitions';
import { HistogramChart, LayerChart } from './error-charts';
import { errorRatio, ErrorTable, ratioText } from './error-table';
import { ReadBack } from './read-back';
import { verdictOnResult } from '../receipt/receipt-panel';
import { receipt } from '../state/receipt';
import { RowChart } from './row-chart';
import { SaveActions } from './save-actions';
import { SpendingCharts } from './spending-charts';
import { TakeAlong } from './take-along';

export function ResultPlace(): VNode {
  const shown = result.value;
  return (
    <Place id="result" title="Result" status={shown ? shown.plan.fileType : 'after a run'}>
      {shown ? (
        <ResultView key={shown.output} shown={shown} />
      ) : (
        <p class="quiet">
          Nothing was quantized yet. After a run: the file, its SHA-256, and where the error went, by layer and role,
          over all weights, tensor by tensor.
        </p>
      )}
    </Place>
  );
}

function ResultView({ shown }: { shown: Result }): VNode {
  const { report } = shown;
  const tabs = useViews(shown);
  return (
    <>
      <div class="result-top">
        <ResultHead shown={shown} />
        <div class="result-take">
          <SaveActions shown={shown} />
          <p class="result-next">
            <button type="button" class="button" onClick={() => (views.result.value = 'try')}>
              Try it
            </button>
            <button type="button" class="button" onClick={() => goTo('plan')}>
              Try another type
            </button>
          </p>
        </div>
      </div>
      <NoteBoxes notes={report.notes.filter(isWarning)} />
      <AgainstReceipt shown={shown} />
      <Tabs
        label="More of the result"
        eager
        tabs={tabs}
        value={views.result.value}
        onChange={(view) => (views.result.value = view)}
      />
    </>
  );
}

function ResultHead({ shown }: { shown: Result }): VNode {
  const { report, plan } = shown;
  const error = report.total;
  return (
    <div class="result-head">
      <p class="result-size">
        <strong title={exactBytes(report.outputBytes)}>{bytes(report.outputBytes)}</strong>
        <span>
          {' '}
          instead of <span title={exactBytes(report.inputBytes)}>{bytes(report.inputBytes)}</span>
        </span>
      </p>
      <p class="quiet">
        <span class="mono">{shown.opened.title}</span>
        {` as ${plan.fileType}, ${plural(report.tensors.length, 'tensor')}, in ${duration(report.seconds)} ` +
          `on ${plural(report.workers, 'worker')} (${report.kernel} kernels)`}
      </p>
      <p class="result-answers">
        <AnswersInShort shown={shown} />
        {error && <span>weights: {decibels(error.sqnrDb)} signal to noise</span>}
      </p>
      <ReadBack shown={shown} />
    </div>
  );
}

/** What is known of the answers, in a line: the figures are under Answers, with their definitions. */
function AnswersInShort({ shown }: { shown: Result }): VNode | null {
  const now = resultAnswers.now.value;
  if (opened.value !== shown.opened || !now) return null;
  if (!now.done) return <span>answers: being compared, {percent(now.share, 0)}</span>;
  const { sameTop, divergence } = now.done.report;
  return (
    <span>
      answers: the same first choice for <strong>{percent(sameTop.value)}</strong>
      {` ± ${percent(sameTop.error)} of tokens, ${divergence.value.toFixed(5)} nats apart`}
    </span>
  );
}

/** The tabs of a result. */
function useViews(shown: Result): Tab<string>[] {
  const { report, plan } = shown;
  const [picked, setPicked] = useState<string | null>(null);
  const rows = useMemo(
    () =>
      report.tensors.flatMap<TensorError>(({ error, bytes: outputBytes, ...tensor }) =>
        error ? [{ ...tensor, outputBytes, error }] : [],
      ),
    [report],
  );
  const achieved = useMemo(
    () => ({
      name: 'this result',
      bytes: report.outputBytes,
      bitsPerWeight: report.bitsPerWeight,
      sqnrDb: report.total?.sqnrDb ?? null,
    }),
    [report],
  );
  const charts = { rows, fileType: plan.fileType, picked, onPick: setPicked };
  const { total, calibration } = report;
  const tabs: Tab<string>[] = [
    { value: 'answers', label: 'Answers', render: () => <ResultAnswers shown={shown} /> },
    { value: 'try', label: 'Try it', render: () => <TryPanel shown={shown} /> },
  ];
  if (calibration)
    tabs.push({
      value: 'calibrated',
      label: 'Calibrated',
      render: () => (
        <CalibratedParts figures={calibration} type={plan.fileType} statistics={shown.statistics?.blob ?? null} />
      ),
    });
  if (total && rows.length > 0)
    tabs.push({
      value: 'layers',
      label: 'Layers',
      render: () => (
        <Later tasks={1}>
          <LayerChart rows={rows} fileType={plan.fileType} />
        </Later>
      ),
    });
  tabs.push({
    value: 'distribution',
    label: 'Distribution',
    render: () => (
      <>
        <ResultFigures shown={shown} />
        <p class="caveat">{DEFINITIONS.caveat}</p>
        {total && rows.length > 0 ? (
          <Later tasks={2}>
            <HistogramChart {...charts} total={total} />
          </Later>
        ) : (
          <p class="notice">Every tensor was copied as it was, so there is no error to show.</p>
        )}
      </>
    ),
  });
  if (total && rows.length > 0)
    tabs.push(
      {
        value: 'blocks',
        label: 'Blocks',
        render: () => (
          <Later tasks={3}>
            <BlockCharts shown={shown} rows={rows} total={total} picked={picked} />
          </Later>
        ),
      },
      {
        value: 'tensors',
        label: 'Tensors',
        render: () => (
          <Later tasks={4}>
            <ErrorTable {...charts} reference={report.reference?.method ?? null} />
            <RowChart shown={shown} rows={rows} picked={picked} />
          </Later>
        ),
      },
      {
        value: 'bytes',
        label: 'Codes and bytes',
        render: () => (
          <Later tasks={5}>
            <SpendingCharts shown={shown} />
            {opened.value === shown.opened && <SizePlane achieved={achieved} />}
          </Later>
        ),
      },
    );
  tabs.push({
    value: 'receipt',
    label: 'Receipt',
    render: () => (
      <>
        {report.files.map(
          (file) =>
            file.sha256 !== null && (
              <div class="checksum" key={file.name}>
                <span class="quiet">SHA-256</span>
                <code data-testid="sha256">{file.sha256}</code>
                <CopyButton text={() => file.sha256 ?? ''}>Copy</CopyButton>
                <span class="quiet small">the same in every browser, and for any number of workers</span>
              </div>
            ),
        )}
        <TakeAlong shown={shown} />
      </>
    ),
  });
  return tabs;
}

/** What a dropped receipt of the same run says of these bytes. */
function AgainstReceipt({ shown }: { shown: Result }): VNode | null {
  const given = receipt.value?.receipt;
  const same = given ? verdictOnResult(given, shown.report) : null;
  if (same === null) return null;
  return same ? (
    <p class="read-back">The same bytes as the receipt’s run.</p>
  ) : (
    <p class="notice bad">Other bytes than the receipt says: {given!.outputs.map((file) => file.sha256).join(', ')}.</p>
  );
}

function ResultFigures({ shown }: { shown: Result }): VNode {
  const { report } = shown;
  const error = report.total;
  const size = {
    label: 'bits per weight',
    value: bitsPerWeight(report.bitsPerWeight),
    detail: `${percent(report.outputBytes / report.inputBytes)} of the size`,
    definition: DEFINITIONS.bits,
  };
  if (!error) return <Figures label="The output" figures={[size]} />;
  const notFinite = error.nans + error.infinities;
  return (
    <Figures
      label="The output and its error"
      figures={[
        size,
        {
          label: 'signal to noise',
          value: decibels(error.sqnrDb),
          detail: `${percent(error.rmsWeight > 0 ? error.rmse / error.rmsWeight : 0, 2)} relative`,
          definition: `${DEFINITIONS.sqnr} ${DEFINITIONS.relative}`,
        },
        {
          label: 'RMSE',
          value: precise(error.rmse),
          detail: `weights have an RMS of ${precise(error.rmsWeight)}`,
          definition: DEFINITIONS.rmse,
        },
        ...(report.reference === null
          ? []
          : [
              {
                label: `RMSE over ${report.reference.method}’s`,
                value: ratioText(errorRatio(error, report.reference.total)),
                detail: `${report.reference.method}: ${precise(report.reference.total.rmse)}`,
                definition: DEFINITIONS.ratio,
              },
            ]),
        ...(error.weightedRmse === null
          ? []
          : [
              {
                label: 'weighted RMSE',
                value: precise(error.weightedRmse),
                detail: 'weighted by importance',
                definition: DEFINITIONS.weighted,
              },
            ]),
        { label: 'largest error', value: precise(error.maxError), definition: DEFINITIONS.max },
        { label: 'median error', value: precise(error.median), definition: DEFINITIONS.median },
        { label: '95 % below', value: precise(error.p95), definition: DEFINITIONS.p95 },
        { label: 'bias', value: precise(error.bias), definition: DEFINITIONS.bias },
        {
          label: 'clipped',
          value: percent(error.clipped / Math.max(1, error.count), 2),
          detail: `${integer(error.clipped)} weights`,
          definition: DEFINITIONS.clipped,
        },
        {
          label: 'zeros',
          value: percent(error.zeros / Math.max(1, error.count), 2),
          detail: `${integer(error.zeros)} weights`,
          definition: DEFINITIONS.zeros,
        },
        {
          label: 'NaN or infinite',
          value: notFinite === 0 ? 'none' : integer(notFinite),
          definition: DEFINITIONS.notFinite,
        },
      ]}
    />
  );
}
