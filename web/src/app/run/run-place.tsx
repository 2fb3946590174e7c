import type { VNode } from 'preact';
import { HoldButton } from '../parts/hold-button';
import { goTo } from '../address';
import { Place } from '../parts/place';
import { quiet, Rich, strong } from '../parts/rich';
import { term } from '../parts/term';
import { nameOfWish } from '../state/calibrated-method';
import { opened } from '../state/opening';
import { type Run } from '../state/results';
import {
  begin,
  calibrationProgress,
  type CalibrationStage,
  finished,
  isRunning,
  outcome,
  paused,
  progress,
  run,
  runShare,
} from '../state/running';
import { bytes, duration, integer, percent, quantity } from '../../text/units';
import { RunMap } from './run-map';
import { RunWishes } from './run-wishes';
import { UnfinishedRuns } from './unfinished-runs';
import { coreLang, texts } from '../../text/texts';

export function RunPlace(): VNode {
  const current = run.value;
  const ended = outcome.value;
  const t = texts().run;
  const going = paused.value ? 'paused' : calibrationProgress.value ? 'calibrating' : 'running';
  const status = !current ? 'none' : isRunning.value ? going : ended?.kind;
  return (
    <Place id="run" title={t.title} status={status && t.status[status]} announced>
      {current ? (
        <RunView current={current} />
      ) : (
        <>
          <p class="quiet">{t.nothingYet}</p>
          <RunWishes />
        </>
      )}
      <UnfinishedRuns />
      {ended?.kind === 'failed' && (
        <p class="notice bad">
          <span {...coreLang(ended.sentence)}>{ended.sentence}</span>{' '}
          <span class="small">{ended.kept ? t.keptForLater : t.nothingKept}</span>
        </p>
      )}
      {ended?.kind === 'stopped' && (
        <p class="notice" role="status">
          {t.stopped}
        </p>
      )}
    </Place>
  );
}

/** Before anything is written: codes are being chosen by a text, and what they give is measured. */
function Calibrating({ stage, text }: { stage: CalibrationStage; text: string }): VNode {
  const t = texts().run;
  const { share, secondsLeft } = stage.now;
  const codes = stage.doing === 'codes' ? stage.now : null;
  const chooses = stage.doing !== 'answers';
  return (
    <>
      <ul class="run-figures">
        <li>
          <Rich text={(chooses ? t.calibrated : t.answersMeasured)(percent(share, 0))} parts={{ strong }} />
        </li>
        {codes && (
          <li>
            <Rich
              text={t.layerOf(integer(codes.layer), integer(codes.layers))}
              parts={{ strong, layer: term('layer') }}
            />
          </li>
        )}
        <li>
          {secondsLeft === null ? (
            texts().common.timeLeftUnknown
          ) : (
            <Rich
              text={(chooses ? t.leftOfCalibrating : t.leftOfMeasuring)(duration(secondsLeft))}
              parts={{ strong }}
            />
          )}
        </li>
      </ul>
      <p class="run-tensor mono small" aria-hidden="true">
        {codes?.matrix
          ? t.choosingCodes(codes.matrix)
          : codes
            ? t.throughLayer(text)
            : chooses
              ? t.choosingBy(text)
              : t.whatAnswers}
      </p>
    </>
  );
}

function RunView({ current }: { current: Run }): VNode {
  const t = texts().run;
  const now = progress.value;
  const calibrating = calibrationProgress.value;
  const share = runShare.value ?? 0;
  const running = isRunning.value;
  const text = current.calibration ? nameOfWish(current.calibration) : '';
  return (
    <>
      <div class="run-head">
        <p class="run-title">
          <Rich
            text={t.fromTo}
            parts={{
              from: <span class="mono">{current.opened.title}</span>,
              quiet,
              to: <span class="mono">{current.plan.fileType}</span>,
            }}
          />
        </p>
        {running && (
          <div class="run-actions">
            <HoldButton pause={current.pause} />
            <button type="button" class="button" onClick={() => current.stop.abort()}>
              {texts().common.stop}
            </button>
          </div>
        )}
        {(outcome.value?.kind === 'stopped' || outcome.value?.kind === 'failed') && opened.value === current.opened && (
          <button type="button" class="button" onClick={() => void begin(current)}>
            {t.again}
          </button>
        )}
        {outcome.value?.kind === 'done' && (
          <button type="button" class="button" onClick={() => goTo('result')}>
            {t.toResult}
          </button>
        )}
      </div>
      <div
        class="progress"
        role="progressbar"
        aria-label={!calibrating ? t.written : calibrating.doing === 'answers' ? t.answersMeasuredBar : t.calibratedBar}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.floor(share * 100)}
      >
        <span style={{ transform: `scaleX(${share})` }} />
      </div>
      {running && calibrating && <Calibrating stage={calibrating} text={text} />}
      {running && !calibrating && !now && current.calibration && (
        <p class="quiet small" role="status">
          {t.reading(text)}
        </p>
      )}
      {now && (
        <ul class="run-figures">
          <li>
            <strong>{percent(share, 0)}</strong>
          </li>
          <li>
            <Rich
              text={t.tensorsOf(integer(now.tensors), now.tensorsTotal)}
              parts={{ strong, tensor: term('tensor') }}
            />
          </li>
          <li>
            <Rich text={t.read(bytes(now.bytesIn), bytes(now.bytesInTotal))} parts={{ strong }} />
          </li>
          <li>
            <Rich text={t.writtenOf(bytes(now.bytesOut), bytes(now.bytesOutTotal))} parts={{ strong }} />
          </li>
          <li>
            <Rich
              text={t.speed(quantity(now.weightsPerSecond), current.workers)}
              parts={{ strong, worker: term('worker') }}
            />
          </li>
          {running ? (
            <li>
              {now.secondsLeft === null ? (
                texts().common.timeLeftUnknown
              ) : (
                <Rich text={t.left(duration(now.secondsLeft))} parts={{ strong }} />
              )}
            </li>
          ) : (
            <li>
              <Rich text={t.took(duration(now.seconds))} parts={{ strong }} />
            </li>
          )}
        </ul>
      )}
      {running && now && (
        <p class="run-tensor mono small" aria-hidden="true">
          {now.tensor}
        </p>
      )}
      {running && <RunWishes />}
      {!(running && calibrating) && <RunMap plan={current.plan} finished={finished.value} />}
    </>
  );
}
