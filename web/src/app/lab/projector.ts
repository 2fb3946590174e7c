/** The stage alone on the page: on a projector, in large type, or in a frame of another page. */
import { effect } from '@preact/signals';
import { drawingScale } from '../../charts/scale';
import { projecting, tab } from './view';

/** The width of a window in which the page's usual type is right. */
const USUAL_WIDTH = 1280;
const LARGEST = 2.5;
/** From this width on drawings are larger on any screen. */
const WIDE = 1900;
const WIDE_SCALE = 1.3;

export const inFrame = window.self !== window.top;

/** Full screen where the browser allows it. */
export function project(): void {
  tab.value = 'block';
  projecting.value = true;
  document.documentElement.requestFullscreen?.().catch(() => {
    // Then the stage fills the window.
  });
}

export function endProjecting(): void {
  projecting.value = false;
  if (document.fullscreenElement) void document.exitFullscreen();
}

/** To be called once. */
export function followProjector(): void {
  const size = () => {
    const width = window.innerWidth;
    const scale = projecting.value
      ? Math.min(LARGEST, Math.max(1, width / USUAL_WIDTH))
      : width >= WIDE
        ? WIDE_SCALE
        : 1;
    drawingScale.value = Math.round(scale * 20) / 20;
    const root = document.documentElement;
    root.classList.toggle('projecting', projecting.value);
    root.style.fontSize = projecting.value ? `${Math.round(100 * drawingScale.value)}%` : '';
  };
  effect(size);
  window.addEventListener('resize', size);
  document.addEventListener('fullscreenchange', () => {
    if (!document.fullscreenElement) projecting.value = false;
  });
}
