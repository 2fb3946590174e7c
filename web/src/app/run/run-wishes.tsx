/** What the page can do for who does not wait beside it. */
import type { VNode } from 'preact';
import { awakeProblem, canStayAwake, stayAwake } from '../state/awake';
import { askToTellEnd, canNotify, notifyPermission, tellsEnd } from '../state/end-notice';

export function RunWishes(): VNode {
  return (
    <ul class="run-wishes small">
      <li>
        {canStayAwake() ? (
          <label>
            <input
              type="checkbox"
              checked={stayAwake.value}
              onChange={(event) => {
                stayAwake.value = event.currentTarget.checked;
              }}
            />{' '}
            Keep the screen on while it runs
          </label>
        ) : (
          <span class="quiet">
            This browser cannot keep the screen on: see that the computer does not fall asleep before the run ends.
          </span>
        )}
        {awakeProblem.value !== null && stayAwake.value && (
          <span class="quiet"> The browser does not do it now: {awakeProblem.value}</span>
        )}
      </li>
      <li>
        {canNotify() ? (
          <label>
            <input
              type="checkbox"
              checked={tellsEnd.value}
              disabled={notifyPermission.value === 'denied'}
              aria-describedby={notifyPermission.value === 'denied' ? 'no-notices' : undefined}
              onChange={(event) => {
                const box = event.currentTarget;
                void askToTellEnd(box.checked).finally(() => (box.checked = tellsEnd.value));
              }}
            />{' '}
            Notify me when it ends, if I am elsewhere
          </label>
        ) : (
          <span class="quiet">This browser has no notifications; the title of the tab says how far the run is.</span>
        )}
        {canNotify() && notifyPermission.value === 'denied' && (
          <span class="quiet" id="no-notices">
            {' '}
            The browser does not allow this page to notify; its settings for this site can change that.
          </span>
        )}
      </li>
    </ul>
  );
}
