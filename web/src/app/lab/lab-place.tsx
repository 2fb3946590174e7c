import type { VNode } from 'preact';
import { core, coreProblem } from '../engine';
import { CopyButton } from '../parts/copy-button';
import { Later } from '../parts/later';
import { Place } from '../parts/place';
import { type Tab, Tabs } from '../parts/tabs';
import { opened } from '../state/opening';
import { type Analysis, AnalysisPanel } from './analysis/analysis-panels';
import { bench, labProblem, linkProblem, lists, reported } from './bench';
import { BlockEditor } from './block-editor';
import { linkOf } from './block-link';
import { AllBlocks } from './blocks-panel';
import { FeedbackPanel } from './feedback/feedback-panel';
import { FromModel } from './from-model-panel';
import { addressNow } from './lab-link';
import { project } from './projector';
import { Stage } from './stage/stage';
import { StoryStrip, tell } from './story/story-strip';
import { type LabTab, storyStep, tab } from './view';

const TABS: readonly Tab<LabTab>[] = [
  { value: 'block', label: 'Block', render: () => <BlockView /> },
  { value: 'blocks', label: 'All blocks', render: () => <AllBlocks /> },
  { value: 'feedback', label: 'Error feedback', render: () => <FeedbackPanel /> },
  { value: 'divisors', label: 'Best divisors', render: () => <OfModel what="divisors" /> },
  { value: 'formats', label: 'Number formats', render: () => <OfModel what="formats" /> },
  { value: 'levels', label: 'Levels', render: () => <OfModel what="levels" /> },
  { value: 'groups', label: 'Symmetric or not', render: () => <OfModel what="groups" /> },
];

/** A block, its scale and offset, what every search method makes of it, and what follows for a whole model. */
export function LabPlace(): VNode {
  const shown = reported.value;
  return (
    <Place id="lab" title="Lab">
      <Tabs<LabTab>
        label="Views of the Lab"
        className={`lab-tabs lab-at-${tab.value}`}
        tabs={TABS}
        value={tab.value}
        onChange={(value) => {
          tab.value = value;
        }}
        beside={
          shown && (
            <>
              <button type="button" class="button small" onClick={() => tell(storyStep.value ?? 0)}>
                Story
              </button>
              <Share />
              <button type="button" class="button small" onClick={project}>
                Projector
              </button>
            </>
          )
        }
        above={<Above />}
      />
    </Place>
  );
}

function Share(): VNode {
  if (linkOf(bench.value, lists.value) === null) return <span class="quiet small">Too many digits for a link</span>;
  const url = (alone: boolean) => `${location.href.split('#')[0]}${addressNow(alone) ?? ''}`;
  return (
    <>
      <CopyButton text={() => url(false)}>Copy link</CopyButton>
      <CopyButton text={() => `<iframe src="${url(true)}" width="960" height="600" title="Nibble’s Lab"></iframe>`}>
        Copy frame
      </CopyButton>
    </>
  );
}

/** What is wrong, and a block of the open model for the two views that show blocks. */
function Above(): VNode {
  return (
    <>
      <StoryStrip />
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
      {opened.value && (
        <div hidden={tab.value !== 'block' && tab.value !== 'blocks'}>
          <Later tasks={2} key={opened.value.title}>
            <FromModel opened={opened.value} />
          </Later>
        </div>
      )}
    </>
  );
}

function BlockView(): VNode {
  const shown = reported.value;
  const waiting = !shown && labProblem.value === null && coreProblem.value === null;
  if (waiting)
    return (
      <div class="lab-room">
        <p class="quiet late" role="status">
          {core.value ? 'Computing…' : 'Loading the core…'}
        </p>
      </div>
    );
  return (
    <>
      <BlockEditor />
      {shown ? <Stage shown={shown} /> : coreProblem.value !== null && <p class="quiet">{coreProblem.value}</p>}
    </>
  );
}

function OfModel({ what }: { what: Analysis }): VNode {
  const now = opened.value;
  if (!now)
    return (
      <p class="notice">
        With a model open, this view shows {ANALYSES[what]}. A block of your own can be tried in the view Block.
      </p>
    );
  return (
    <Later tasks={1} key={now.title}>
      <AnalysisPanel opened={now} what={what} />
    </Later>
  );
}

const ANALYSES: Readonly<Record<Analysis, string>> = {
  divisors: 'where the best scales of its blocks lie, and what each search leaves against the exact optimum',
  formats: 'what other number formats would leave of its weights, error over bits per weight',
  levels: 'what levels of your own leave of a tensor while you drag them',
  groups: 'symmetric against asymmetric integers, at groups of 128, 64 and 32 weights',
};
