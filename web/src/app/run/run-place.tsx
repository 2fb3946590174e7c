import type { VNode } from 'preact';
import { HoldButton } from '../parts/hold-button';
import { goTo } from '../address';
import { Place } from '../parts/place';
import { Term } from '../parts/term';
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

export function RunPlace(): VNode {
  const current = run.value;
  const ended = outcome.value;
  const status = !current
    ? 'nothing is running'
    : isRunning.value
      ? paused.value
        ? 'paused'
        : calibrationProgress.value
          ? 'calibrating'
          : 'running'
      : ended?.kind === 'done'
        ? 'finished'
        : ended?.kind;
  return (
    <Place id="run" title="Run" status={status} announced>
      {current ? (
        <RunView current={current} />
      ) : (
        <>
          <p class="quiet">
            Nothing runs yet: open a model and choose a type. Then there are progress in bytes, tensors and weights per
            second, and a map of the error that fills as tensors finish.
          </p>
          <RunWishes />
        </>
      )}
      {ended?.kind === 'failed' && (
        <p class="notice bad">
          {ended.sentence} <span class="small">Nothing was kept of the output.</span>
        </p>
      )}
      {ended?.kind === 'stopped' && (
        <p class="notice" role="status">
          Stopped. Nothing was kept of the output.
        </p>
      )}
    </Place>
  );
}

/** Before anything is written: codes are being chosen by a text, and what they give is measured. */
function Calibrating({ stage, text }: { stage: CalibrationStage; text: string }): VNode {
  const { share, secondsLeft } = stage.now;
  const codes = stage.doing === 'codes' ? stage.now : null;
  const chooses = stage.doing !== 'answers';
  return (
    <>
      <ul class="run-figures">
        <li>
          <strong>{percent(share, 0)}</strong> {chooses ? 'calibrated' : 'of the answers measured'}
        </li>
        {codes && (
          <li>
            <Term of="layer">layer</Term> <strong>{integer(codes.layer)}</strong> of {integer(codes.layers)}
          </li>
        )}
        <li>
          {secondsLeft === null ? (
            'time left not known yet'
          ) : (
            <>
              about <strong>{duration(secondsLeft)}</strong> left {chooses ? 'of calibrating' : 'of measuring'}
            </>
          )}
        </li>
      </ul>
      <p class="run-tensor mono small" aria-hidden="true">
        {codes?.matrix
          ? `choosing the codes of ${codes.matrix}`
          : codes
            ? `${text} goes through the layer`
            : chooses
              ? `choosing codes by ${text}`
              : 'what lowest-error would answer, and what was calibrated'}
      </p>
    </>
  );
}

function RunView({ current }: { current: Run }): VNode {
  const now = progress.value;
  const calibrating = calibrationProgress.value;
  const share = runShare.value ?? 0;
  const running = isRunning.value;
  const text = current.calibration ? nameOfWish(current.calibration) : '';
  return (
    <>
      <div class="run-head">
        <p class="run-title">
          <span class="mono">{current.opened.title}</span> <span class="quiet">to</span>{' '}
          <span class="mono">{current.plan.fileType}</span>
        </p>
        {running && (
          <div class="run-actions">
            <HoldButton pause={current.pause} />
            <button type="button" class="button" onClick={() => current.stop.abort()}>
              Stop
            </button>
          </div>
        )}
        {(outcome.value?.kind === 'stopped' || outcome.value?.kind === 'failed') && opened.value === current.opened && (
          <button type="button" class="button" onClick={() => void begin(current)}>
            Run again
          </button>
        )}
        {outcome.value?.kind === 'done' && (
          <button type="button" class="button" onClick={() => goTo('result')}>
            To the result
          </button>
        )}
      </div>
      <div
        class="progress"
        role="progressbar"
        aria-label={!calibrating ? 'Written' : calibrating.doing === 'answers' ? 'Answers measured' : 'Calibrated'}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.floor(share * 100)}
      >
        <span style={{ transform: `scaleX(${share})` }} />
      </div>
      {running && calibrating && <Calibrating stage={calibrating} text={text} />}
      {running && !calibrating && !now && current.calibration && (
        <p class="quiet small" role="status">
          Reading {text}…
        </p>
      )}
      {now && (
        <ul class="run-figures">
          <li>
            <strong>{percent(share, 0)}</strong>
          </li>
          <li>
            <strong>{integer(now.tensors)}</strong> of {integer(now.tensorsTotal)}{' '}
            <Term of="tensor">{now.tensorsTotal === 1 ? 'tensor' : 'tensors'}</Term>
          </li>
          <li>
            <strong>{bytes(now.bytesIn)}</strong> of {bytes(now.bytesInTotal)} read
          </li>
          <li>
            <strong>{bytes(now.bytesOut)}</strong> of {bytes(now.bytesOutTotal)} written
          </li>
          <li>
            <strong>{quantity(now.weightsPerSecond)}</strong> weights/s on {integer(current.workers)}{' '}
            <Term of="worker">{current.workers === 1 ? 'worker' : 'workers'}</Term>
          </li>
          {running ? (
            <li>
              {now.secondsLeft === null ? (
                'time left not known yet'
              ) : (
                <>
                  <strong>{duration(now.secondsLeft)}</strong> left
                </>
              )}
            </li>
          ) : (
            <li>
              in <strong>{duration(now.seconds)}</strong>
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
