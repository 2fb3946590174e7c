/** Work under way in a panel: how far it is, in a bar and in words, and the buttons that hold and stop it. */
import type { VNode } from 'preact';
import type { Pause } from '../../core/index';
import { HoldButton, usePaused } from './hold-button';
import { texts } from '../../text/texts';

interface Props {
  label: string; // of the bar
  share: number;
  words: (paused: boolean) => string;
  pause: Pause;
  stop?: string; // what the button says
  onStop: () => void;
}

export function Going({ label, share, words, pause, stop, onStop }: Props): VNode {
  const paused = usePaused(pause);
  return (
    <div class="answers-going">
      <progress max={1} value={share} aria-label={label} />
      <p role="status" class="small">
        {words(paused)}
      </p>
      <HoldButton pause={pause} small />
      <button type="button" class="button small" onClick={onStop}>
        {stop ?? texts().common.stop}
      </button>
    </div>
  );
}
