/** By which text the method "calibrated" chooses codes, how much is done, and what it takes. */
import type { VNode } from 'preact';
import { type CalibrationLevel, fewestTokens, stretchTokens, usualTokens } from '../../core/index';
import { GpuChoice } from '../parts/gpu-choice';
import { TextChoice } from '../parts/text-choice';
import {
  CALIBRATED,
  type CalibrationOffer,
  calibrationOffer,
  wantedLevel,
  wantedTokens,
} from '../state/calibrated-method';
import { chosenGpu } from '../state/gpu';
import { currentPlan } from '../state/planning';
import {
  type ChosenStatistics,
  chooseStatistics,
  chosenStatistics,
  saveStatistics,
  savesStatistics,
} from '../state/statistics';
import { ownText, textName } from '../state/text';
import { bytes, duration, integer, listed, plural } from '../../text/units';

const TOKENS = [2048, 4096, usualTokens, 16384, 32768, 65536];

const LEVELS: Readonly<Record<CalibrationLevel, string>> = {
  'one-pass': 'one pass',
  layers: 'layer after layer',
};

export function CalibratedPanel(): VNode {
  const offer = calibrationOffer.value;
  const chosen = chosenStatistics.value;
  return (
    <div class="calibrated">
      <p class="small quiet">
        The model reads a text; codes are then chosen so that what each layer puts out stays near what it was. Type,
        size and the programs that read the file stay the same.
      </p>
      {chosen ? <ByStatistics chosen={chosen} /> : <ByText offer={offer} />}
      {typeof offer === 'string' && (
        <p class="notice bad small" role="alert">
          {offer}
        </p>
      )}
      {offer === null && (
        <p class="small quiet" role="status">
          Reading the text…
        </p>
      )}
      {offer !== null && typeof offer !== 'string' && <Offer offer={offer} byText={chosen === null} />}
      {chosen === null && (
        <SaveChoice bytesOf={offer !== null && typeof offer !== 'string' ? offer.statisticsBytes : null} />
      )}
    </div>
  );
}

/** What a calibration chose codes by is to choose them again. */
function ByStatistics({ chosen: { file, statistics } }: { chosen: ChosenStatistics }): VNode {
  const { text, tokens, heldBack, level, engine } = statistics.head;
  return (
    <p class="small calibrated-text">
      <span class="mono">{file.name}</span>, what a calibration chose codes by: {LEVELS[level]} by{' '}
      <span class="mono">{text.name}</span>, {integer(tokens)} tokens and {integer(heldBack)} to judge by. It was
      computed by {engine.name}. No text is read. <code class="option-flag">--from-calibration</code>{' '}
      <button type="button" class="link-button" onClick={() => (chosenStatistics.value = null)}>
        Use a text again
      </button>
    </p>
  );
}

/** Whether what codes are chosen by is kept, and who computes it. */
function SaveChoice({ bytesOf }: { bytesOf: number | null }): VNode {
  const needed = chosenGpu() !== null;
  return (
    <>
      <label class="option check">
        <input
          type="checkbox"
          checked={savesStatistics.value}
          disabled={needed}
          onChange={({ currentTarget }) => saveStatistics(currentTarget.checked)}
        />
        <span class="option-label">Keep the statistics, to choose codes by them again</span>
        <code class="option-flag">--save-calibration</code>
        <span class="option-note">
          {bytesOf !== null && `A file of ${bytes(bytesOf)} beside the output. `}
          {needed && 'What a GPU computed gives the same bytes by this file only.'}
        </span>
      </label>
      <GpuChoice />
    </>
  );
}

