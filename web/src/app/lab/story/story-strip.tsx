/** The step of the story that is told, above the instruments it sets. */
import type { VNode } from 'preact';
import { texts } from '../../../text/texts';
import { chooseFiles } from '../../files-in';
import { opened } from '../../state/opening';
import { showBlock } from '../lab-link';
import { wantedPick } from '../links';
import { Told } from '../terms';
import { storyStep, tab } from '../view';
import { STORY } from './steps';

/** Sets the instruments of a step; null ends the story and leaves them as they are. */
export function tell(step: number | null): void {
  const next = step === null ? undefined : STORY[step];
  if (step === null || !next) {
    storyStep.value = null;
    return;
  }
  if (next.ofModel && opened.peek()) {
    storyStep.value = step;
    tab.value = 'block';
    wantedPick.value = 'worst';
    return;
  }
  showBlock(next.bench, { ...next.look, story: step });
}

export function StoryStrip(): VNode | null {
  const step = storyStep.value;
  const told = step === null ? undefined : STORY[step];
  if (step === null || !told) return null;
  const last = step === STORY.length - 1;
  const missing = told.ofModel && !opened.value;
  const words = texts().lab.story;
  const { title, text, task } = words.steps[told.id];
  return (
    <section class="story" aria-label={words.label}>
      <div class="story-words" aria-live="polite">
        <p>
          <span class="story-place">{words.place(step + 1, STORY.length)}</span> <strong>{title}.</strong>{' '}
          <Told text={text} />
        </p>
        <p class="story-task">{missing ? words.openModel : task}</p>
      </div>
      <div class="story-keys">
        {missing && (
          <button type="button" class="button small" onClick={() => void chooseFiles()}>
            {words.openModelButton}
          </button>
        )}
        {told.ofModel && !missing && (
          <button
            type="button"
            class="button small"
            onClick={() => {
              wantedPick.value = 'worst';
            }}
          >
            {words.showWorst}
          </button>
        )}
        <button type="button" class="button small" disabled={step === 0} onClick={() => tell(step - 1)}>
          {words.before}
        </button>
        {!last && (
          <button type="button" class="button small primary" onClick={() => tell(step + 1)}>
            {words.next}
          </button>
        )}
        <button type="button" class="button small" onClick={() => tell(null)}>
          {last ? words.end : words.leave}
        </button>
      </div>
    </section>
  );
}
