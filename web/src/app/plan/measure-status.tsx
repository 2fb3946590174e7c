/** How far the background measurement is, what it is about, and what its figures mean. */
import type { VNode } from 'preact';
import { saveBlob } from '../../charts/save';
import { stemOf } from '../engine';
import { opened } from '../state/opening';
import {
  complete,
  measured,
  measureProblem,
  measurement,
  measurementFile,
  measuring,
  predictedAt,
  predictions,
  startMeasuring,
  stopMeasuring,
} from '../state/measuring';
import { options } from '../state/planning';
import { percent } from '../../text/units';
import { coreLang, texts } from '../../text/texts';

export function MeasureStatus(): VNode | null {
  const model = opened.value?.model;
  const known = measurement.value;
  void measured.value;
  const progress = measuring.value;
  if (!known && !progress) return null;
  const prediction = predictions.value.get(options.value.type) ?? [...predictions.value.values()][0];
  const share = prediction && prediction.weights > 0 ? prediction.weightsMeasured / prediction.weights : null;
  const whole = share === 1;
  const t = texts().plan;
  const shareText = share === null ? '' : percent(share, share < 0.01 ? 2 : 1);
  const from = measurementFile.value;
  const problem = measureProblem.value;
  return (
    <div class="measure-status">
      <details>
        <summary>
          <span role="status">
            {progress
              ? progress.tensorsTotal === 0
                ? t.measuring
                : t.measuringSome(progress.tensors, progress.tensorsTotal)
              : model && predictedAt.value !== measured.value
                ? t.summingUp
                : share === null
                  ? t.nothingToQuantize
                  : whole
                    ? t.onAllRows
                    : from === null
                      ? t.predictedFrom(shareText)
                      : t.predictedFromFile(shareText, from)}
          </span>{' '}
          <span class="measure-how">{t.whatThisMeans}</span>
        </summary>
        <p class="figure-definition">{t.prediction}</p>
      </details>
      {problem === 'stopped' && <p class="small">{texts().state.measuringStopped}</p>}
      {problem !== null && problem !== 'stopped' && (
        <p class="small" {...coreLang(problem.sentence)}>
          {problem.sentence}
        </p>
      )}
      <span class="measure-actions">
        {progress && (
          <button type="button" class="button small" onClick={stopMeasuring}>
            {t.stopMeasuring}
          </button>
        )}
        {!progress && !whole && model && (
          <button type="button" class="button small" onClick={() => void startMeasuring(model, true)}>
            {t.measureAll}
          </button>
        )}
        {known && complete.value && (
          <button
            type="button"
            class="button small"
            title={t.saveMeasurementHint}
            onClick={() =>
              void known
                .json()
                .then((json) => saveBlob(new Blob([json], { type: 'application/json' }), `${stem()}-measurement.json`))
            }
          >
            {t.saveMeasurement}
          </button>
        )}
      </span>
    </div>
  );
}

function stem(): string {
  return stemOf(opened.value?.info.files[0]?.name ?? 'model');
}
