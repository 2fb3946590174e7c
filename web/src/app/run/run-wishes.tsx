/** What the page can do for who does not wait beside it. */
import type { VNode } from 'preact';
import { awakeProblem, canStayAwake, stayAwake } from '../state/awake';
import { askToTellEnd, canNotify, notifyPermission, tellsEnd } from '../state/end-notice';
import { texts } from '../../text/texts';

export function RunWishes(): VNode {
  const t = texts().run;
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
            {t.keepAwake}
          </label>
        ) : (
          <span class="quiet">{t.cannotStayAwake}</span>
        )}
        {awakeProblem.value !== null && stayAwake.value && <span class="quiet"> {t.notAwake(awakeProblem.value)}</span>}
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
            {t.notify}
          </label>
        ) : (
          <span class="quiet">{t.cannotNotify}</span>
        )}
        {canNotify() && notifyPermission.value === 'denied' && (
          <span class="quiet" id="no-notices">
            {' '}
            {t.mayNotNotify}
          </span>
        )}
      </li>
    </ul>
  );
}
