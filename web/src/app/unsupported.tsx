/** What stands in place of the page where the browser lacks what it needs. */
import type { VNode } from 'preact';

export function Unsupported({ missing }: { missing: readonly string[] }): VNode {
  return (
    <main class="unsupported">
      <h1>Nibble cannot run in this browser</h1>
      <div class="notice bad" role="alert">
        <p>Missing: {missing.join(', ')}.</p>
      </div>
      <p>
        Nibble does its work on this computer, in WebAssembly and in workers that are modules. Chromium 95, Firefox 114,
        Safari 16.4 and newer have both.
      </p>
      <p>
        In such a browser something may have switched them off: a lockdown or strict security mode, a policy of your
        organization, or an extension. Allow WebAssembly and workers for this page and reload it, or use another browser
        or the command line.
      </p>
    </main>
  );
}
