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
import { Rich } from '../parts/rich';
import { Term, term } from '../parts/term';
import { type Tab, Tabs } from '../parts/tabs';
import { ResultPlane } from '../plan/size-plane';
import { resultAnswers } from '../state/answering';
import { focusOf, focusOn } from '../state/focus';
import { answersOf } from '../state/measured-answers';
import { opened } from '../state/opening';
import { type Result, result, shelf } from '../state/results';
import { texts } from '../../text/texts';
import { bytes, decibels, duration, exactBytes, fixed, percent } from '../../text/units';
import { BlockCharts } from './block-charts';
import { CalibratedParts } from './calibrated-parts';
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
  const words = texts().result;
  return (
    <Place id="result" title={words.title} status={shown ? shown.plan.fileType : words.afterARun}>
      {shown ? <ResultView key={keyOf(shown)} shown={shown} /> : <p class="quiet">{words.nothing}</p>}
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
  const words = texts().result;
  return (
    <>
      <div class="result-top">
        <ResultHead shown={shown} />
        <div class="result-take">
          <SaveActions shown={shown} />
          <p class="result-next">
            <button type="button" class="button" onClick={() => (views.result.value = 'try')}>
              {words.tryIt}
            </button>
            <button type="button" class="button" onClick={() => goTo('plan')}>
              {words.tryAnother}
            </button>
            {shelf.value.length > 1 && (
              <button type="button" class="button" onClick={() => (views.result.value = 'shelf')}>
                {words.compareResults(shelf.value.length)}
              </button>
            )}
          </p>
        </div>
      </div>
      <NoteBoxes notes={report.notes.filter(isWarning)} />
      <AgainstReceipt shown={shown} />
      <Tabs
        label={words.more}
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
  const words = texts().result;
  return (
    <div class="result-head">
      <p class="result-size">
        <Rich
          text={words.size}
          parts={{
            after: <strong title={exactBytes(report.outputBytes)}>{bytes(report.outputBytes)}</strong>,
            before: <span title={exactBytes(report.inputBytes)}>{bytes(report.inputBytes)}</span>,
          }}
        />
      </p>
      <p class="quiet">
        <span class="mono">{shown.opened.title}</span>
        {words.made(plan.fileType, report.tensors.length, duration(report.seconds), report.workers, report.kernel)}
      </p>
      <p class="result-answers">
        <AnswersInShort shown={shown} />
        {error && (
          <span>
            <Rich
              text={words.weights}
              parts={{
                decibels: decibels(error.sqnrDb),
                sqnr: term('sqnr'),
              }}
            />
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
  const words = texts().result;
  if (!report) return now && <span>{words.answersGoing(percent(now.share, 0))}</span>;
  const { sameTop, divergence } = report;
  return (
    <span>
      <Rich
        text={words.answersFound}
        parts={{
          share: <strong>{percent(sameTop.value)}</strong>,
          error: percent(sameTop.error),
          tokens: term('token'),
          divergence: fixed(divergence.value, 5),
          apart: term('divergence'),
        }}
      />
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
  const words = texts().result;
  const achieved = useMemo(
    () => ({
      name: words.thisResult,
      bytes: report.outputBytes,
      bitsPerWeight: report.bitsPerWeight,
      sqnrDb: report.total?.sqnrDb ?? null,
    }),
    [report, words],
  );
  const charts = { focus, fileType: plan.fileType };
  const { calibration } = report;
  const tabs: Tab<string>[] = [
    { value: 'answers', label: words.tabs.answers, render: () => <ResultAnswers shown={shown} /> },
    { value: 'try', label: words.tabs.try, render: () => <TryPanel shown={shown} /> },
  ];
  if (calibration)
    tabs.push({
      value: 'calibrated',
      label: words.tabs.calibrated,
      render: () => (
        <CalibratedParts figures={calibration} type={plan.fileType} statistics={shown.statistics?.blob ?? null} />
      ),
    });
  if (error && rows.length > 0)
    tabs.push({
      value: 'layers',
      label: words.tabs.layers,
      render: () => (
        <Later tasks={1}>
          <LayerChart {...charts} rows={rows} onFocus={onFocus} />
        </Later>
      ),
    });
  tabs.push({
    value: 'distribution',
    label: words.tabs.distribution,
    render: () => (
      <>
        <ResultFigures shown={shown} error={error} focus={focus} />
        <p class="caveat">{texts().definitions.caveat}</p>
        {error && rows.length > 0 ? (
          <Later tasks={2}>
            <HistogramChart {...charts} rows={looked} error={error} />
          </Later>
        ) : (
          <p class="notice">{words.copied}</p>
        )}
      </>
    ),
  });
  if (error && rows.length > 0)
    tabs.push(
      {
        value: 'blocks',
        label: words.tabs.blocks,
        render: () => (
          <Later tasks={3}>
            <BlockCharts shown={shown} rows={looked} error={error} focus={focus} onFocus={onFocus} />
          </Later>
        ),
      },
      {
        value: 'tensors',
        label: words.tabs.tensors,
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
        label: words.tabs.bytes,
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
    label: words.tabs.shelf,
    render: () => (
      <Later tasks={6}>
        <ShelfPanel />
      </Later>
    ),
  });
  tabs.push({
    value: 'receipt',
    label: words.tabs.receipt,
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
                <CopyButton text={() => file.sha256 ?? ''}>{words.copy}</CopyButton>
                <span class="quiet small">{words.sameEverywhere}</span>
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
  const words = texts().result;
  return same ? (
    <p class="read-back">{words.sameAsReceipt}</p>
  ) : (
    <p class="notice bad">{words.otherThanReceipt(given!.outputs.map((file) => file.sha256).join(', '))}</p>
  );
}
