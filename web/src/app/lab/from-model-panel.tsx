import { fromJson } from '../../wasm/json';
import { useComputed, useSignalEffect } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { sentenceOf } from '../../core/index';
import type { LabRequest, TensorInfo } from '../../core/types';
import { coreLang, ownSentence, texts } from '../../text/texts';
import { integer, percent, precise } from '../../text/units';
import { Switch } from '../../charts/frame';
import { TensorChoice } from '../parts/study-controls';
import type { Opened } from '../state/opening';
import { bench, chosen, lists, setBench } from './bench';
import { formatOf, type LabFormat, requestOf } from './block';
import {
  type BlockFigures,
  type BlockPick,
  measuredOf,
  MOST_BLOCKS,
  pickOf,
  SAMPLE_BLOCKS,
  sampleOf,
} from './block-figures';
import { decodableTensors, findLargest, measureBlocks, readBlock } from './from-model';
import { makeLab } from './lab-core';
import { wanted, wantedPick } from './links';
import { stop } from './play';
import { type BlocksPlot, plotted } from './plotted';
import { taken } from './taken';
import { below, storedAs, tab } from './view';

const PICKS: readonly BlockPick[] = ['worst', 'median', 'outlier'];

/** Puts a block of the open model on the bench. */
export function FromModel({ opened: { model, title } }: { opened: Opened }): VNode | null {
  const tensors = useMemo(() => decodableTensors(model), [model]);
  const [name, setName] = useState(() => (tensors.find((tensor) => tensor.role === 'v') ?? tensors[0])?.name ?? '');
  const [block, setBlock] = useState(0);
  const [said, setSaid] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [all, setAll] = useState(false);
  const [searching, setSearching] = useState<{ share: number; what: 'reading' | 'measuring' } | null>(null);
  const working = useRef<AbortController | null>(null);
  const measured = useRef<{ key: string; figures: BlockFigures } | null>(null);
  useEffect(
    () => () => {
      working.current?.abort();
      plotted.value = null;
    },
    [],
  );
  const words = texts().lab.fromModel;
  const tensor = tensors.find((one) => one.name === name);
  const format = useComputed(() => formatOf(bench.value, lists.value)).value;
  const { runLength: length } = format;
  const blocks = tensor ? Math.ceil(tensor.weights / length) : 0;

  /** One thing at a time; a new wish ends the old one. */
  const work = async (task: (signal: AbortSignal) => Promise<void>) => {
    working.current?.abort();
    const mine = new AbortController();
    working.current = mine;
    setProblem(null);
    try {
      await task(mine.signal);
    } catch (error) {
      if (!mine.signal.aborted) setProblem(sentenceOf(error));
    }
    if (working.current === mine) setSearching(null);
  };
  const put = async (from: TensorInfo, as: LabFormat, number: number, signal: AbortSignal, told = words.shown) => {
    setBlock(number);
    const found = await readBlock(model, from, as, number);
    if (signal.aborted) return;
    stop();
    taken.value = { tensor: from.name, format: as.name, block: number, weights: found.weights };
    setBench({ ...found, importance: null, format: as.name });
    setSaid(told(integer(number), integer(Math.ceil(from.weights / as.runLength))));
  };
  const show = (from: TensorInfo, number: number) => void work((signal) => put(from, format, number, signal));
  const showLargest = (from: TensorInfo) =>
    void work(async (signal) => {
      const position = await findLargest(model, from, signal, (share) => setSearching({ share, what: 'reading' }));
      if (position !== null) await put(from, format, Math.floor(position / length), signal, words.shownLargest);
    });
  /** Blocks as the bench has them. Those of a K-quant are judged with a scale and a minimum of their own. */
  const blocksWanted = () => {
    const request: LabRequest = {
      ...requestOf({ ...bench.peek(), superNumbers: null }),
      weights: Array<number>(length).fill(1),
      importance: null,
    };
    const lab = makeLab(model.core.module, request);
    const names = fromJson(lab.methods());
    lab.delete();
    const method = names.find((one) => one === chosen.peek()) ?? names[0] ?? '';
    return { request, most: all ? MOST_BLOCKS : SAMPLE_BLOCKS, names, method };
  };
  /**
   * Figures of these blocks with these methods; what is known already is not measured again. Null when told to stop.
   */
  const figuresOf = async (
    from: TensorInfo,
    request: LabRequest,
    most: number,
    methods: readonly string[],
    signal: AbortSignal,
  ): Promise<BlockFigures | null> => {
    const key = JSON.stringify([from.name, request, most]);
    const known = measured.current?.key === key ? measured.current.figures : null;
    const missing = [...new Set(methods)].filter((method) => !known?.errors.has(method));
    if (known && missing.length === 0) return known;
    const found = await measureBlocks(model, from, request, missing, most, signal, (share) =>
      setSearching({ share, what: 'measuring' }),
    );
    if (!found) return null;
    const figures = known ? { ...known, errors: new Map([...known.errors, ...found.errors]) } : found;
    measured.current = { key, figures };
    return figures;
  };
  const showPicked = (from: TensorInfo, pick: BlockPick) =>
    void work(async (signal) => {
      const { request, most, method } = blocksWanted();
      const figures = await figuresOf(from, request, most, [method], signal);
      if (!figures) return;
      const index = pickOf(figures, method, pick);
      if (index === null) {
        setSaid(figures.blocks.length === 0 ? words.noWhole : words.allZero);
        return;
      }
      const figure =
        pick === 'outlier' ? precise(figures.peaks[index] ?? 0) : percent(figures.errors.get(method)?.[index] ?? 0, 2);
      const sample = sampleOf(figures);
      await put(from, format, figures.blocks[index] ?? 0, signal, (number, count) => {
        if (pick === 'outlier') return words.shownOutlier(number, count, figure, sample);
        return (pick === 'worst' ? words.shownWorst : words.shownMedian)(number, count, figure, sample, method);
      });
    });
  const showPlot = (wanted: Omit<BlocksPlot, 'figures'>) =>
    void work(async (signal) => {
      const figures = await figuresOf(wanted.tensor, wanted.request, wanted.most, wanted.methods, signal);
      if (!figures) return;
      setSaid(figures.blocks.length === 0 ? words.noWhole : measuredOf(figures, wanted.tensor.name));
      if (figures.blocks.length === 0) {
        plotted.value = null;
        return;
      }
      const plot = { ...wanted, figures };
      plotted.value = {
        plot,
        file: `${title}-${plot.tensor.name}-blocks`,
        onOpen: (number) => {
          setName(plot.tensor.name);
          void work((signal) => put(plot.tensor, plot.format, number, signal));
        },
        onMethods: (methods) => showPlot({ ...plot, methods }),
      };
      tab.value = 'blocks';
    });
  const showAll = (from: TensorInfo) => {
    const { request, most, names, method } = blocksWanted();
    const other = method === 'exact' ? (names[0] ?? method) : 'exact';
    showPlot({ tensor: from, format, request, most, names, methods: [method, other] });
  };
  const cancel = () => {
    working.current?.abort();
    setSearching(null);
    setSaid(words.cancelled);
  };
  useSignalEffect(() => {
    const wish = wanted.value;
    if (!wish) return;
    wanted.value = null;
    tab.value = 'block';
    const from = tensors.find((one) => one.name === wish.tensor);
    if (!from) {
      setProblem(ownSentence(words.cannotDecode(wish.tensor)));
      return;
    }
    const as =
      lists.peek().formats.find((one) => one.name !== '' && one.name === wish.format) ??
      formatOf(bench.peek(), lists.peek());
    setName(from.name);
    // Of a format without a curve the block's bits are what there is to see.
    if (lists.peek().whole.some((one) => one === wish.format)) {
      storedAs.value = wish.format ?? '';
      below.value = 'bits';
    } else {
      storedAs.value = '';
    }
    void work((signal) => put(from, as, Math.floor(Math.min(wish.weight, from.weights - 1) / as.runLength), signal));
  });
  useSignalEffect(() => {
    const pick = PICKS.find((one) => one === wantedPick.value);
    if (!pick) return;
    wantedPick.value = null;
    if (tensor) showPicked(tensor, pick);
  });
  if (tensors.length === 0) return null;
  return (
    <fieldset class="lab-model">
      <legend>{words.title}</legend>
      <TensorChoice
        tensors={tensors}
        value={name}
        onChange={(chosen) => {
          setName(chosen);
          setBlock(0);
        }}
      />
      <label class="option">
        <span class="option-label">{words.blockOf(length)}</span>
        <input
          class="input count"
          type="number"
          min={0}
          max={Math.max(0, blocks - 1)}
          value={block}
          disabled={!tensor}
          onInput={(event) =>
            setBlock(Math.min(Math.max(0, blocks - 1), Math.max(0, Math.floor(event.currentTarget.valueAsNumber || 0))))
          }
        />
      </label>
      <div class="lab-model-actions">
        <button type="button" class="button" disabled={!tensor} onClick={() => tensor && show(tensor, block)}>
          {words.show}
        </button>
        <button
          type="button"
          class="button"
          disabled={!tensor}
          onClick={() => tensor && show(tensor, Math.floor(Math.random() * blocks))}
        >
          {words.random}
        </button>
        {PICKS.map((one) => (
          <button
            key={one}
            type="button"
            class="button"
            disabled={!tensor}
            onClick={() => tensor && showPicked(tensor, one)}
          >
            {words[one]}
          </button>
        ))}
        <button
          type="button"
          class="button"
          disabled={!tensor}
          title={words.largestHint}
          onClick={() => tensor && showLargest(tensor)}
        >
          {words.largest}
        </button>
        <button type="button" class="button" disabled={!tensor} onClick={() => tensor && showAll(tensor)}>
          {words.all}
        </button>
      </div>
      {blocks > SAMPLE_BLOCKS && (
        <Switch
          label={words.which}
          value={all ? 'all' : 'sample'}
          onChange={(value) => setAll(value === 'all')}
          choices={[
            { value: 'sample', label: words.some(integer(SAMPLE_BLOCKS)) },
            {
              value: 'all',
              label: blocks > MOST_BLOCKS ? words.most(integer(MOST_BLOCKS)) : words.every(integer(blocks)),
            },
          ]}
        />
      )}
      {searching && (
        <div class="lab-searching">
          <progress
            value={searching.share}
            aria-label={searching.what === 'reading' ? words.readingLabel : words.measuringLabel}
          />
          <span class="quiet small">{words[searching.what](percent(searching.share, 0))}</span>
          <button type="button" class="button small" onClick={cancel}>
            {words.cancel}
          </button>
        </div>
      )}
      <p class="option-note" role="status">
        {tensor ? said || words.blocks(integer(blocks - 1), tensor.type) : texts().lab.noTensor}
      </p>
      {problem && (
        <p class="notice bad" role="alert" {...coreLang(problem)}>
          {problem}
        </p>
      )}
    </fieldset>
  );
}
