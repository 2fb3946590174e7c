/** Puts eight columns of a row of the open model on the stepper. */
import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { observedTensors, observingPass, type PassProgress, sentenceOf } from '../../../core/index';
import { StudyButton, TensorChoice } from '../../parts/study-controls';
import { useStudy } from '../../parts/use-study';
import type { Opened } from '../../state/opening';
import { blankTexts } from '../../state/pass-cost';
import { textName } from '../../state/text';
import { coreLang, texts } from '../../../text/texts';
import { integer, percent } from '../../../text/units';
import type { FeedbackExample } from './example';
import { COLUMNS, pieceOf, TOKENS } from './from-model';

/** The tensors that can be shown; or why none can. */
function tensorsOf({ model }: Opened): number[] | string {
  try {
    model.encode(new TextEncoder().encode('Nibble'));
    const seen = observedTensors(observingPass(model, blankTexts(1, 2)));
    return [...new Set(seen)].filter((number) => (model.info.tensors[number]!.shape[0] ?? 0) >= COLUMNS);
  } catch (error) {
    return sentenceOf(error);
  }
}

export function PieceOfModel({
  opened,
  onPiece,
}: {
  opened: Opened;
  onPiece: (piece: FeedbackExample) => void;
}): VNode {
  const { model } = opened;
  const found = useMemo(() => tensorsOf(opened), [opened]);
  const numbers = typeof found === 'string' ? [] : found;
  const tensors = numbers.map((number) => model.info.tensors[number]!);
  const [name, setName] = useState(() => (tensors.find(({ role }) => role === 'down') ?? tensors[0])?.name ?? '');
  const [row, setRow] = useState(0);
  const [first, setFirst] = useState(0);
  const study = useStudy<FeedbackExample, PassProgress>();
  const words = texts().lab.feedback;
  if (typeof found === 'string')
    return (
      <p class="small quiet">
        {words.noPiece} <span {...coreLang(found)}>{found}</span>
      </p>
    );
  const at = tensors.findIndex((tensor) => tensor.name === name);
  const shape = tensors[at]?.shape ?? [COLUMNS, 1];
  const rows = shape.slice(1).reduce((product, length) => product * length, 1);
  const clamped = (value: number, most: number) => Math.min(most, Math.max(0, Math.floor(value || 0)));
  const show = () =>
    study.start(async (run) => {
      const columns = clamped(first, shape[0]! - COLUMNS);
      const piece = await pieceOf(model, numbers[at]!, clamped(row, rows - 1), columns, run);
      if (!run.signal.aborted) onPiece(piece);
      return piece;
    });
  return (
    <fieldset class="lab-model">
      <legend>{words.pieceOfModel}</legend>
      <TensorChoice tensors={tensors} value={name} onChange={setName} />
      <label class="option">
        <span class="option-label">{words.row}</span>
        <input
          class="input count"
          type="number"
          min={0}
          max={rows - 1}
          value={row}
          onInput={({ currentTarget }) => setRow(clamped(currentTarget.valueAsNumber, rows - 1))}
        />
      </label>
      <label class="option">
        <span class="option-label">{words.firstColumn}</span>
        <input
          class="input count"
          type="number"
          min={0}
          max={shape[0]! - COLUMNS}
          value={first}
          onInput={({ currentTarget }) => setFirst(clamped(currentTarget.valueAsNumber, shape[0]! - COLUMNS))}
        />
      </label>
      <div class="lab-model-actions">
        <StudyButton study={study} disabled={at < 0} onStart={show}>
          {words.showColumns}
        </StudyButton>
      </div>
      <p class="option-note" role="status">
        {study.running
          ? (study.paused ? words.readPaused : words.read)(percent(study.progress?.share ?? 0, 0))
          : words.reads(integer(TOKENS), textName.value)}
      </p>
      {study.problem && (
        <p class="notice bad" role="alert" {...coreLang(study.problem)}>
          {study.problem}
        </p>
      )}
    </fieldset>
  );
}
