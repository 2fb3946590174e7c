/** One of the page's places: a heading with its state in the margin, the content beside it. */
import type { ComponentChildren, VNode } from 'preact';

export function Place({
  id,
  title,
  status,
  announced = false,
  live,
  children,
}: {
  id: string;
  title: string;
  /** A few words under the heading. */
  status?: ComponentChildren;
  /** Whether screen readers shall hear of a new status. */
  announced?: boolean;
  /** False while there is nothing to show yet. */
  live: boolean;
  children: ComponentChildren;
}): VNode {
  return (
    <section class={live ? 'place live' : 'place'} id={id} aria-labelledby={`${id}-title`} tabIndex={-1}>
      <header class="place-rail">
        <h2 id={`${id}-title`}>{title}</h2>
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

/** Brings a place into view and moves the keyboard there. */
export function goTo(id: string): void {
  const place = document.getElementById(id);
  place?.scrollIntoView({ block: 'start' });
  place?.focus({ preventScroll: true });
}
