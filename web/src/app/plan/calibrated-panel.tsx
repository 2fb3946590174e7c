/** By which text the method "calibrated" chooses codes, how much is done, and what it takes. */
import type { VNode } from 'preact';
import { fewestTokens, stretchTokens, usualTokens } from '../../core/index';
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
import { bytes, duration, integer, listed } from '../../text/units';
import { coreLang, texts } from '../../text/texts';
import { mono, Rich, strong } from '../parts/rich';

/** Gains measured up to so many tokens. */
const MOST_GAIN = 32_768;
const TOKENS = [2048, 4096, usualTokens, 16384, 32768, 65536];

export function CalibratedPanel(): VNode {
  const offer = calibrationOffer.value;
  const t = texts().plan;
  const chosen = chosenStatistics.value;
  return (
    <div class="calibrated">
      <p class="small quiet">{t.calibratedLead}</p>
      {chosen ? <ByStatistics chosen={chosen} /> : <ByText offer={offer} />}
      {typeof offer === 'string' && (
        <p class="notice bad small" role="alert" {...coreLang(offer)}>
          {offer}
        </p>
      )}
      {offer === null && (
        <p class="small quiet" role="status">
          {t.readingText}
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
  const t = texts().plan;
  const { text, tokens, heldBack, level, engine } = statistics.head;
  const again = (words: string) => (
    <button type="button" class="link-button" onClick={() => (chosenStatistics.value = null)}>
      {words}
    </button>
  );
  return (
    <p class="small calibrated-text">
      <Rich
        text={t.byStatistics(t.levels[level], integer(tokens), integer(heldBack), engine.name)}
        parts={{
          file: mono(file.name),
          text: mono(text.name),
          flag: <code class="option-flag">--from-calibration</code>,
          again,
        }}
      />
    </p>
  );
}

/** Whether what codes are chosen by is kept, and who computes it. */
function SaveChoice({ bytesOf }: { bytesOf: number | null }): VNode {
  const t = texts().plan;
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
        <span class="option-label">{t.keepStatistics}</span>
        <code class="option-flag">--save-calibration</code>
        <span class="option-note">
          {bytesOf !== null && `${t.statisticsFile(bytes(bytesOf))} `}
          {needed && t.statisticsNeeded}
        </span>
      </label>
      <GpuChoice />
    </>
  );
}

function ByText({ offer }: { offer: CalibrationOffer | string | null }): VNode {
  const t = texts().plan;
  const known = offer !== null && typeof offer !== 'string' ? offer : null;
  const what = ownText.value ? t.ownText : t.shippedText;
  const statistics = (words: string) => (
    <button type="button" class="link-button" onClick={() => void chooseStatistics()}>
      {words}
    </button>
  );
  return (
    <>
      <div class="calibrated-choices">
        <label class="option">
          <span class="option-label">{t.tokensAtMost}</span>
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
          <span class="option-label">{t.howMuch}</span>
          <select
            class="select"
            value={wantedLevel.value ?? ''}
            onChange={({ currentTarget }) =>
              (wantedLevel.value = (currentTarget.value || null) as typeof wantedLevel.value)
            }
          >
            <option value="">{known ? t.asTokensAllowNow(t.levels[known.bestLevel]) : t.asTokensAllow}</option>
            {Object.entries(t.levels).map(([level, words]) => (
              <option key={level} value={level}>
                {words}
              </option>
            ))}
          </select>
          <code class="option-flag">--level</code>
        </label>
      </div>
      <p class="small calibrated-text">
        <Rich
          text={known ? t.textIsOf(what, tokensIn(known)) : t.textIs(what)}
          parts={{ text: mono(textName.value), choice: <TextChoice />, statistics }}
        />
        {known && <Template chat={known.chat} />}
      </p>
    </>
  );
}

/** Workers and files take their time to start, which the estimate leaves out. */
const FEW_SECONDS = 5;

/** How long calibrating takes, at the beginning of a sentence or within one. */
export function timeWords(seconds: number, within = false): string {
  const { fewSeconds, fewSecondsInside, aboutTime, aboutTimeInside } = texts().plan;
  if (seconds < FEW_SECONDS) return within ? fewSecondsInside : fewSeconds;
  return (within ? aboutTimeInside : aboutTime)(duration(seconds));
}

const tokensIn = ({ inText, whole }: CalibrationOffer) =>
  whole ? texts().common.tokens(inText) : texts().plan.aboutTokens(Number(inText.toPrecision(2)));

function Template({ chat }: Pick<CalibrationOffer, 'chat'>): VNode | null {
  if (chat.used) return <> {texts().plan.inTemplate}</>;
  return chat.why === null ? null : <span {...coreLang(chat.why)}> {chat.why}</span>;
}

function Offer({ offer, byText }: { offer: CalibrationOffer; byText: boolean }): VNode {
  const { tokens, heldBack, level, bestLevel, served, seconds, basis, memory } = offer;
  const others = (currentPlan.value?.tensors ?? []).filter(
    ({ action, method }) => action === 'convert' && method !== null && method !== CALIBRATED,
  );
  const t = texts().plan;
  const figures = {
    tokens: integer(tokens),
    heldBack: integer(heldBack),
    time: timeWords(seconds),
    memory: bytes(memory),
  };
  return (
    <>
      <p class="small">
        {level === 'layers' ? t.layerAfterLayer : t.onePass}
        {level === 'layers' && bestLevel === 'one-pass' && <strong> {t.fewTokens}</strong>}
      </p>
      <p class="small">
        <Rich
          text={t.calibrates(figures, stretchTokens, basis, served, others.length)}
          parts={{ strong, names: mono(listed(others.map(({ name }) => name))) }}
        />
      </p>
      {byText && tokens + heldBack < 4 * fewestTokens && (
        <p class="small quiet">{t.fewest(integer(fewestTokens), integer(MOST_GAIN))}</p>
      )}
    </>
  );
}
