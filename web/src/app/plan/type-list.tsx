/** The price list: every file type with its exact size for this model, grouped by how many bits a weight takes. */
import { ascending, descending } from 'd3-array';
import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { FileTypeInfo, FormatInfo, PlanOptions, Prediction } from '../../core/types';
import { MeasureButton } from '../answers/measured-list';
import { core, coreProblem } from '../engine';
import { Term } from '../parts/term';
import { useTip } from '../parts/tip';
import { CALIBRATED, whyNotCalibrated } from '../state/calibrated-method';
import { packedTypes } from '../state/packed-types';
import { predictions } from '../state/measuring';
import { fits, memoryThere } from '../state/fitting';
import { divergenceHint, divergenceWords, type MeasuredAnswer, measuredAnswerOf } from '../state/measured-answers';
import { mix } from '../state/mixing';
import { opened } from '../state/opening';
import { ask, beforeMix, options, type Priced, prices } from '../state/planning';
import { texts } from '../../text/texts';
import { bitsPerWeight, bytes, exactBytes, percent, plural } from '../../text/units';

/** Shown first where room is short, and before there is a model to price. */
const USUAL = new Set(['F16', 'Q8_0', 'Q6_K', 'Q5_K_M', 'Q4_K_M', 'Q4_0', 'IQ4_XS', 'Q3_K_M', 'Q2_K']);

interface Group {
  title: string;
  types: FileTypeInfo[];
}

/** File types by the whole bits of their default type, the largest first. */
function groupByBits(fileTypes: readonly FileTypeInfo[], formats: readonly FormatInfo[]): Group[] {
  const bits = new Map(formats.map((format) => [format.name.toLowerCase(), format.bitsPerWeight]));
  const groups = new Map<number, FileTypeInfo[]>();
  for (const type of fileTypes) {
    const whole = Math.floor(bits.get(type.defaultType.toLowerCase()) ?? 0);
    groups.set(whole, [...(groups.get(whole) ?? []), type]);
  }
  return [...groups]
    .sort((a, b) => b[0] - a[0])
    .map(([whole, types]) => ({ title: groupTitle(whole, types, bits), types }));
}

/** "16 bits" where all of a group are exactly that, "4 to 5 bits" otherwise. */
function groupTitle(whole: number, types: readonly FileTypeInfo[], bits: ReadonlyMap<string, number>): string {
  if (whole === 0) return 'unchanged';
  const exact = types.every((type) => bits.get(type.defaultType.toLowerCase()) === whole);
  return exact ? plural(whole, 'bit') : `${whole} to ${whole + 1} bits`;
}

/** What the list can be sorted by instead of by whole bits. */
const SORTS = {
  name: { title: 'type', hint: texts().glossary.type.means, of: ({ name }: FileTypeInfo) => name, down: false },
  size: {
    title: 'size',
    hint: 'Of the output file.',
    of: ({ name }: FileTypeInfo) => priceOf(name)?.outputBytes,
    down: false,
  },
  bits: {
    title: 'per weight',
    hint: texts().glossary.bits.means,
    of: ({ name }: FileTypeInfo) => priceOf(name)?.bitsPerWeight,
    down: false,
  },
  error: {
    title: 'predicted',
    hint: `Signal to noise, from a sample of rows. ${texts().glossary.sqnr.means}`,
    of: (type: FileTypeInfo) => {
      const prediction = predictionOf(type);
      return prediction && (prediction.sqnrDb.value ?? Infinity);
    },
    down: true,
  },
} as const;
type SortKey = keyof typeof SORTS;

function priceOf(name: string) {
  const priced = prices.value.get(name);
  return priced && 'price' in priced ? priced.price : undefined;
}

/** Of a type that can be made: one that needs a matrix has none while there is no matrix. */
function predictionOf({ name, needsImportance }: FileTypeInfo): Prediction | undefined {
  return (priceOf(name)?.needsImportance ?? needsImportance) ? undefined : predictions.value.get(name);
}

