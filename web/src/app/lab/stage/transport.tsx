/** What plays the stage, next to the curve it moves. */
import type { VNode } from 'preact';
import type { LabMethod, LabReport } from '../../../core/types';
import { Switch } from '../../../charts/frame';
import { integer, plural, precise } from '../../../text/units';
import { reported, scale } from '../bench';
import { addressNow } from '../lab-link';
import { endProjecting, inFrame } from '../projector';
import { projecting } from '../view';
import {
  methodOnShow,
  mode,
  moved,
  type PlayMode,
  playOrPause,
  running,
  setMode,
  speed,
  SPEEDS,
  stepBy,
  stillness,
  trial,
} from '../play';

export function Transport(): VNode | null {
  const shown = reported.value;
  if (!shown) return null;
  const { report } = shown;
  const method = methodOnShow();
  const count = method?.candidates.length ?? 0;
  const idle = mode.value === 'method' && count < 2;
  return (
    <div class="transport" role="group" aria-label="Play">
      <Switch<PlayMode>
        label="What plays"
        value={mode.value}
        onChange={setMode}
        choices={[
          { value: 'sweep', label: 'all scales' },
          {
            value: 'method',
            label: method && count > 1 ? `${plural(count, 'candidate')} of ${method.name}` : 'a method’s candidates',
          },
        ]}
      />
      <div class="transport-keys">
        <button type="button" class="button small" disabled={idle} onClick={() => stepBy(-1)}>
          ‹ Back
        </button>
        {!stillness.value && (
          <button type="button" class="button small primary" disabled={idle} onClick={playOrPause}>
            {running.value ? '❚❚ Pause' : '▶ Play'}
          </button>
        )}
        <button type="button" class="button small" disabled={idle} onClick={() => stepBy(1)}>
          Step ›
        </button>
      </div>
      {!stillness.value && (
        <label class="transport-speed">
          <span>Speed</span>
          <select
            class="select"
            value={speed.value}
            onChange={(event) => {
              speed.value = Number(event.currentTarget.value) as typeof speed.value;
            }}
          >
            {SPEEDS.map((one) => (
              <option key={one} value={one}>
                {one} ×
              </option>
            ))}
          </select>
        </label>
      )}
      <p class="transport-words" aria-live={running.value ? 'off' : 'polite'}>
        {words(report, method)}
      </p>
      {projecting.value &&
        (inFrame ? (
          <a class="button small" href={addressNow(false) ?? '#lab'} target="_blank" rel="noreferrer">
            Open in Nibble
          </a>
        ) : (
          <button type="button" class="button small" onClick={endProjecting}>
            Leave the projector
          </button>
        ))}
    </div>
  );
}

function words(report: LabReport, method: LabMethod | null): string {
  const { levels, affine } = report;
  if (mode.value === 'sweep') {
    const step = moved.value;
    if (step)
      return (
        `weight ${step.weight + 1} goes from level ${precise(levels[step.from] ?? 0)} ` +
        `to ${precise(levels[step.to] ?? 0)}`
      );
    return running.value ? `scale ${precise(Number(scale.value.toPrecision(3)))}` : '';
  }
  if (!method) return 'Choose a method whose candidates shall be shown.';
  const count = method.candidates.length;
  if (count < 2) return onePlace(method, report);
  const candidate = trial.value && method.candidates[trial.value.index];
  if (!candidate || !trial.value) return '';
  const at = `scale ${precise(candidate[0])}${affine ? `, offset ${precise(candidate[1])}` : ''}`;
  return `candidate ${trial.value.index + 1} of ${count}: ${at}`;
}

/** What a method does that has no list of candidates to play. */
export function onePlace({ name, tried, written }: LabMethod, { affine, storage }: LabReport): string {
  if (written)
    return 'Scale, codes and error are those of the block as it is written; its search is not taken apart here.';
  if (name !== 'exact')
    return affine ? 'It computes one scale and one offset and takes them.' : 'It computes one scale and takes it.';
  if (storage === 'multiples')
    return `It tries all ${integer(tried)} ${affine ? 'pairs of a scale and a minimum' : 'scales'} that can be stored.`;
  return affine
    ? `Branch and bound: it computed the codes at ${integer(tried)} points and proved that every other place is worse.`
    : `It compares the minima of ${integer(tried)} parabolas and goes straight to the lowest.`;
}
