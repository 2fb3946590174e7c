/** The step of the story that is told, above the instruments it sets. */
import type { VNode } from 'preact';
import { chooseFiles } from '../../files-in';
import { opened } from '../../state/opening';
import { showBlock } from '../lab-link';
import { wantedPick } from '../links';
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
  return (
    <section class="story" aria-label="Story">
      <div class="story-words" aria-live="polite">
        <p>
          <span class="story-place">
            {step + 1} of {STORY.length}
          </span>{' '}
          <strong>{told.title}.</strong> {told.text}
        </p>
        <p class="story-task">
          {missing ? 'Open a model, and show the block of it that has the largest error.' : told.task}
        </p>
      </div>
      <div class="story-keys">
        {missing && (
          <button type="button" class="button small" onClick={() => void chooseFiles()}>
            Open a model…
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
            Show the worst block
          </button>
        )}
        <button type="button" class="button small" disabled={step === 0} onClick={() => tell(step - 1)}>
          ‹ Before
        </button>
        {!last && (
          <button type="button" class="button small primary" onClick={() => tell(step + 1)}>
            Next ›
          </button>
        )}
        <button type="button" class="button small" onClick={() => tell(null)}>
          {last ? 'End' : 'Leave'}
        </button>
      </div>
    </section>
  );
}