function ByText({ offer }: { offer: CalibrationOffer | string | null }): VNode {
  return (
    <>
      <div class="calibrated-choices">
        <label class="option">
          <span class="option-label">Tokens of the text, at most</span>
          <select
            class="select"
            value={wantedTokens.value}
            onChange={({ currentTarget }) => (wantedTokens.value = Number(currentTarget.value))}
          >
            {[...new Set([...TOKENS, wantedTokens.value])]
              .sort((a, b) => a - b)
              .map((count) => (
                <option key={count} value={count}>
                  {integer(count)}
                </option>
              ))}
          </select>
          <code class="option-flag">--tokens</code>
        </label>
        <label class="option">
          <span class="option-label">How much is done</span>
          <select
            class="select"
            value={wantedLevel.value ?? ''}
            onChange={({ currentTarget }) =>
              (wantedLevel.value = (currentTarget.value || null) as typeof wantedLevel.value)
            }
          >
            <option value="">
              as many tokens allow
              {offer !== null && typeof offer !== 'string' && `: ${LEVELS[offer.bestLevel]}`}
            </option>
            {Object.entries(LEVELS).map(([level, words]) => (
              <option key={level} value={level}>
                {words}
              </option>
            ))}
          </select>
          <code class="option-flag">--level</code>
        </label>
      </div>
      <p class="small calibrated-text">
        <span class="mono">{textName.value}</span>,{' '}
        {ownText.value
          ? 'your own text'
          : 'which comes with this page: prose in many languages, dialogue, code, tables and mathematics'}
        {offer !== null && typeof offer !== 'string' && `: ${tokensIn(offer)}`}. <TextChoice />{' '}
        <button type="button" class="link-button" onClick={() => void chooseStatistics()}>
          Use saved statistics…
        </button>
        {offer !== null && typeof offer !== 'string' && template(offer)}
      </p>
    </>
  );
}

/** Workers and files take their time to start, which the estimate leaves out. */
const FEW_SECONDS = 5;

/** How long calibrating takes, at the beginning of a sentence. */
export const timeWords = (seconds: number) => (seconds < FEW_SECONDS ? 'A few seconds' : `About ${duration(seconds)}`);

const tokensIn = ({ inText, whole }: CalibrationOffer) =>
  `${whole ? '' : 'about '}${plural(whole ? inText : Number(inText.toPrecision(2)), 'token')}`;

const template = ({ chat }: CalibrationOffer) =>
  chat.used ? ' It is read as turns in the model’s chat template.' : chat.why === null ? '' : ` ${chat.why}`;

function Offer({ offer, byText }: { offer: CalibrationOffer; byText: boolean }): VNode {
  const { tokens, heldBack, level, bestLevel, served, seconds, basis, memory } = offer;
  const others = currentPlan.value?.tensors.filter(
    ({ action, method }) => action === 'convert' && method !== null && method !== CALIBRATED,
  );
  return (
    <>
      <p class="small">
        {level === 'layers'
          ? 'Layer after layer: each layer is aimed at what the original puts out, from what the quantized layers ' +
            'before it give, and hands its rounding errors on from column to column.'
          : 'One pass: codes move one by one to where the original’s inputs make least of the error. Less is gained ' +
            'than layer after layer, and fewer tokens are needed.'}
        {level === 'layers' && bestLevel === 'one-pass' && (
          <strong> There are few tokens for that: one pass is safer, or more text.</strong>
        )}
      </p>
      <p class="small">
        {integer(tokens)} tokens calibrate in stretches of {stretchTokens}, {integer(heldBack)} judge: a matrix whose
        outputs they do not find better keeps lowest-error (types that have none: llama.cpp’s search).{' '}
        <strong>{timeWords(seconds)}</strong>, from{' '}
        {basis === 'a timing' ? 'a product timed here' : 'the last calibration here'}; up to {bytes(memory)} of memory.
        It serves {plural(served, 'tensor')}
        {others && others.length > 0 ? (
          <>
            ; {plural(others.length, 'tensor')} will be written by other methods, as the list below says:{' '}
            <span class="mono">{listed(others.map(({ name }) => name))}</span>
          </>
        ) : null}
        .
      </p>
      {byText && tokens + heldBack < 4 * fewestTokens && (
        <p class="small quiet">
          Fewer than {integer(fewestTokens)} tokens are refused; gains grow up to some {integer(32768)}.
        </p>
      )}
    </>
  );
}
