/** What every study has above its figures: which tensors, buttons that start, hold and stop it, and its progress. */
import type { ComponentChildren, VNode } from 'preact';
import { useId } from 'preact/hooks';
import type { RowSample, TensorInfo } from '../../core/types';
import { percent, quantity, shapeText } from '../../text/units';
import { HoldButton } from './hold-button';
import type { Studying } from './use-study';
import { coreLang, texts } from '../../text/texts';

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
      <span class="option-label">{texts().parts.tensor}</span>
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
        {texts().common.stop}
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
  const t = texts().parts;
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
          ? (study.paused ? t.studyingPaused : t.studying)(
              percent(share, 0),
              study.progress?.pieces ?? 0,
              String(study.progress?.piecesTotal ?? '…'),
            )
          : study.found
            ? study.stopped
              ? t.studyStopped
              : t.studyFinished
            : study.problem
              ? ''
              : children}
      </p>
      {study.problem && (
        <p class="notice bad" role="alert" {...coreLang(study.problem)}>
          {study.problem}
        </p>
      )}
    </>
  );
}

/** Over what a study's figures are. */
export function sampleText(sample: Pick<RowSample, 'tensors' | 'weights' | 'ofWeights' | 'leftOut'>): string {
  const t = texts().parts;
  const seen =
    sample.weights === sample.ofWeights
      ? t.allWeights(quantity(sample.weights), sample.tensors)
      : t.sample(quantity(sample.weights), quantity(sample.ofWeights), sample.tensors);
  return sample.leftOut.length > 0 ? `${seen} ${t.leftOut(sample.leftOut.length)}` : seen;
}
