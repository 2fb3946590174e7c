/** One of the page's places: a heading with its state beside it, and the content. One place is shown at a time. */
import type { ComponentChildren, VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { arrivals, place, type PlaceId, scrolledTo } from '../address';

export function Place({
  id,
  title,
  status,
  announced = false,
  children,
}: {
  id: PlaceId;
  title: string;
  /** A few words beside the heading. */
  status?: ComponentChildren;
  /** Whether screen readers shall hear of a new status. */
  announced?: boolean;
  children: ComponentChildren;
}): VNode {
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = place.value === id;
  const arrived = arrivals.value;
  useLayoutEffect(() => {
    if (!shown || arrived === 0) return;
    heading.current?.focus({ preventScroll: true });
    window.scrollTo({ top: scrolledTo(id), behavior: 'instant' });
  }, [shown, arrived]);
  // What is not shown stays as it is, for whoever comes back.
  return (
    <section class="place" id={id} hidden={!shown} aria-labelledby={`${id}-title`}>
      <header class="place-head">
        <h2 id={`${id}-title`} tabIndex={-1} ref={heading}>
          {title}
        </h2>
        {status && (
          <p class="place-status" role={announced ? 'status' : undefined}>
            {status}
          </p>
        )}
      </header>
      <div class="place-body">{children}</div>
    </section>
  );
}
