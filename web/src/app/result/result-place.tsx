import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { TensorError } from '../../charts/error-series';
import { ResultAnswers } from '../answers/result-answers';
import { CopyButton } from '../parts/copy-button';
import { Figures } from '../parts/figures';
import { Later } from '../parts/later';
import { isWarning, NoteBoxes } from '../parts/note-boxes';
import { goTo, Place } from '../parts/place';
import { SizePlane } from '../plan/size-plane';
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
import { ErrorCharts } from './error-charts';
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
    <Place id="result" title="Result" live={shown !== null} status={shown ? shown.plan.fileType : 'after a run'}>
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
  const { report, plan } = shown;
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
  const [picked, setPicked] = useState<string | null>(null);
  return (
    <>
      <div class="result-head">
        <p class="result-size">
          <strong title={exactBytes(report.outputBytes)}>{bytes(report.outputBytes)}</strong>
          <span>
            {' '}
            instead of <span title={exactBytes(report.inputBytes)}>{bytes(report.inputBytes)}</span>
          </span>
        </p>
        <p class="quiet">
          <span class="mono">{shown.opened.title}</span> as {plan.fileType}, {plural(report.tensors.length, 'tensor')},
          in {duration(report.seconds)} on {plural(report.workers, 'worker')} ({report.kernel} kernels)
        </p>
      </div>
      <NoteBoxes notes={report.notes.filter(isWarning)} />
      <SaveActions shown={shown} />
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
      <ReadBack shown={shown} />
      <AgainstReceipt shown={shown} />
      <TakeAlong shown={shown} />
      {report.calibration && (
        <CalibratedParts
          figures={report.calibration}
          type={plan.fileType}
          statistics={shown.statistics?.blob ?? null}
        />
      )}
      <ResultAnswers shown={shown} />
      <ResultFigures shown={shown} />
      <p class="caveat">{DEFINITIONS.caveat}</p>
      {rows.length > 0 && report.total ? (
        <>
          <Later tasks={1}>
            <ErrorCharts rows={rows} total={report.total} fileType={plan.fileType} picked={picked} onPick={setPicked} />
          </Later>
          <div class="charts">
            <Later tasks={2}>
              <BlockCharts shown={shown} rows={rows} total={report.total} picked={picked} />
            </Later>
            <Later tasks={3}>
              <RowChart shown={shown} rows={rows} picked={picked} />
              {opened.value === shown.opened && <SizePlane achieved={achieved} />}
              <SpendingCharts shown={shown} />
            </Later>
          </div>
          <Later tasks={4}>
            <ErrorTable
              rows={rows}
              reference={report.reference?.method ?? null}
              fileType={plan.fileType}
              picked={picked}
              onPick={setPicked}
            />
          </Later>
        </>
      ) : (
        <p class="notice">Every tensor was copied as it was, so there is no error to show.</p>
      )}
      <p>
        <button type="button" class="link-button" onClick={() => goTo('plan')}>
          Try another type
        </button>
      </p>
    </>
  );
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
