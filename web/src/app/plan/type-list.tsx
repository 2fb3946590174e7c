/** The price list: every file type with its exact size for this model, grouped by how many bits a weight takes. */
import { ascending, descending } from 'd3-array';
import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { FileTypeInfo, FormatInfo, PlanOptions, Prediction } from '../../core/types';
import { MeasureButton } from '../answers/measured-list';
import { core, coreProblem } from '../engine';
import { Rich } from '../parts/rich';
import { term } from '../parts/term';
import { useTip } from '../parts/tip';
import { CALIBRATED, whyNotCalibrated } from '../state/calibrated-method';
import { packedTypes } from '../state/packed-types';
import { predictions } from '../state/measuring';
import { fits, memoryThere } from '../state/fitting';
import { divergenceHint, divergenceWords, type MeasuredAnswer, measuredAnswerOf } from '../state/measured-answers';
import { mix } from '../state/mixing';
import { opened } from '../state/opening';
import { ask, beforeMix, options, type Priced, prices } from '../state/planning';
import { coreLang, texts } from '../../text/texts';
import { bitsPerWeight, bytes, exactBytes, fixed, percent } from '../../text/units';

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
  const { unchanged, bits: bitsOf, bitsFromTo } = texts().plan;
  if (whole === 0) return unchanged;
  const exact = types.every((type) => bits.get(type.defaultType.toLowerCase()) === whole);
  return exact ? bitsOf(whole) : bitsFromTo(whole, whole + 1);
}

/** What the list can be sorted by instead of by whole bits. */
const SORTS = {
  name: { of: ({ name }: FileTypeInfo) => name, down: false },
  size: { of: ({ name }: FileTypeInfo) => priceOf(name)?.outputBytes, down: false },
  bits: { of: ({ name }: FileTypeInfo) => priceOf(name)?.bitsPerWeight, down: false },
  error: {
    of: (type: FileTypeInfo) => {
      const prediction = predictionOf(type);
      return prediction && (prediction.sqnrDb.value ?? Infinity);
    },
    down: true,
  },
} as const;
type SortKey = keyof typeof SORTS;

function sortHint(key: SortKey): string {
  const { plan, glossary } = texts();
  return {
    name: glossary.type.means,
    size: plan.sizeHint,
    bits: glossary.bits.means,
    error: plan.errorHint(glossary.sqnr.means),
  }[key];
}

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
    <div class="type-head" role="group" aria-label={texts().plan.sortTypes}>
      {(Object.keys(SORTS) as SortKey[]).map((key) => (
        <SortButton key={key} by={key} sorts={sort === key} onPress={() => onSort(sort === key ? null : key)} />
      ))}
    </div>
  );
}

function SortButton({ by, sorts, onPress }: { by: SortKey; sorts: boolean; onPress: () => void }): VNode {
  const { down } = SORTS[by];
  const title = texts().plan.sorts[by];
  const { around, describedBy, tip } = useTip(null, sortHint(by));
  return (
    <span class={`type-head-${by}`} {...around}>
      <button
        type="button"
        aria-pressed={sorts}
        aria-label={texts().parts.table.sortBy(title)}
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
  const t = texts().plan;
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
            {t.loadingQuantizer}
          </p>
        )}
      </div>
    );
  return (
    <fieldset class={`type-list${all ? ' all' : opened.value ? ' priced' : ''}`}>
      <legend class="visually-hidden">{t.fileType}</legend>
      {packed.length > 0 && <p class="type-target">{t.ggufTarget}</p>}
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
          <p class="type-target">{t.safetensorsTarget}</p>
          <div class="type-group">
            <h3 class="type-group-title">{t.layers}</h3>
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
          <p class="quiet small">{t.noExl2}</p>
        </>
      )}
      <p class="type-lead quiet small">
        <Rich
          text={t.blocksLead}
          parts={{
            block: term('block'),
            scale: term('scale'),
            minimum: term('minimum'),
            superBlock: term('superBlock'),
          }}
        />
      </p>
      <button type="button" class="button small type-more" onClick={() => setAll(!all)}>
        {all ? t.usualTypes : t.showAllTypes(fileTypes.length)}
      </button>
      {opened.value && options.value.method !== CALIBRATED && canAnswer && (
        <MeasureButton wishes={usualWishes(fileTypes, formats)} what={t.usualAnswers} />
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
  const t = texts().plan;
  const chosen = options.value.type === type.name && mix.value === null;
  const price = priced && 'price' in priced ? priced.price : null;
  const problem = priced && 'problem' in priced ? priced.problem : null;
  const tooLarge = price !== null && fits(price.outputBytes) === false;
  const summary = t.typeSummaries[type.name];
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
        {summary === undefined ? <span {...coreLang()}>{type.summary}</span> : summary}{' '}
        {(price?.needsImportance ?? type.needsImportance) && <em class="tag">{t.needsMatrix}</em>}{' '}
        {price !== null && price.substitutions > 0 && <em class="tag">{t.substitutions(price.substitutions)}</em>}{' '}
        {tooLarge && <em class="tag">{t.fitsNotThere(bytes(memoryThere.value!))}</em>}{' '}
        {measured && (
          <em class="tag" title={divergenceHint(measured)}>
            {t.answers(divergenceWords(measured))}
          </em>
        )}
      </span>
      <span class="type-size" title={price ? exactBytes(price.outputBytes) : undefined}>
        {price ? bytes(price.outputBytes) : ''}
      </span>
      <span class="type-bits">{price ? t.bitsOf(bitsPerWeight(price.bitsPerWeight)) : ''}</span>
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
  return value === null ? texts().plan.lossless : fixed(value, 1, 'dB');
}

function predictionText({ relativeError, sqnrDb }: Prediction): string {
  const { noWeightChanges, predicted, predictedBetween } = texts().plan;
  const { value, low, high } = sqnrDb;
  if (value === null) return noWeightChanges;
  const error = percent(relativeError.value ?? 0, 2);
  return low !== null && high !== null && high > low
    ? predictedBetween(fixed(low, 2), fixed(high, 2), error)
    : predicted(error);
}
