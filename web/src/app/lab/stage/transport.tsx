/** What plays the stage, next to the curve it moves. */
import type { VNode } from 'preact';
import type { LabMethod, LabReport } from '../../../core/types';
import { Switch } from '../../../charts/frame';
import { texts } from '../../../text/texts';
import { decimal, integer, precise } from '../../../text/units';
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
  const said = texts().lab.stage;
  return (
    <div class="transport" role="group" aria-label={said.play}>
      <Switch<PlayMode>
        label={said.whatPlays}
        value={mode.value}
        onChange={setMode}
        choices={[
          { value: 'sweep', label: said.allScales },
          {
            value: 'method',
            label: method && count > 1 ? said.candidates(count, method.name) : said.someCandidates,
          },
        ]}
      />
      <div class="transport-keys">
        <button type="button" class="button small" disabled={idle} onClick={() => stepBy(-1)}>
          {said.back}
        </button>
        {!stillness.value && (
          <button type="button" class="button small primary" disabled={idle} onClick={playOrPause}>
            {running.value ? said.pause : said.playButton}
          </button>
        )}
        <button type="button" class="button small" disabled={idle} onClick={() => stepBy(1)}>
          {said.step}
        </button>
      </div>
      {!stillness.value && (
        <label class="transport-speed">
          <span>{said.speed}</span>
          <select
            class="select"
            value={speed.value}
            onChange={(event) => {
              speed.value = Number(event.currentTarget.value) as typeof speed.value;
            }}
          >
            {SPEEDS.map((one) => (
              <option key={one} value={one}>
                {decimal(one)} ×
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
            {said.openInNibble}
          </a>
        ) : (
          <button type="button" class="button small" onClick={endProjecting}>
            {said.leave}
          </button>
        ))}
    </div>
  );
}

function words(report: LabReport, method: LabMethod | null): string {
  const { levels, affine } = report;
  const said = texts().lab.stage;
  if (mode.value === 'sweep') {
    const step = moved.value;
    if (step) return said.moves(step.weight + 1, precise(levels[step.from] ?? 0), precise(levels[step.to] ?? 0));
    return running.value ? said.atScale(precise(Number(scale.value.toPrecision(3)))) : '';
  }
  if (!method) return said.chooseMethod;
  const count = method.candidates.length;
  if (count < 2) return onePlace(method, report);
  const candidate = trial.value && method.candidates[trial.value.index];
  if (!candidate || !trial.value) return '';
  const number = trial.value.index + 1;
  return affine
    ? said.candidateOffset(number, count, precise(candidate[0]), precise(candidate[1]))
    : said.candidate(number, count, precise(candidate[0]));
}

/** What a method does that has no list of candidates to play. */
export function onePlace({ name, tried, written }: LabMethod, { affine, storage }: LabReport): string {
  const said = texts().lab.stage;
  if (written) return said.written;
  if (name !== 'exact') return affine ? said.oneScaleAndOffset : said.oneScale;
  if (storage === 'multiples') return (affine ? said.triesPairs : said.triesScales)(integer(tried));
  return (affine ? said.branchAndBound : said.parabolas)(integer(tried));
}
