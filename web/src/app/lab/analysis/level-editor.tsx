/** A list of levels of one's own, tried on a tensor while it changes. */
import { fromJson } from '../../../wasm/json';
import type { VNode } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { ChartFrame } from '../../../charts/frame';
import { LevelLine } from '../../../charts/level-line';
import { LevelTrials, sentenceOf, type ScaleSearchName } from '../../../core/index';
import type { LevelFigures, TensorInfo } from '../../../core/types';
import { blockText } from '../../../text/number-formats';
import { coreLang, texts } from '../../../text/texts';
import { fixed, percent, precise, quantity } from '../../../text/units';
import { Figures } from '../../parts/figures';
import { goTo } from '../../address';
import type { Opened } from '../../state/opening';
import { setBench } from '../bench';
import { type Parsed, parseNumbers } from '../numbers';
import { NumbersField } from '../numbers-field';
import { Told } from '../terms';
import { tab } from '../view';
import { TensorChoice } from '../../parts/study-controls';

const BLOCKS = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 0];
const COUNTS = [4, 8, 16, 32, 64, 128, 256];

export function LevelEditor({
  opened: { model, title },
  tensors,
  levels,
  onChange,
}: {
  opened: Opened;
  tensors: readonly TensorInfo[];
  levels: readonly number[];
  onChange: (levels: readonly number[]) => void;
}): VNode {
  const presets = useMemo(() => fromJson(model.core.module.levelPresets()), [model]);
  const [tensor, setTensor] = useState(() => (tensors.find(({ role }) => role === 'down') ?? tensors[0])?.name ?? '');
  const [block, setBlock] = useState(64);
  const [search, setSearch] = useState<ScaleSearchName>('absmax');
  const [trials, setLevelTrials] = useState<LevelTrials | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [preset, setPreset] = useState('nf4');
  const known = tensors.some(({ name }) => name === tensor);
  useEffect(() => {
    if (!known) return undefined;
    let mine: LevelTrials | null = null;
    let over = false;
    setProblem(null);
    setLevelTrials(null);
    LevelTrials.open(model, tensor).then(
      (opened) => {
        mine = opened;
        if (over) opened.close();
        else setLevelTrials(opened);
      },
      (error: unknown) => over || setProblem(sentenceOf(error)),
    );
    return () => {
      over = true;
      mine?.close();
    };
  }, [model, tensor, known]);
  const histogram = useMemo(() => trials?.histogram(block) ?? [], [trials, block]);
  const measured = useMemo<{ figures: LevelFigures } | { problem: string } | null>(() => {
    if (!trials) return null;
    try {
      return { figures: trials.measure({ levels, block, search }) };
    } catch (error) {
      return { problem: sentenceOf(error) };
    }
  }, [trials, levels, block, search]);
  const figures = measured && 'figures' in measured ? measured.figures : null;
  const starting = presets.find(({ name }) => name === preset);
  const take = (next: readonly number[], from: string) => {
    setPreset(from);
    onChange(next);
  };
  const optimal = (count: number) => {
    try {
      if (trials) take(trials.optimal(count, block), '');
    } catch (error) {
      setProblem(sentenceOf(error));
    }
  };
  const parse = (text: string): Parsed => {
    const parsed = parseNumbers(text, 2, 256);
    parsed.values?.sort((a, b) => a - b);
    return parsed.values && new Set(parsed.values.map(Math.fround)).size < parsed.values.length
      ? { values: null, problem: texts().lab.editor.twoTheSame }
      : parsed;
  };
  const { analysis, editor, heads } = texts().lab;
  const words = analysis.levels;
  const bothEnds = (levels[0] ?? 0) < 0 && (levels[levels.length - 1] ?? 0) > 0;
  return (
    <section class="study" aria-labelledby="level-editor-title">
      <h3 id="level-editor-title">{words.title}</h3>
      <p class="study-lead">
        <Told text={words.lead} />
      </p>
      <div class="lab-model">
        <TensorChoice tensors={tensors} value={tensor} onChange={setTensor} />
        <label class="option">
          <span class="option-label">{analysis.blocks}</span>
          <select class="select" value={block} onChange={(event) => setBlock(Number(event.currentTarget.value))}>
            {BLOCKS.map((length) => (
              <option key={length} value={length}>
                {blockText(length)}
              </option>
            ))}
          </select>
        </label>
        <label class="option">
          <span class="option-label">{analysis.search}</span>
          <select
            class="select"
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value as ScaleSearchName)}
          >
            <option value="absmax">{analysis.formats.absmax}</option>
            <option value="grid">{analysis.formats.grid}</option>
          </select>
        </label>
        <label class="option">
          <span class="option-label">{words.startFrom}</span>
          <select
            class="select"
            value={preset}
            onChange={(event) => {
              const chosen = presets.find(({ name }) => name === event.currentTarget.value);
              if (chosen) take(chosen.levels, chosen.name);
            }}
          >
            {presets.map(({ name, label }) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
            {preset === '' && <option value="">{editor.ownLevels(levels.length)}</option>}
          </select>
        </label>
        <label class="option">
          <span class="option-label">{words.fit}</span>
          <select
            class="select"
            value=""
            disabled={!trials}
            onChange={(event) => optimal(Number(event.currentTarget.value))}
          >
            <option value="">{words.optimal}</option>
            {COUNTS.map((count) => (
              <option key={count} value={count}>
                {words.count(count)}
              </option>
            ))}
          </select>
        </label>
        <NumbersField
          label={words.label}
          note={starting?.source ?? words.note}
          noteLang={starting ? coreLang() : {}}
          values={levels}
          parse={parse}
          onChange={(values) => take(values, '')}
          rows={2}
          className="study-levels"
        />
        <div class="lab-model-actions">
          <button
            type="button"
            class="button"
            disabled={!bothEnds}
            title={bothEnds ? words.onBench : words.needsEnds}
            onClick={() => {
              setBench({ format: '', levels: [...levels] });
              tab.value = 'block';
              goTo('lab');
            }}
          >
            {words.tryOnBlock}
          </button>
        </div>
        {!known && (
          <p class="option-note" role="status">
            {texts().lab.noTensor}
          </p>
        )}
      </div>
      {(problem || (measured && 'problem' in measured)) && (
        <p class="notice bad" role="alert" {...coreLang()}>
          {problem ?? (measured && 'problem' in measured ? measured.problem : '')}
        </p>
      )}
      {trials && figures && (
        <>
          <div data-testid="level-figures">
            <Figures
              label={words.leave}
              figures={[
                {
                  label: heads.relativeError,
                  value: percent(figures.relativeError, 3),
                  detail: words.rmse(precise(figures.rmse)),
                  definition: words.relativeMeans,
                },
                {
                  label: heads.bitsPerWeight,
                  value: fixed(figures.bitsPerWeight, 3),
                  detail: words.codes(figures.bits),
                  definition: words.bitsMeans,
                },
                {
                  label: words.information,
                  value: words.bits(fixed(figures.entropy, 2)),
                  detail: words.entropy,
                  definition: words.entropyMeans,
                },
              ]}
            />
          </div>
          <ChartFrame
            title={words.chart}
            note={words.chartNote(
              quantity(trials.sample.weights),
              quantity(trials.sample.ofWeights),
              tensor,
              blockText(block),
            )}
            file={`${title}-levels`}
            table={() => ({
              columns: [{ title: texts().lab.heads.level }, { title: texts().lab.analysis.levels.share, unit: '%' }],
              rows: figures.levels.map(({ level, share }) => [level, Number(share.toPrecision(5))]),
            })}
          >
            {(width) => (
              <LevelLine
                width={width}
                levels={levels}
                histogram={histogram}
                figures={figures}
                onChange={(index, value) =>
                  take(
                    levels.map((level, at) => (at === index ? value : level)),
                    '',
                  )
                }
              />
            )}
          </ChartFrame>
        </>
      )}
    </section>
  );
}
