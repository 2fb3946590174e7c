/** Answers of several file types, one after the other: each is written aside, compared with the model, and let go. */
import { effect, signal } from '@preact/signals';
import {
  answersByToken,
  cutText,
  inChatTemplate,
  Pause,
  type PlanOptions,
  Problem,
  run as runPipeline,
  Stopped,
  tokensFor,
} from '../../core/index';
import { BrowserSink } from '../../platform/browser';
import { expectRoom } from '../../platform/room';
import { type Model, openFiles } from '../engine';
import { SHORT } from './answering';
import { matrix } from './matrix';
import { keepMeasured } from './measured-answers';
import { tellProblem } from './notices';
import { type Opened, opened } from './opening';
import { isRunning } from './running';
import { headFor, runText } from './text';
import { workers } from './workers';
import { ownSentence, texts as words } from '../../text/texts';

export interface MeasuringAnswers {
  of: Opened;
  asked: PlanOptions; // at work
  number: number; // of it, from 1 on
  total: number;
  stop: AbortController;
  pause: Pause;
}

export const measuringAnswers = signal<MeasuringAnswers | null>(null);

/** Writes each of these, without anything else being done with it, and measures its answers. One at a time. */
export async function measureAnswers(of: Opened, wishes: readonly PlanOptions[]): Promise<void> {
  measuringAnswers.peek()?.stop.abort();
  const stop = new AbortController();
  const pause = new Pause();
  try {
    for (const [index, asked] of wishes.entries()) {
      measuringAnswers.value = { of, asked, number: index + 1, total: wishes.length, stop, pause };
      await measureOne(of, asked, { signal: stop.signal, pause });
    }
  } catch (error) {
    if (!(error instanceof Stopped) && !stop.signal.aborted) tellProblem(words().state.answersNotMeasured, error);
  } finally {
    if (measuringAnswers.peek()?.stop === stop) measuringAnswers.value = null;
  }
}

async function measureOne(
  of: Opened,
  asked: PlanOptions,
  controls: Pick<MeasuringAnswers, 'pause'> & { signal: AbortSignal },
): Promise<void> {
  const { model } = of;
  await expectRoom(model.price(asked).outputBytes, [words().state.measureFewer]);
  const sink = await BrowserSink.create(null);
  let second: Model | null = null;
  try {
    const how = { workers: workers.peek(), ...controls };
    const written = await runPipeline(model, asked, sink, how);
    const files = written.files.flatMap(({ blob, name }) => (blob ? [new File([blob], name || 'output.gguf')] : []));
    if (files.length === 0) throw new Problem(ownSentence(words().state.writtenNotReadBack));
    second = await openFiles(files);
    const text = await runText();
    const { stretches, length } = SHORT;
    const read = await inChatTemplate(model, headFor(text, stretches * length));
    const models = [model, second] as const;
    const texts = cutText(tokensFor(models, read.text, read.chat.used), length, stretches);
    const { report } = await answersByToken(models, texts, how, 0);
    keepMeasured(of, asked, matrix.peek()?.file.name ?? null, null, {
      report,
      text: text.name,
      asked,
      calibration: null,
      bytes: written.outputBytes,
    });
  } finally {
    second?.close();
    await sink.dispose();
  }
}

/** A run has the machine for itself; and what is measured is the open model's. */
export function endMeasuringAnswers(): void {
  effect(() => {
    const model = opened.value;
    const running = isRunning.value;
    const now = measuringAnswers.peek();
    if (now && (running || now.of !== model)) now.stop.abort();
  });
}
