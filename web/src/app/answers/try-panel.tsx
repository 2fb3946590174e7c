/** Saying something to the original and the output. */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Result } from '../state/results';
import { stopTrying, type Trying, trying, tryIt, type Voice } from '../state/trying';

const EXAMPLE = 'Once upon a time';

export function TryPanel({ shown }: { shown: Result }): VNode {
  const now = trying.value?.of === shown ? trying.value : null;
  const [prompt, setPrompt] = useState(EXAMPLE);
  const busy = now?.voices.some(({ state }) => ['waiting', 'loading', 'speaking'].includes(state)) ?? false;
  return (
    <section class="answers" aria-label="Try it">
      <p>What original and output say to the same words, in llama.cpp.</p>
      <form
        class="try-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (busy) stopTrying();
          else if (prompt.trim() !== '') void tryIt(shown, prompt);
        }}
      >
        <label>
          <span class="small">Say something</span>
          <input
            type="text"
            value={prompt}
            onInput={({ currentTarget }) => setPrompt(currentTarget.value)}
            maxLength={2000}
          />
        </label>
        <button type="submit" class="button">
          {busy ? 'Stop' : 'Say it'}
        </button>
      </form>
      <p class="small quiet">
        Fetches llama.cpp’s WebAssembly build (9 MB) from where this page came from, once. Both take the likeliest token
        every time, so that what differs is the files.
      </p>
      {now && <Voices now={now} />}
    </section>
  );
}

function Voices({ now }: { now: Trying }): VNode {
  return (
    <div class="voices">
      {now.voices.map((voice) => (
        <div key={voice.who} class="voice">
          <h3>{voice.who === 'original' ? 'Original' : 'Output'}</h3>
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
  switch (state) {
    case 'waiting':
      return 'waits for its turn';
    case 'loading':
      return 'is being loaded…';
    case 'speaking':
      return '…';
    case 'done':
      return '';
    case 'failed':
      return problem;
  }
}
