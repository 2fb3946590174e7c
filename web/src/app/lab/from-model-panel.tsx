import type { VNode } from 'preact';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import { sentenceOf } from '../../core/index';
import type { TensorInfo } from '../../core/types';
import type { Opened } from '../state/opening';
import { integer, percent, shapeText } from '../../text/units';
import { bench, setBench } from './bench';
import { FORMATS } from './block';
import { decodableTensors, findLargest, readWeights } from './from-model';
import { stop } from './play';

/** Puts a block of the open model on the bench. */
export function FromModel({ opened: { model } }: { opened: Opened }): VNode | null {
  const tensors = useMemo(() => decodableTensors(model), [model]);
  const [name, setName] = useState(() => (tensors.find((tensor) => tensor.role === 'v') ?? tensors[0])?.name ?? '');
  const [block, setBlock] = useState(0);
  const [said, setSaid] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const working = useRef<AbortController | null>(null);
  const list = useId();
  useEffect(() => () => working.current?.abort(), []);
  const tensor = tensors.find((one) => one.name === name);
  const length = FORMATS.find((format) => format.name === bench.value.format)?.blockLength ?? 32;
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
  };
  const show = (from: TensorInfo, number: number) =>
    work(async (signal) => {
      setBlock(number);
      const weights = await readWeights(model, from, number * length, length);
      if (signal.aborted) return;
      stop();
      setBench({ weights: [...weights], importance: null });
      setSaid(`Block ${integer(number)} of ${integer(Math.ceil(from.weights / length))} is on the bench.`);
    });
  const showLargest = (from: TensorInfo) =>
    work(async (signal) => {
      const place = await findLargest(model, from, signal, (share) => setSaid(`Searching, ${percent(share, 0)} read`));
      if (place !== null) await show(from, Math.floor(place / length));
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
        <button type="button" class="button" disabled={!tensor} onClick={() => tensor && void show(tensor, block)}>Show</button>
        <button type="button" class="button" disabled={!tensor} onClick={() => tensor && void show(tensor, Math.floor(Math.random() * blocks))}>Random</button>
        <button type="button" class="button" disabled={!tensor} title="Reads the whole tensor" onClick={() => tensor && void showLargest(tensor)}>Largest weight</button>
      </div>
      <p class="option-note" role="status">{tensor ? said || `Blocks 0 to ${integer(blocks - 1)}, ${tensor.type} in the file` : 'No tensor has this name.'}</p>
      {problem && <p class="notice bad" role="alert">{problem}</p>}
    </fieldset>
  );
}
