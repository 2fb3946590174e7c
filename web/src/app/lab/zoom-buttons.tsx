import type { VNode } from 'preact';
import { texts } from '../../text/texts';
import { showWhole, zoom, zoomed } from './bench';

/** Zooms around the scale (and offset) on show. */
export function ZoomButtons(): VNode {
  const words = texts().lab.zoom;
  return (
    <div class="lab-zoom" role="group" aria-label={words.label}>
      <button type="button" class="button small" aria-label={words.out} onClick={() => zoom(2)}>
        −
      </button>
      <button type="button" class="button small" aria-label={words.in} onClick={() => zoom(0.5)}>
        +
      </button>
      <button type="button" class="button small" disabled={!zoomed.value} onClick={showWhole}>
        {words.whole}
      </button>
    </div>
  );
}
