import type { VNode } from 'preact';
import { useCallback, useMemo } from 'preact/hooks';
import type { TensorError } from '../../charts/error-series';
import { errorRows } from '../../charts/result-pair';
import { type Focus, groupError, isEverything, rowsBeside, rowsIn } from '../../charts/focus';
import { ResultAnswers } from '../answers/result-answers';
import { TryPanel } from '../answers/try-panel';
import { CopyButton } from '../parts/copy-button';
import { Later } from '../parts/later';
import { isWarning, NoteBoxes } from '../parts/note-boxes';
import { goTo, views } from '../address';
import { Place } from '../parts/place';
import { Term } from '../parts/term';
import { type Tab, Tabs } from '../parts/tabs';
import { ResultPlane } from '../plan/size-plane';
import { resultAnswers } from '../state/answering';
import { focusOf, focusOn } from '../state/focus';
import { answersOf } from '../state/measured-answers';
import { opened } from '../state/opening';
import { type Result, result, shelf } from '../state/results';
import { bytes, decibels, duration, exactBytes, percent, plural } from '../../text/units';
import { BlockCharts } from './block-charts';
import { CalibratedParts } from './calibrated-parts';
import { DEFINITIONS } from '../../text/glossary';
import { HistogramChart, LayerChart } from './error-charts';
import { ErrorTable } from './error-table';
import { FocusBar } from './focus-bar';
import { ReadBack } from './read-back';
import { ResultFigures } from './result-figures';
import { verdictOnResult } from '../receipt/receipt-panel';
import { receipt } from '../state/receipt';
import { RowChart } from './row-chart';
import { SaveActions } from './save-actions';
import { keyOf, ShelfPanel } from './shelf-panel';
import { SpendingCharts } from './spending-charts';
import { TakeAlong } from './take-along';

export function ResultPlace(): VNode {
  const shown = result.value;
  return (
    <Place id="result" title="Result" status={shown ? shown.plan.fileType : 'after a run'}>
      {shown ? (
        <ResultView key={keyOf(shown)} shown={shown} />
      ) : (
        <p class="quiet">
          Nothing was quantized yet. After a run: the file, its SHA-256, and where the error went, by layer and role,
          over all weights, tensor by tensor.
        </p>
      )}
    </Place>
  );
}

/** Tabs that show a part of the result, when one is looked at. */
const FOCUSED: ReadonlySet<string> = new Set(['layers', 'distribution', 'blocks', 'tensors', 'bytes']);

function ResultView({ shown }: { shown: Result }): VNode {
  const { report } = shown;
  const rows = useMemo(() => errorRows(report.tensors), [report]);
  const focus = focusOf(shown);
  const onFocus = useCallback((change: Partial<Focus>) => focusOn(shown, rows, change), [shown, rows]);
  const tabs = useViews(shown, rows, focus, onFocus);
  const view = views.result.value;
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
            {shelf.value.length > 1 && (
              <button type="button" class="button" onClick={() => (views.result.value = 'shelf')}>
                Compare {shelf.value.length} results
              </button>
            )}
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
        above={
          rows.length > 0 && FOCUSED.has(view) && <FocusBar shown={shown} rows={rows} focus={focus} onFocus={onFocus} />
        }
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
        {error && (
          <span>
            weights: {decibels(error.sqnrDb)} <Term of="sqnr">signal to noise</Term>
          </span>
        )}
      </p>
      <ReadBack shown={shown} />
    </div>
  );
}

/** What is known of the answers, in a line: the figures are under Answers, with their definitions. */
function AnswersInShort({ shown }: { shown: Result }): VNode | null {
  const now = opened.value === shown.opened ? resultAnswers.now.value : null;
  const report = now?.done?.report ?? answersOf(shown)?.report;
  if (!report) return now && <span>answers: being compared, {percent(now.share, 0)}</span>;
  const { sameTop, divergence } = report;
  return (
    <span>
      answers: the same first choice for <strong>{percent(sameTop.value)}</strong>
      {` ± ${percent(sameTop.error)} of `}
      <Term of="token">tokens</Term>
      {`, ${divergence.value.toFixed(5)} nats `}
      <Term of="divergence">apart</Term>
    </span>
  );
}

/** The tabs of a result. */
function useViews(
  shown: Result,
  rows: readonly TensorError[],
  focus: Focus,
  onFocus: (change: Partial<Focus>) => void,
): Tab<string>[] {
  const { report, plan } = shown;
  const looked = useMemo(() => rowsIn(rows, focus), [rows, focus]);
  const error = useMemo(() => (isEverything(focus) ? report.total : groupError(looked)), [report, looked]);
  const beside = useMemo(() => rowsBeside(rows, focus), [rows, focus]);
  const onPick = useCallback((tensor: string | null) => onFocus({ tensor }), [onFocus]);
  const achieved = useMemo(
    () => ({
      name: 'this result',
      bytes: report.outputBytes,
      bitsPerWeight: report.bitsPerWeight,
      sqnrDb: report.total?.sqnrDb ?? null,
    }),
    [report],
  );
  const charts = { focus, fileType: plan.fileType };
  const { calibration } = report;
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
  if (error && rows.length > 0)
    tabs.push({
      value: 'layers',
      label: 'Layers',
      render: () => (
        <Later tasks={1}>
          <LayerChart {...charts} rows={rows} onFocus={onFocus} />
        </Later>
      ),
    });
  tabs.push({
    value: 'distribution',
    label: 'Distribution',
    render: () => (
      <>
        <ResultFigures shown={shown} error={error} focus={focus} />
        <p class="caveat">{DEFINITIONS.caveat}</p>
        {error && rows.length > 0 ? (
          <Later tasks={2}>
            <HistogramChart {...charts} rows={looked} error={error} />
          </Later>
        ) : (
          <p class="notice">Every tensor was copied as it was, so there is no error to show.</p>
        )}
      </>
    ),
  });
  if (error && rows.length > 0)
    tabs.push(
      {
        value: 'blocks',
        label: 'Blocks',
        render: () => (
          <Later tasks={3}>
            <BlockCharts shown={shown} rows={looked} error={error} focus={focus} onFocus={onFocus} />
          </Later>
        ),
      },
      {
        value: 'tensors',
        label: 'Tensors',
        render: () => (
          <Later tasks={4}>
            <ErrorTable
              rows={beside}
              reference={report.reference?.method ?? null}
              fileType={plan.fileType}
              picked={focus.tensor}
              onPick={onPick}
            />
            <RowChart shown={shown} rows={looked} />
          </Later>
        ),
      },
      {
        value: 'bytes',
        label: 'Codes and bytes',
        render: () => (
          <Later tasks={5}>
            <SpendingCharts shown={shown} focus={focus} onFocus={onFocus} />
            {opened.value === shown.opened && <ResultPlane achieved={achieved} />}
          </Later>
        ),
      },
    );
  tabs.push({
    value: 'shelf',
    label: 'Shelf',
    render: () => (
      <Later tasks={6}>
        <ShelfPanel />
      </Later>
    ),
  });
  tabs.push({
    value: 'receipt',
    label: 'Receipt',
    render: () => (
      <>
        {report.files.map(
          (file) =>
            file.sha256 !== null && (
              <div class="checksum" key={file.name}>
                <span class="quiet">
                  <Term of="checksum">SHA-256</Term>
                </span>
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
