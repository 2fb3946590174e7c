/** "Or a size": the best mix of types for as many bytes as there are, its map, and ways to take it along. */
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { saveBlob } from '../../charts/save';
import { recipeFile } from '../../core/index';
import { CopyButton } from '../parts/copy-button';
import { Term } from '../parts/term';
import { complete, limits, measuring, NO_SIZES, type Sizes } from '../state/measuring';
import { leaveMix, mix, mixProblem, ownTypes, solveAgain, solveFor, solveForBits, wantedBytes } from '../state/mixing';
import { opened } from '../state/opening';
import { options } from '../state/planning';
import { bitsPerWeight, bytes, decibels, exactBytes, parseBytes, percent, plural } from '../../text/units';
import { MixMap } from './mix-map';
import { ObservePanel } from './observe-panel';
import { Weighing } from './weighing';

export function SizePanel(): VNode {
  const waiting = limits.value === null && (measuring.value !== null || complete.value);
  const { smallestBytes, largestBytes } = limits.value ?? NO_SIZES;
  if (!waiting && !(largestBytes > smallestBytes))
    return (
      <p class="quiet">
        {opened.value === null
          ? 'With a model open, a size of your own can be asked for here.'
          : 'Nothing here can be chosen by size: no sample of the rows was measured, or no tensor can be quantized.'}
      </p>
    );
  return (
    <section class="size-panel" aria-labelledby="size-title">
      <div class="size-own">
        <h3 id="size-title">A size of your own</h3>
        <p class="quiet small">
          The <Term of="mix">mix</Term> of types with the least error for it: every tensor gets the type where its bytes
          do the most.
          {waiting && ' It can be chosen when the sample of rows is measured.'}
        </p>
        {!waiting && <SizeChoice smallestBytes={smallestBytes} largestBytes={largestBytes} />}
      </div>
    </section>
  );
}

function SizeChoice({ smallestBytes, largestBytes }: Sizes): VNode {
  const chosen = mix.value;
  const problem = mixProblem.value;
  return (
    <>
      <SizeInputs
        smallest={smallestBytes}
        largest={largestBytes}
        chosen={chosen?.bytes ?? null}
        bits={chosen?.bitsPerWeight ?? null}
      />
      {problem && (
        <p class="notice bad" role="alert">
          {problem}
        </p>
      )}
      {chosen && (
        <>
          <p class="mix-summary" role="status">
            <strong title={exactBytes(chosen.bytes)}>{bytes(chosen.bytes)}</strong>,{' '}
            {bitsPerWeight(chosen.bitsPerWeight)} <Term of="bits">bits per weight</Term>,{' '}
            {decibels(chosen.prediction.sqnrDb.value)} <Term of="sqnr">signal to noise</Term> predicted
            {'gap' in chosen
              ? chosen.gap < 1e-9
                ? '; no mix of these types has less error at this size.'
                : `; at most ${percent(chosen.gap, 3)} above the least there is at this size.`
              : '; changed by hand.'}
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
              Save recipe.json
            </button>
            <CopyButton text={() => chosen.command}>Copy the llama.cpp command</CopyButton>
            {Object.keys(ownTypes.value).length > 0 && (
              <button
                type="button"
                class="button small"
                onClick={() => {
                  ownTypes.value = {};
                  solveAgain();
                }}
              >
                Take back {plural(Object.keys(ownTypes.value).length, 'change')}
              </button>
            )}
            <button type="button" class="button small" onClick={leaveMix}>
              Back to the file type
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
  const wanted = wantedBytes.value;
  const [text, setText] = useState('');
  const [bitsText, setBitsText] = useState('');
  const [wrong, setWrong] = useState(false);
  useEffect(() => {
    setText(chosen === null ? '' : bytes(wanted ?? chosen));
    setBitsText(bits === null ? '' : bitsPerWeight(bits));
    setWrong(false);
  }, [chosen, wanted]);
  return (
    <div class="size-inputs">
      <label class="size-slide">
        <span class="visually-hidden">Size of the output</span>
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
          <span class="small">at most</span>
          <input
            class="input"
            aria-label="Size, for example 4.2 GB"
            aria-invalid={wrong}
            placeholder="4.2 GB"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="button small">
          Best mix
        </button>
      </form>
      <form
        class="size-form"
        onSubmit={(event) => {
          event.preventDefault();
          const wantedBits = Number(bitsText);
          if (wantedBits > 0) solveForBits(wantedBits);
        }}
      >
        <label class="size-field">
          <input
            class="input count"
            aria-label="Bits per weight"
            inputMode="decimal"
            placeholder="4.5"
            value={bitsText}
            onInput={(event) => setBitsText(event.currentTarget.value)}
          />
          <span class="small">bits per weight</span>
        </label>
        <button type="submit" class="button small">
          Best mix
        </button>
      </form>
      {wrong && (
        <p class="notice bad" role="alert">
          Write a size in bytes or with a unit, for example 4.2 GB or 3.9 GiB.
        </p>
      )}
    </div>
  );
}
