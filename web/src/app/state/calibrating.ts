/** An importance matrix in the making: the open model reads a text, and what its matrices meet is summed up. */
import { effect, signal } from '@preact/signals';
import {
  cutText,
  datasetName,
  inChatTemplate,
  importancePass,
  makeImportance,
  type PassProgress,
  Pause,
  type ProductEngine,
  sentenceOf,
  Stopped,
  tokensFor,
} from '../../core/index';
import { matrixInfo, stemOf } from '../engine';
import { chosenGpu, engineWords } from './gpu';
import { engineOfMatrix } from './matrix';
import { tell, tellProblem } from './notices';
import { changeMatrix, type Opened, opened } from './opening';
import { costOf, blankTexts, type PassCost } from './pass-cost';
import { headFor, runText } from './text';
import { workers } from './workers';
import { texts } from '../../text/texts';

/** As llama-imatrix cuts its text, in tokens; and how much of the text is read at most. */
const LENGTH = 512;
const STRETCHES = 16;

export interface Calibrating {
  of: Opened;
  stop: AbortController;
  pause: Pause;
  share: number;
  secondsLeft: number | null;
}

export const calibrating = signal<Calibrating | null>(null);

/** What making a matrix takes; or the sentence that says why none can be made. */
export function calibrationCost({ model }: Opened): PassCost | string {
  try {
    model.encode(new TextEncoder().encode('Nibble'));
    return costOf([model], blankTexts(STRETCHES, LENGTH), workers.value, importancePass());
  } catch (error) {
    return sentenceOf(error);
  }
}

/** Makes the matrix and uses it. */
export async function calibrate(shown: Opened): Promise<void> {
  calibrating.peek()?.stop.abort();
  const stop = new AbortController();
  const pause = new Pause();
  const show = (change: Partial<Calibrating>) => {
    if (!stop.signal.aborted) calibrating.value = { ...calibrating.peek()!, ...change };
  };
  calibrating.value = { of: shown, stop, pause, share: 0, secondsLeft: null };
  try {
    const { model } = shown;
    const text = await runText();
    const read = await inChatTemplate(model, headFor(text, STRETCHES * LENGTH));
    const stretches = cutText(tokensFor([model], read.text, read.chat.used), LENGTH, STRETCHES);
    let engine: ProductEngine | null = null;
    const bytes = await makeImportance(model, stretches, datasetName(text.name, read.chat), {
      workers: workers.peek(),
      gpu: chosenGpu() !== null,
      onEngine: (used) => (engine = used),
      signal: stop.signal,
      pause,
      onProgress: ({ share, secondsLeft }: PassProgress) => show({ share, secondsLeft }),
    });
    if (opened.peek() !== shown) return;
    const file = new File([bytes], `${stemOf(shown.title)}-imatrix.gguf`);
    if (engine) engineOfMatrix.set(file, engine);
    await changeMatrix({ file, info: await matrixInfo(file), made: true });
    const words = texts().state;
    const sentences = [
      words.matrixRead(shown.title, stretches.length * LENGTH, datasetName(text.name, read.chat)),
      engine && engineWords(engine),
      words.matrixInUse,
      !read.chat.used && read.chat.why,
    ];
    tell(words.matrixMade, sentences.filter(Boolean).join(' '));
  } catch (error) {
    if (!(error instanceof Stopped)) tellProblem(texts().state.noMatrix, error);
  } finally {
    if (calibrating.peek()?.stop === stop) calibrating.value = null;
  }
}

/** A matrix is made of the model that is open. */
export function endCalibratingOfReplacedModels(): void {
  effect(() => {
    void opened.value;
    calibrating.peek()?.stop.abort();
  });
}
