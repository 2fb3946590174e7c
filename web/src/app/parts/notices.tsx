/** The page's one place for problems: over whatever is in view, until each is closed. */
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { plural } from '../../text/units';
import { dismiss, dismissAll, type Notice, notices } from '../state/notices';

export function Notices(): VNode {
  const area = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!area.current) return undefined;
    // What has the keyboard is scrolled clear of the notices, and the end of the page can be.
    const observer = new ResizeObserver(([entry]) => {
      const height = entry?.borderBoxSize[0]?.blockSize ?? 0;
      document.documentElement.style.setProperty('--notices-height', `${Math.ceil(height)}px`);
    });
    observer.observe(area.current);
    return () => observer.disconnect();
  }, []);
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
      <div>
        <p class="notice-title">{title}</p>
        <p>{sentence}</p>
      </div>
      <button type="button" class="button small" aria-label={`Close: ${title}`} onClick={() => dismiss(id)}>
        Close
      </button>
    </div>
  );
}
