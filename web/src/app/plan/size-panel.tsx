/** "Or a size": the best mix of types for as many bytes as there are, its map, and ways to take it along. */
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { saveBlob } from '../../charts/save';
import { recipeFile } from '../../core/index';
import { CopyButton } from '../parts/copy-button';
import { Rich } from '../parts/rich';
import { term } from '../parts/term';
import { coreLang, language, texts } from '../../text/texts';
import { complete, limits, measuring, NO_SIZES, type Sizes } from '../state/measuring';
import { leaveMix, mix, mixProblem, ownTypes, solveAgain, solveFor, solveForBits, wantedBytes } from '../state/mixing';
import { opened } from '../state/opening';
import { options } from '../state/planning';
import { bitsPerWeight, bytes, decibels, exactBytes, parseBytes, parseDecimal, percent } from '../../text/units';
import { MixMap } from './mix-map';
import { ObservePanel } from './observe-panel';
import { Weighing } from './weighing';

export function SizePanel(): VNode {
  const t = texts().plan;
  const waiting = limits.value === null && (measuring.value !== null || complete.value);
  const { smallestBytes, largestBytes } = limits.value ?? NO_SIZES;
  if (!waiting && !(largestBytes > smallestBytes))
    return <p class="quiet">{opened.value === null ? t.sizeNoModel : t.sizeNotMeasured}</p>;
  return (
    <section class="size-panel" aria-labelledby="size-title">
      <div class="size-own">
        <h3 id="size-title">{t.ownSize}</h3>
        <p class="quiet small">
          <Rich text={t.mixLead} parts={{ mix: term('mix') }} />
          {waiting && ` ${t.mixLater}`}
        </p>
        {!waiting && <SizeChoice smallestBytes={smallestBytes} largestBytes={largestBytes} />}
      </div>
    </section>
  );
}

function SizeChoice({ smallestBytes, largestBytes }: Sizes): VNode {
  const chosen = mix.value;
  const problem = mixProblem.value;
  const t = texts().plan;
  return (
    <>
      <SizeInputs
        smallest={smallestBytes}
        largest={largestBytes}
        chosen={chosen?.bytes ?? null}
        bits={chosen?.bitsPerWeight ?? null}
      />
      {problem && (
        <p class="notice bad" role="alert" {...coreLang(problem)}>
          {problem}
        </p>
      )}
      {chosen && (
        <>
          <p class="mix-summary" role="status">
            <Rich
              text={t.mixIs(
                bitsPerWeight(chosen.bitsPerWeight),
                decibels(chosen.prediction.sqnrDb.value),
                'gap' in chosen ? (chosen.gap < 1e-9 ? null : percent(chosen.gap, 3)) : undefined,
              )}
              parts={{
                size: <strong title={exactBytes(chosen.bytes)}>{bytes(chosen.bytes)}</strong>,
                bits: term('bits'),
                sqnr: term('sqnr'),
              }}
            />
          </p>
          <div class="mix-actions">
            <button
              type="button"
              class="button small"
              onClick={() =>
                saveBlob(
                  new Blob([`${JSON.stringify(recipeFile(chosen, options.value.method), null, 2)}\n`], {
                    type: 'application/json',
                  }),
                  'recipe.json',
                )
              }
            >
              {t.saveRecipe}
            </button>
            <CopyButton text={() => chosen.command}>{t.copyLlama}</CopyButton>
            {Object.keys(ownTypes.value).length > 0 && (
              <button
                type="button"
                class="button small"
                onClick={() => {
                  ownTypes.value = {};
                  solveAgain();
                }}
              >
                {t.takeBack(Object.keys(ownTypes.value).length)}
              </button>
            )}
            <button type="button" class="button small" onClick={leaveMix}>
              {t.backToType}
            </button>
          </div>
          <MixMap mix={chosen} />
        </>
      )}
      <ObservePanel />
      <Weighing />
    </>
  );
}

function SizeInputs({
  smallest,
  largest,
  chosen,
  bits,
}: {
  smallest: number;
  largest: number;
  chosen: number | null;
  bits: number | null;
}): VNode {
  const t = texts().plan;
  const wanted = wantedBytes.value;
  const [text, setText] = useState('');
  const [bitsText, setBitsText] = useState('');
  const [wrong, setWrong] = useState(false);
  useEffect(() => {
    setText(chosen === null ? '' : bytes(wanted ?? chosen));
    setBitsText(bits === null ? '' : bitsPerWeight(bits));
    setWrong(false);
  }, [chosen, wanted, language()]);
  return (
    <div class="size-inputs">
      <label class="size-slide">
        <span class="visually-hidden">{t.outputSize}</span>
        <input
          type="range"
          min={0}
          max={1000}
          step={1}
          value={Math.round((1000 * ((wanted ?? chosen ?? smallest) - smallest)) / (largest - smallest))}
          aria-valuetext={bytes(wanted ?? chosen ?? smallest)}
          onInput={(event) =>
            solveFor(Math.round(smallest + (event.currentTarget.valueAsNumber / 1000) * (largest - smallest)))
          }
        />
        <span class="size-ends quiet small">
          <span>{bytes(smallest)}</span>
          <span>{bytes(largest)}</span>
        </span>
      </label>
      <form
        class="size-form"
        onSubmit={(event) => {
          event.preventDefault();
          const size = parseBytes(text);
          setWrong(size === null);
          if (size !== null) solveFor(size);
        }}
      >
        <label class="size-field">
          <span class="small">{t.atMost}</span>
          <input
            class="input"
            aria-label={t.sizeForExample}
            aria-invalid={wrong}
            placeholder={t.sizeExample}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="button small">
          {t.bestMix}
        </button>
      </form>
      <form
        class="size-form"
        onSubmit={(event) => {
          event.preventDefault();
          const wantedBits = parseDecimal(bitsText);
          if (wantedBits > 0) solveForBits(wantedBits);
        }}
      >
        <label class="size-field">
          <input
            class="input count"
            aria-label={t.bitsField}
            inputMode="decimal"
            placeholder={t.bitsExample}
            value={bitsText}
            onInput={(event) => setBitsText(event.currentTarget.value)}
          />
          <span class="small">{texts().common.bitsPerWeight}</span>
        </label>
        <button type="submit" class="button small">
          {t.bestMix}
        </button>
      </form>
      {wrong && (
        <p class="notice bad" role="alert">
          {t.wrongSize}
        </p>
      )}
    </div>
  );
}
