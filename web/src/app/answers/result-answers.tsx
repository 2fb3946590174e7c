/** What quantizing changed in what the model says. */
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { resultAnswers } from '../state/answering';
import { texts } from '../../text/texts';
import { listed } from '../../text/units';
import { opened } from '../state/opening';
import { REFERENCE_METHOD } from '../state/reference';
import type { Result } from '../state/results';
import { AnswersOf } from './answers-panel';
import { MeasureButton, MeasuredList } from './measured-list';

export function ResultAnswers({ shown }: { shown: Result }): VNode {
  return (
    <section class="answers" aria-labelledby="answers-title">
      <h3 class="visually-hidden" id="answers-title">
        {texts().answers.title}
      </h3>
      {opened.value === shown.opened ? (
        <>
          <AnswersOf answers={resultAnswers} names="original" />
          {typeof resultAnswers.offers.value !== 'string' && <Beside shown={shown} />}
        </>
      ) : (
        <p class="quiet small">{texts().answers.openAgain}</p>
      )}
    </section>
  );
}

/** The same types by the searches that need no text, beside this result. */
function Beside({ shown: { options, opened: of } }: { shown: Result }): VNode {
  const { method, ...rest } = options;
  const others = [REFERENCE_METHOD, 'lowest-error'].filter((other) => other !== (method ?? REFERENCE_METHOD));
  const wishes = others.map((other) => (other === REFERENCE_METHOD ? rest : { ...rest, method: other }));
  // Only the text of a calibration stands in for a matrix.
  const lacking = useMemo(() => of.model.price(rest).needsImportance, [of, options]);
  return (
    <>
      <MeasuredList />
      {!lacking && <MeasureButton wishes={wishes} what={texts().answers.sameBy(listed(others))} />}
    </>
  );
}
