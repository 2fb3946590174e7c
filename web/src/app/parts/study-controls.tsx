/** What every study has above its figures: which tensors, buttons that start, hold and stop it, and its progress. */
import type { ComponentChildren, VNode } from 'preact';
import { useId } from 'preact/hooks';
import type { RowSample, TensorInfo } from '../../core/types';
import { percent, plural, quantity, shapeText } from '../../text/units';
import { HoldButton } from './hold-button';
import type { Studying } from './use-study';

export function TensorChoice({
  tensors,
  value,
  all,
  onChange,
}: {
  tensors: readonly TensorInfo[];
  value: string;
  /** What an empty name stands for; without it a tensor must be named. */
  all?: string;
  onChange: (name: string) => void;
}): VNode {
  const list = useId();
  const known = tensors.some(({ name }) => name === value);
  return (
    <label class="option lab-tensor">
      <span class="option-label">Tensor</span>
      <input
        class="input mono"
        list={list}
        value={value}
        placeholder={all ?? ''}
        aria-invalid={!known && !(all !== undefined && value === '')}
        onInput={(event) => onChange(event.currentTarget.value)}
        onFocus={(event) => event.currentTarget.select()}
      />
      <datalist id={list}>
        {tensors.map((one) => (
          <option key={one.name} value={one.name}>{`${one.type}, ${shapeText(one.shape)}`}</option>
        ))}
      </datalist>
    </label>
  );
}

export function StudyButton({
  study,
  children,
  disabled = false,
  onStart,
}: {
  study: Pick<Studying<unknown>, 'running' | 'pause' | 'stop'>;
  children: string;
  disabled?: boolean;
  onStart: () => void;
}): VNode {
  return study.running ? (
    <>
      <HoldButton pause={study.pause} />
      <button type="button" class="button" onClick={study.stop}>
        Stop
      </button>
    </>
  ) : (
    <button type="button" class="button" disabled={disabled} onClick={onStart}>
      {children}
    </button>
  );
}

export function StudyState<T>({
  study,
  name,
  children,
}: {
  study: Studying<T>;
  name: string;
  children?: ComponentChildren;
}): VNode {
  const share = study.progress?.share ?? 0;
  return (
    <>
      {study.running && (
        <div
          class="progress"
          role="progressbar"
          aria-label={name}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.floor(share * 100)}
        >
          <span style={{ transform: `scaleX(${share})` }} />
        </div>
      )}
      <p class="option-note" role="status">
        {study.running
          ? `${percent(share, 0)}, piece ${study.progress?.pieces ?? 0} of ${study.progress?.piecesTotal ?? '…'}` +
            (study.paused ? ', paused' : '')
          : study.found
            ? study.stopped
              ? 'Stopped: the figures are of the pieces seen until then.'
              : 'Finished.'
            : study.problem
              ? ''
              : children}
      </p>
      {study.problem && (
        <p class="notice bad" role="alert">
          {study.problem}
        </p>
      )}
    </>
  );
}

/** Over what a study's figures are. */
export function sampleText(sample: Pick<RowSample, 'tensors' | 'weights' | 'ofWeights' | 'leftOut'>): string {
  const left =
    sample.leftOut.length > 0
      ? ` ${plural(sample.leftOut.length, 'matrix', 'matrices')} left out, because the rows do not suit.`
      : '';
  return sample.weights === sample.ofWeights
    ? `All ${quantity(sample.weights)} weights of ${plural(sample.tensors, 'tensor')}.${left}`
    : `A sample: ${quantity(sample.weights)} of the ${quantity(sample.ofWeights)} weights of ` +
        `${plural(sample.tensors, 'tensor')}, rows spread evenly.${left}`;
}
