/** The page's one place for problems: over whatever is in view, until each is closed. */
import type { VNode } from 'preact';
import { texts } from '../../text/texts';
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
    <section class="notices" aria-label={texts().page.notices} ref={area}>
      {shown.length > 1 && (
        <p class="notices-all">
          <span class="small quiet">{texts().page.noticesOpen(shown.length)}</span>
          <button type="button" class="button small" onClick={dismissAll}>
            {texts().common.closeAll}
          </button>
        </p>
      )}
      {shown.map((notice) => (
        <Shown key={notice.id} notice={notice} />
      ))}
    </section>
  );
}

function Shown({ notice: { id, kind, title, sentence, lang, more } }: { notice: Notice }): VNode {
  const problem = kind === 'problem';
  return (
    <div class={problem ? 'notice bad' : 'notice'} role={problem ? 'alert' : 'status'}>
      <p class="notice-title">{title}</p>
      <p class="notice-sentence">
        <span lang={lang}>{sentence}</span>
        {more && ` ${more}`}
      </p>
      <button
        type="button"
        class="button small"
        aria-label={texts().page.closeNotice(title)}
        onClick={() => dismiss(id)}
      >
        {texts().common.close}
      </button>
    </div>
  );
}