/** The types in one group; without a sort, by their bits. */
function groupsBy(sort: SortKey | null, fileTypes: readonly FileTypeInfo[], formats: readonly FormatInfo[]): Group[] {
  if (sort === null) return groupByBits(fileTypes, formats);
  const { of, down } = SORTS[sort];
  const order = down ? descending : ascending;
  return [{ title: '', types: [...fileTypes].sort((a, b) => order(of(a), of(b))) }];
}

/** Heads of the columns, which sort; pressed again, the list is by bits as before. */
function TypeHead({ sort, onSort }: { sort: SortKey | null; onSort: (sort: SortKey | null) => void }): VNode {
  return (
    <div class="type-head" role="group" aria-label="Sort the types">
      {(Object.keys(SORTS) as SortKey[]).map((key) => (
        <SortButton key={key} by={key} sorts={sort === key} onPress={() => onSort(sort === key ? null : key)} />
      ))}
    </div>
  );
}

function SortButton({ by, sorts, onPress }: { by: SortKey; sorts: boolean; onPress: () => void }): VNode {
  const { title, hint, down } = SORTS[by];
  const { around, describedBy, tip } = useTip(null, hint);
  return (
    <span class={`type-head-${by}`} {...around}>
      <button
        type="button"
        aria-pressed={sorts}
        aria-label={`Sort by ${title}`}
        aria-describedby={describedBy}
        onClick={onPress}
      >
        {title}
        {sorts && (down ? ' ↓' : ' ↑')}
      </button>
      {tip}
    </span>
  );
}

export function TypeList(): VNode {
  const { fileTypes = [], formats = [] } = core.value ?? {};
  const [all, setAll] = useState(false);
  const [sort, setSort] = useState<SortKey | null>(null);
  const inputBytes = opened.value?.info.files.reduce((sum, file) => sum + file.bytes, 0) ?? null;
  const model = opened.value?.model;
  const canAnswer = useMemo(() => model !== undefined && whyNotCalibrated(model) === null, [model]);
  const packed = packedTypes.value;
  const usual = (type: FileTypeInfo) => USUAL.has(type.name) || type.name === options.value.type;
  if (fileTypes.length === 0)
    return (
      <div class="type-list-room">
        {coreProblem.value === null && (
          <p class="late quiet" role="status">
            Loading the quantizer…
          </p>
        )}
      </div>
    );
  return (
    <fieldset class={`type-list${all ? ' all' : opened.value ? ' priced' : ''}`}>
      <legend class="visually-hidden">File type</legend>
      {packed.length > 0 && <p class="type-target">GGUF, for llama.cpp and what is built on it</p>}
      <p class="type-lead quiet small">
        Quantized types keep weights in <Term of="block">blocks</Term>, each with a <Term of="scale">scale</Term> and
        some with a <Term of="minimum">minimum</Term>; types with a K and most with IQ keep blocks in{' '}
        <Term of="superBlock">super-blocks</Term>.
      </p>
      {opened.value && <TypeHead sort={sort} onSort={setSort} />}
      {groupsBy(sort, fileTypes, formats).map((group) => (
        <div class={group.types.some(usual) ? 'type-group' : 'type-group rare'} key={group.title}>
          {group.title && <h3 class="type-group-title">{group.title}</h3>}
          <div>
            {group.types.map((type) => (
              <TypeRow
                key={type.name}
                type={type}
                rare={!usual(type)}
                priced={prices.value.get(type.name) ?? null}
                prediction={predictionOf(type) ?? null}
                measured={measuredAnswerOf(type.name)}
                inputBytes={inputBytes}
              />
            ))}
          </div>
        </div>
      ))}
      {packed.length > 0 && (
        <>
          <p class="type-target">safetensors, for Transformers and other loaders of bitsandbytes and GPTQ layers</p>
          <div class="type-group">
            <h3 class="type-group-title">layers</h3>
            <div>
              {packed.map((type) => (
                <TypeRow
                  key={type.name}
                  type={type}
                  rare={false}
                  priced={prices.value.get(type.name) ?? null}
                  prediction={null}
                  measured={null}
                  inputBytes={inputBytes}
                />
              ))}
            </div>
          </div>
          <p class="quiet small">
            EXL2 is not among them: its quantizer runs texts through the model to see which weights matter, which a file
            of weights alone does not tell.
          </p>
        </>
      )}
      <button type="button" class="button small type-more" onClick={() => setAll(!all)}>
        {all ? 'Show the usual types' : `Show all ${fileTypes.length} types`}
      </button>
      {opened.value && options.value.method !== CALIBRATED && canAnswer && (
        <MeasureButton wishes={usualWishes(fileTypes, formats)} what="the answers of the usual types" />
      )}
    </fieldset>
  );
}

