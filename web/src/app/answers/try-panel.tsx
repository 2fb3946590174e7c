/** Saying something to the original and the output. */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { texts } from '../../text/texts';
import type { Result } from '../state/results';
import { stopTrying, type Trying, trying, tryIt, type Voice } from '../state/trying';

const EXAMPLE = 'Once upon a time';

export function TryPanel({ shown }: { shown: Result }): VNode {
  const now = trying.value?.of === shown ? trying.value : null;
  const [prompt, setPrompt] = useState(EXAMPLE);
  const busy = now?.voices.some(({ state }) => ['waiting', 'loading', 'speaking'].includes(state)) ?? false;
  const words = texts().answers.try;
  return (
    <section class="answers" aria-label={words.label}>
      <p>{words.intro}</p>
      <form
        class="try-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (busy) stopTrying();
          else if (prompt.trim() !== '') void tryIt(shown, prompt);
        }}
      >
        <label>
          <span class="small">{words.saySomething}</span>
          <input
            type="text"
            value={prompt}
            onInput={({ currentTarget }) => setPrompt(currentTarget.value)}
            maxLength={2000}
          />
        </label>
        <button type="submit" class="button">
          {busy ? words.stop : words.sayIt}
        </button>
      </form>
      <p class="small quiet">{words.note}</p>
      {now && <Voices now={now} />}
    </section>
  );
}

function Voices({ now }: { now: Trying }): VNode {
  return (
    <div class="voices">
      {now.voices.map((voice) => (
        <div key={voice.who} class="voice">
          <h3>{voice.who === 'original' ? texts().answers.try.original : texts().answers.try.output}</h3>
          <p class="voice-text" aria-live="polite" dir="auto">
            {voice.text}
          </p>
          <p class="small quiet">{stateOf(voice)}</p>
        </div>
      ))}
    </div>
  );
}

function stateOf({ state, problem }: Voice): string {
  const words = texts().answers.try;
  switch (state) {
    case 'waiting':
      return words.waiting;
    case 'loading':
      return words.loading;
    case 'speaking':
      return '…';
    case 'done':
      return '';
    case 'failed':
      return problem;
  }
}
