/** The page's one place for problems: over whatever is in view, until each is closed. */
import type { VNode } from 'preact';
import { plural } from '../../text/units';
import { dismiss, dismissAll, type Notice, notices } from '../state/notices';
import { useHeight } from './height';

/**
 * The plan's bar stands above the notices; what has the keyboard, and the end of the page, are scrolled clear of them.
 */
function standAbove(pixels: number): void {
  const { style } = document.documentElement;
  const height = pixels > 0 ? `${pixels}px` : '';
  if (style.getPropertyValue('--notices-height') !== height) style.setProperty('--notices-height', height);
}

export function Notices(): VNode {
  const area = useHeight<HTMLElement>(standAbove);
  const shown = notices.value;
  return (
    <section class="notices" aria-label="Notices" ref={area}>
      {shown.length > 1 && (
        <p class="notices-all">
          <span class="small quiet">{plural(shown.length, 'notice')}</span>
          <button type="button" class="button small" onClick={dismissAll}>
            Close all
          </button>
        </p>
      )}
      {shown.map((notice) => (
        <Shown key={notice.id} notice={notice} />
      ))}
    </section>
  );
}

function Shown({ notice: { id, kind, title, sentence } }: { notice: Notice }): VNode {
  const problem = kind === 'problem';
  return (
    <div class={problem ? 'notice bad' : 'notice'} role={problem ? 'alert' : 'status'}>
      <p class="notice-title">{title}</p>
      <p class="notice-sentence">{sentence}</p>
      <button type="button" class="button small" aria-label={`Close: ${title}`} onClick={() => dismiss(id)}>
        Close
      </button>
    </div>
  );
}
