/** What quantizing changed in what the model says. */
import type { VNode } from 'preact';
import { resultAnswers } from '../state/answering';
import { opened } from '../state/opening';
import type { Result } from '../state/running';
import { AnswersOf } from './answers-panel';
import { ORIGINAL_AND_OUTPUT } from './definitions';
import { TryPanel } from './try-panel';

export function ResultAnswers({ shown }: { shown: Result }): VNode {
  return (
    <section class="answers" aria-labelledby="answers-title">
      <h3 id="answers-title">Answers</h3>
      {opened.value === shown.opened ? (
        <AnswersOf answers={resultAnswers} names={ORIGINAL_AND_OUTPUT} />
      ) : (
        <p class="quiet small">Open the original again to compare what the two files answer.</p>
      )}
      <TryPanel shown={shown} />
    </section>
  );
}
