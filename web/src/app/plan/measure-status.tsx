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
import { percent, plural } from '../../text/units';

const PREDICTION_DEFINITION =
  'Rows of each matrix, spread evenly and the same ones every time, are ' +
  'quantized to every type in the background and compared with themselves. ' +
  'Signal to noise is 10 log₁₀(Σ x² / Σ (x − y)²) over all tensors that ' +
  'can be quantized, summed over each tensor’s sample and scaled to its rows. ' +
  'The interval comes from how much rows differ from each other; it holds ' +
  'the error of the whole tensor for at least 95 of 100 tensors and types. ' +
  'A small weight error does not promise good answers.';

export function MeasureStatus(): VNode | null {
  const model = opened.value?.model;
  const known = measurement.value;
  void measured.value;
  const progress = measuring.value;
  if (!known && !progress) return null;
  const prediction = predictions.value.get(options.value.type) ?? [...predictions.value.values()][0];
  const share = prediction && prediction.weights > 0 ? prediction.weightsMeasured / prediction.weights : null;
  const whole = share === 1;
  return (
    <div class="measure-status">
      <details>
        <summary>
          <span role="status">
            {progress
              ? progress.tensorsTotal === 0
                ? 'Measuring a sample of rows.'
                : `Measuring a sample of rows: ${progress.tensors} of ` +
                  `${plural(progress.tensorsTotal, 'tensor')} so far.`
              : model && predictedAt.value !== measured.value
                ? 'Summing up what was measured.'
                : share === null
                  ? 'No tensor of this model can be quantized.'
                  : whole
                    ? 'Errors are measured on all rows.'
                    : `Errors are predicted from ${percent(share, share < 0.01 ? 2 : 1)} of the ` +
                      `rows${measurementFile.value ? ` (${measurementFile.value})` : ''}.`}
          </span>{' '}
          <span class="measure-how">What this means</span>
        </summary>
        <p class="figure-definition">{PREDICTION_DEFINITION}</p>
      </details>
      {measureProblem.value && <p class="small">{measureProblem.value}</p>}
      <span class="measure-actions">
        {progress && (
          <button type="button" class="button small" onClick={stopMeasuring}>
            Stop measuring
          </button>
        )}
        {!progress && !whole && model && (
          <button type="button" class="button small" onClick={() => void startMeasuring(model, true)}>
            Measure all rows
          </button>
        )}
        {known && complete.value && (
          <button
            type="button"
            class="button small"
            title="For another size later, here or with nibble solve, without reading the weights again"
            onClick={() =>
              void known
                .json()
                .then((json) => saveBlob(new Blob([json], { type: 'application/json' }), `${stem()}-measurement.json`))
            }
          >
            Save the measurement
          </button>
        )}
      </span>
    </div>
  );
}

function stem(): string {
  return stemOf(opened.value?.info.files[0]?.name ?? 'model');
}
