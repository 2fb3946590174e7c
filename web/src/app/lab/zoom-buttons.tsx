import type { VNode } from 'preact';
import { showWhole, zoom, zoomed } from './bench';

/** Zooms around the scale (and offset) on show. */
export function ZoomButtons(): VNode {
  return (
    <div class="lab-zoom" role="group" aria-label="Zoom">
      <button type="button" class="button small" aria-label="Zoom out" onClick={() => zoom(2)}>
        −
      </button>
      <button type="button" class="button small" aria-label="Zoom in" onClick={() => zoom(0.5)}>
        +
      </button>
      <button type="button" class="button small" disabled={!zoomed.value} onClick={showWhole}>
        Whole range
      </button>
    </div>
  );
}
