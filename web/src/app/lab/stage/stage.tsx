/** One block on one screen: the curve, what stands under it, the methods beside it, and what plays it. */
import type { VNode } from 'preact';
import { Switch } from '../../../charts/frame';
import { texts } from '../../../text/texts';
import type { Shown } from '../bench';
import { MapPanel } from '../map-panel';
import { MethodTable } from '../method-table';
import { playOrPause, stepBy } from '../play';
import { LinePanel, ScalePanel } from '../scale-panel';
import { TwoScales, twoScalesOf } from '../two-scales';
import { type Below, below } from '../view';
import { BitsPanel } from './bits-panel';
import { Side } from './side';
import { Transport } from './transport';

export function Stage({ shown }: { shown: Shown }): VNode {
  const { report } = shown;
  const drawn = report.squareSum > 0;
  const words = texts().lab.stage;
  return (
    <div class="stage" tabIndex={-1} onKeyDown={onKey}>
      {drawn ? (
        <div class={report.affine ? 'stage-above stage-both' : 'stage-above'}>
          {report.affine && <MapPanel shown={shown} />}
          <ScalePanel shown={shown} />
        </div>
      ) : (
        <p class="notice stage-above">{words.nothing}</p>
      )}
      <Transport />
      <div class="stage-below">
        <BelowPanel shown={shown} />
      </div>
      <Side shown={shown} />
    </div>
  );
}

/** What uses keys itself. */
const CONTROLS =
  'a, button, input, select, textarea, summary, [role="application"], [role="slider"], [role="button"], [tabindex="0"]';

/** Space plays and pauses, the arrow keys go step by step, where no control takes them. */
function onKey(event: KeyboardEvent): void {
  const target = event.target as Element;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = {
    ' ': target.closest(CONTROLS) ? undefined : playOrPause,
    ArrowRight: () => stepBy(1),
    ArrowLeft: () => stepBy(-1),
  }[event.key];
  // The buttons of what plays leave the arrow keys free.
  if (!act || (target.closest(CONTROLS) && !target.closest('.transport-keys'))) return;
  event.preventDefault();
  act();
}

function BelowPanel({ shown }: { shown: Shown }): VNode | null {
  const two = twoScalesOf(shown) !== null;
  const now = below.value === 'two' && !two ? 'line' : below.value;
  const words = texts().lab.stage;
  const controls = (
    <Switch<Below>
      label={words.below}
      value={now}
      onChange={(value) => {
        below.value = value;
      }}
      choices={[
        { value: 'line', label: words.line },
        { value: 'bits', label: words.bits },
        { value: 'figures', label: words.figures },
        ...(two ? [{ value: 'two' as const, label: words.two }] : []),
      ]}
    />
  );
  switch (now) {
    case 'line':
      return <LinePanel shown={shown} controls={controls} />;
    case 'bits':
      return <BitsPanel shown={shown} controls={controls} />;
    case 'figures':
      return (
        <div class="chart compact">
          <div class="chart-line">
            <h3>{words.methodsInFigures}</h3>
            <div class="chart-controls">{controls}</div>
          </div>
          <MethodTable report={shown.report} />
        </div>
      );
    case 'two':
      return (
        <div class="chart compact">
          <div class="chart-line">
            <h3>{words.weightsAtTwo}</h3>
            <div class="chart-controls">{controls}</div>
          </div>
          <TwoScales shown={shown} />
        </div>
      );
  }
}