/** The usual types that quantize, and can be had. */
function usualWishes(fileTypes: readonly FileTypeInfo[], formats: readonly FormatInfo[]): PlanOptions[] {
  const quantizes = new Set(formats.filter(({ quantized }) => quantized).map(({ name }) => name.toLowerCase()));
  return fileTypes.flatMap(({ name, defaultType }) => {
    const priced = prices.value.get(name);
    const usual = USUAL.has(name) && quantizes.has(defaultType.toLowerCase());
    return usual && priced && 'price' in priced ? [{ ...(beforeMix.value ?? options.value), type: name }] : [];
  });
}

function TypeRow({
  type,
  rare,
  priced,
  prediction,
  measured,
  inputBytes,
}: {
  type: FileTypeInfo;
  rare: boolean;
  priced: Priced | null;
  prediction: Prediction | null;
  measured: MeasuredAnswer | null;
  inputBytes: number | null;
}): VNode {
  const chosen = options.value.type === type.name && mix.value === null;
  const price = priced && 'price' in priced ? priced.price : null;
  const problem = priced && 'problem' in priced ? priced.problem : null;
  const tooLarge = price !== null && fits(price.outputBytes) === false;
  return (
    <label
      class={`type-row${chosen ? ' chosen' : ''}${problem ? ' refused' : ''}${rare ? ' rare' : ''}`}
      title={problem ?? undefined}
    >
      <input
        type="radio"
        name="file-type"
        value={type.name}
        checked={chosen}
        onChange={() => ask({ type: type.name })}
      />
      <span class="type-name mono">{type.name}</span>
      <span class="type-summary">
        {type.summary}{' '}
        {(price?.needsImportance ?? type.needsImportance) && <em class="tag">needs an importance matrix</em>}{' '}
        {price !== null && price.substitutions > 0 && (
          <em class="tag">{plural(price.substitutions, 'substitution')}</em>
        )}{' '}
        {tooLarge && <em class="tag">does not fit {bytes(memoryThere.value!)}</em>}{' '}
        {measured && (
          <em class="tag" title={divergenceHint(measured)}>
            answers: {divergenceWords(measured)}
          </em>
        )}
      </span>
      <span class="type-size" title={price ? exactBytes(price.outputBytes) : undefined}>
        {price ? bytes(price.outputBytes) : ''}
      </span>
      <span class="type-bits">{price ? `${bitsPerWeight(price.bitsPerWeight)} bits` : ''}</span>
      <span class="type-error" title={prediction ? predictionText(prediction) : undefined}>
        {prediction ? shortDecibels(prediction.sqnrDb.value) : ''}
      </span>
      {inputBytes !== null ? (
        <span class="type-bar" aria-hidden="true">
          {price && <span style={{ width: `${Math.min(100, (100 * price.outputBytes) / inputBytes)}%` }} />}
        </span>
      ) : (
        <span />
      )}
      <span class="type-share">{price && inputBytes !== null ? percent(price.outputBytes / inputBytes, 0) : ''}</span>
    </label>
  );
}

function shortDecibels(value: number | null): string {
  return value === null ? 'lossless' : `${value.toFixed(1).replace('-', '−')} dB`;
}

function predictionText({ relativeError, sqnrDb }: Prediction): string {
  if (sqnrDb.value === null) return 'no weight changes';
  const interval =
    sqnrDb.low !== null && sqnrDb.high !== null && sqnrDb.high > sqnrDb.low
      ? `, between ${sqnrDb.low.toFixed(2)} and ${sqnrDb.high.toFixed(2)} dB`
      : '';
  return `signal to noise${interval}; relative error ${percent(relativeError.value ?? 0, 2)}`;
}
