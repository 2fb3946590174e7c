/** What stands in place of the page where the browser lacks what it needs. */
import type { VNode } from 'preact';
import { texts } from '../text/texts';

export function Unsupported({ missing }: { missing: readonly string[] }): VNode {
  const t = texts().page.unsupported;
  return (
    <main class="unsupported">
      <h1>{t.title}</h1>
      <div class="notice bad" role="alert">
        <p>{t.missing(missing.join(', '))}</p>
      </div>
      <p>{t.needs}</p>
      <p>{t.switchedOff}</p>
    </main>
  );
}
