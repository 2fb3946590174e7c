/** The button that holds what is going, and lets it go on. */
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Pause } from '../../core/index';
import { texts } from '../../text/texts';

export function usePaused(pause: Pause): boolean {
  const [paused, setPaused] = useState(pause.paused);
  useEffect(() => {
    setPaused(pause.paused);
    return pause.listen(setPaused);
  }, [pause]);
  return paused;
}

export function HoldButton({ pause, small }: { pause: Pause; small?: boolean }): VNode {
  const paused = usePaused(pause);
  return (
    <button
      type="button"
      class={small ? 'button small' : 'button'}
      onClick={() => (pause.paused ? pause.resume() : pause.pause())}
    >
      {paused ? texts().common.goOn : texts().common.pause}
    </button>
  );
}
