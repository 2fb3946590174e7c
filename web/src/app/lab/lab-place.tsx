import type { VNode } from 'preact';
import type { LabReport } from '../../core/types';
import { core, coreProblem } from '../engine';
import { Later } from '../parts/later';
import { Place } from '../parts/place';
import { opened } from '../state/opening';
import { percent, precise } from '../../text/units';
import { AnalysisPanels } from './analysis/analysis-panels';
import { labProblem, linkProblem, reported } from './bench';
import { type Bench, isFirstBench } from './block';
import { BlockEditor } from './block-editor';
import { FeedbackPanel } from './feedback/feedback-panel';
import { FromModel } from './from-model-panel';
import { MapPanel } from './map-panel';
import { MethodTable } from './method-table';
import { LinePanel, ScalePanel } from './scale-panel';
import { TwoScales } from './two-scales';

/** One block, its scale and offset, and what every search method makes of it. */
export function LabPlace(): VNode {
  const shown = reported.value;
  const waiting = !shown && labProblem.value === null && coreProblem.value === null;
  return (
    <Place id="lab" title="Lab" live status="one block, its scale and offset">
      <div class="lab-lead">
        <p>
          A quantized block keeps one scale, in some formats an offset too, and a small level for each weight. A weight
          comes back as scale × level + offset; the difference is the error. The curve below shows it for every scale
          the block could have.
        </p>
        {shown && <p>{story(shown.bench, shown.report)}</p>}
      </div>
      {shown && <TwoScales shown={shown} />}
      {!waiting && <BlockEditor />}
      {opened.value && (
        <Later tasks={2} key={opened.value.title}>
          <FromModel opened={opened.value} />
        </Later>
      )}
      {linkProblem.value && (
        <p class="notice bad" role="alert">
          {linkProblem.value} The block below is the one that was here before.
        </p>
      )}
      {labProblem.value && (
        <p class="notice bad" role="alert">
          {labProblem.value}
        </p>
      )}
      {shown ? (
        <>
          {shown.report.squareSum > 0 && shown.report.affine && <MapPanel shown={shown} />}
          {shown.report.squareSum > 0 ? (
            <ScalePanel shown={shown} />
          ) : (
            <p class="notice">
              All weights are zero, or none counts: every scale gives the same error, none. There is no curve to draw.
            </p>
          )}
          <LinePanel shown={shown} />
          <MethodTable report={shown.report} />
          <p class="caveat">
            A lower error means that these weights come back closer to what they were. It does not promise that a model
            answers better; only trying the model tells.
          </p>
        </>
      ) : (
        coreProblem.value !== null && <p class="quiet">{coreProblem.value}</p>
      )}
      {waiting && (
        <div class="lab-room">
          <p class="quiet late" role="status">
            {core.value ? 'Computing…' : 'Loading the core…'}
          </p>
        </div>
      )}
      {shown && (
        <Later tasks={3}>
          <FeedbackPanel />
        </Later>
      )}
      {opened.value ? (
        <Later tasks={4} key={`analysis of ${opened.value.title}`}>
          <AnalysisPanels opened={opened.value} />
        </Later>
      ) : (
        <p class="quiet small">
          With a model open, the Lab also shows its blocks, where their best scales lie, and what other number formats
          would leave of its weights.
        </p>
      )}
    </Place>
  );
}

/** In words: what the simplest rule loses on this block, and why. */
function story(shown: Bench, { methods, storage }: LabReport): string {
  const exact = methods.find((method) => method.name === 'exact');
  const simple = methods.find((method) => method.name === 'min-max');
  if (exact && simple) {
    return (
      `min-max, which spreads the levels from the smallest weight to the largest, leaves ` +
      `${percent(simple.relativeError, 2)} relative error; the exact minimum over ` +
      `${storage === 'real' ? 'all scales and offsets' : 'the scales and offsets that can be stored'} is ` +
      `${percent(exact.relativeError, 2)}, at scale ${precise(exact.scale)} and offset ${precise(exact.offset)}.`
    );
  }
  const max7 = methods.find((method) => method.name === 'max7');
  if (!max7 || !exact) return '';
  const [worse, better] = [percent(max7.relativeError, 2), percent(exact.relativeError, 2)];
  if (isFirstBench(shown)) {
    return (
      `Here are four weights, and levels up to 7. The obvious scale puts the largest weight on the last level: ` +
      `0.6/7 = 0.0857 (the method max7). Then the other three ` +
      `fall between levels and are rounded: ${worse} relative error. ` +
      `At 0.1 level 7 stays unused, but all four weights lie on a level, 1, 2, 3 and 6: ${better}, because 0.1 ` +
      `is stored as a half float. The largest weight does not have to lie on the last level.`
    );
  }
  return (
    `max7, which puts the largest weight on the end of the range, leaves ${worse} relative error at scale ` +
    `${precise(max7.scale)}; the exact minimum over ` +
    `${storage === 'real' ? 'all scales' : 'the scales that can be stored'} is ${better}, at ${precise(exact.scale)}.`
  );
}
