import { useSignalEffect } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import { sentenceOf } from '../../core/index';
import type { TensorInfo } from '../../core/types';
import { integer, percent, precise, shapeText } from '../../text/units';
import { Switch } from '../../charts/frame';
import type { Opened } from '../state/opening';
import { bench, chosen, reported, setBench } from './bench';
import { FORMATS, formatOf, type LabFormat, requestOf } from './block';
import { type BlockErrors, decodableTensors, findLargest, measureBlocks, type BlockPick, pickOf, readBlock, SAMPLE_BLOCKS } from './from-model';
import { wanted } from './links';
import { stop } from './play';

const PICKS: readonly { pick: BlockPick; label: string; found: (figure: string) => string }[] = [
  { pick: 'worst', label: 'Worst', found: (figure) => `the largest relative error, ${figure}` },
  { pick: 'median', label: 'Median', found: (figure) => `the middle one by relative error, ${figure}` },
  { pick: 'outlier', label: 'With an outlier', found: (figure) => `the weight that stands out most, ${figure} times the root mean square of its block` },
];

/** Puts a block of the open model on the bench. */
export function FromModel({ opened: { model } }: { opened: Opened }): VNode | null {
  const tensors = useMemo(() => decodableTensors(model), [model]);
  const [name, setName] = useState(() => (tensors.find((tensor) => tensor.role === 'v') ?? tensors[0])?.name ?? '');
  const [block, setBlock] = useState(0);
  const [said, setSaid] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [all, setAll] = useState(false);
  const [searching, setSearching] = useState<{ share: number; what: string } | null>(null);
  const working = useRef<AbortController | null>(null);
  const measured = useRef<{ key: string; found: BlockErrors } | null>(null);
  const list = useId();
  useEffect(() => () => working.current?.abort(), []);
  const tensor = tensors.find((one) => one.name === name);
  const format = formatOf(bench.value);
  const { blockLength: length } = format;
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
  const put = async (from: TensorInfo, as: LabFormat, number: number, signal: AbortSignal, why = '') => {
    setBlock(number);
    const found = await readBlock(model, from, as, number);
    if (signal.aborted) return;
    stop();
    setBench({ ...found, importance: null, format: as.name });
    setSaid(`Block ${integer(number)} of ${integer(Math.ceil(from.weights / as.blockLength))} is on the bench${why}.`);
  };
  const show = (from: TensorInfo, number: number) => void work((signal) => put(from, format, number, signal));
  const showLargest = (from: TensorInfo) =>
    void work(async (signal) => {
      const place = await findLargest(model, from, signal, (share) => setSearching({ share, what: 'of the tensor read' }));
      if (place !== null) await put(from, format, Math.floor(place / length), signal, ', with the weight of largest magnitude');
    });
  const showPicked = (from: TensorInfo, { pick, found: words }: (typeof PICKS)[number]) =>
    void work(async (signal) => {
      const methods = reported.peek()?.report.methods ?? [];
      // Blocks of a K-quant are judged with a scale and a minimum of their own.
      const request = { ...requestOf({ ...bench.peek(), superNumbers: null }), weights: Array<number>(length).fill(1), importance: null };
      const isWritten = (method: string) => ['llama.cpp', 'lowest-error'].includes(method);
      const method = methods.find((one) => one.name === chosen.peek())?.name ?? methods.find((one) => !isWritten(one.name))?.name ?? '';
      const key = JSON.stringify([from.name, request, method, all]);
      if (measured.current?.key !== key) {
        const found = await measureBlocks(model, from, request, method, all, signal, (share) => setSearching({ share, what: 'of the blocks measured' }));
        if (!found) return;
        measured.current = { key, found };
      }
      const { found } = measured.current;
      const index = pickOf(found, pick);
      if (index === null) {
        setSaid(found.blocks.length === 0 ? 'This tensor has no whole block.' : 'All weights of the blocks that were measured are zero.');
        return;
      }
      const figure = pick === 'outlier' ? precise(found.peaks[index] ?? 0) : percent(found.errors[index] ?? 0, 2);
      const sample = found.blocks.length < found.total ? `a sample of ${integer(found.blocks.length)} of ${integer(found.total)} blocks` : `all ${integer(found.total)} whole blocks`;
      await put(from, format, found.blocks[index] ?? 0, signal, `: ${words(figure)}, in ${sample}${pick === 'outlier' ? '' : ` with ${method}`}`);
    });
  const cancel = () => {
    working.current?.abort();
    setSearching(null);
    setSaid('Cancelled.');
  };
  useSignalEffect(() => {
    const wish = wanted.value;
    if (!wish) return;
    wanted.value = null;
    const from = tensors.find((one) => one.name === wish.tensor);
    if (!from) {
      setProblem(`${wish.tensor} cannot be shown: the core cannot decode its type.`);
      return;
    }
    const as = FORMATS.find((one) => one.name !== '' && one.name === wish.format) ?? formatOf(bench.peek());
    setName(from.name);
    void work((signal) => put(from, as, Math.floor(Math.min(wish.weight, from.weights - 1) / as.blockLength), signal));
  });
  if (tensors.length === 0) return null;
  return (
    <fieldset class="lab-model">
      <legend>A block of this model</legend>
      <label class="option lab-tensor">
        <span class="option-label">Tensor</span>
        <input class="input mono" list={list} value={name} aria-invalid={!tensor} onInput={(event) => { setName(event.currentTarget.value); setBlock(0); }} onFocus={(event) => event.currentTarget.select()} />
        <datalist id={list}>{tensors.map((one) => <option key={one.name} value={one.name}>{`${one.type}, ${shapeText(one.shape)}`}</option>)}</datalist>
      </label>
      <label class="option">
        <span class="option-label">Block of {length}</span>
        <input class="input count" type="number" min={0} max={Math.max(0, blocks - 1)} value={block} disabled={!tensor} onInput={(event) => setBlock(Math.min(Math.max(0, blocks - 1), Math.max(0, Math.floor(event.currentTarget.valueAsNumber || 0))))} />
      </label>
      <div class="lab-model-actions">
        <button type="button" class="button" disabled={!tensor} onClick={() => tensor && show(tensor, block)}>Show</button>
        <button type="button" class="button" disabled={!tensor} onClick={() => tensor && show(tensor, Math.floor(Math.random() * blocks))}>Random</button>
        {PICKS.map((one) => <button key={one.pick} type="button" class="button" disabled={!tensor} onClick={() => tensor && showPicked(tensor, one)}>{one.label}</button>)}
        <button type="button" class="button" disabled={!tensor} title="Reads the whole tensor" onClick={() => tensor && showLargest(tensor)}>Largest weight</button>
      </div>
      {blocks > SAMPLE_BLOCKS && (
        <Switch
          label="Blocks that are measured for worst, median and outlier"
          value={all ? 'all' : 'sample'}
          onChange={(value) => setAll(value === 'all')}
          choices={[{ value: 'sample', label: `of ${integer(SAMPLE_BLOCKS)} blocks` }, { value: 'all', label: `of all ${integer(blocks)}` }]}
        />
      )}
      {searching && (
        <div class="lab-searching">
          <progress value={searching.share} aria-label={`Share ${searching.what}`} />
          <span class="quiet small">{percent(searching.share, 0)} {searching.what}</span>
          <button type="button" class="button small" onClick={cancel}>Cancel</button>
        </div>
      )}
      <p class="option-note" role="status">{tensor ? said || `Blocks 0 to ${integer(blocks - 1)}, ${tensor.type} in the file` : 'No tensor has this name.'}</p>
      {problem && <p class="notice bad" role="alert">{problem}</p>}
    </fieldset>
  );
}
