import type { VNode } from 'preact';
import type { Texts } from '../../text/en';
import { wholeCore, coreProblem } from '../engine';
import { CopyButton } from '../parts/copy-button';
import { Later } from '../parts/later';
import { Place } from '../parts/place';
import { type Tab, Tabs } from '../parts/tabs';
import { coreLang, texts } from '../../text/texts';
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

const tabsOf = (words: Texts['lab']['tabs']): Tab<LabTab>[] => [
  { value: 'block', label: words.block, render: () => <BlockView /> },
  { value: 'blocks', label: words.blocks, render: () => <AllBlocks /> },
  { value: 'feedback', label: words.feedback, render: () => <FeedbackPanel /> },
  { value: 'divisors', label: words.divisors, render: () => <OfModel what="divisors" /> },
  { value: 'formats', label: words.formats, render: () => <OfModel what="formats" /> },
  { value: 'levels', label: words.levels, render: () => <OfModel what="levels" /> },
  { value: 'groups', label: words.groups, render: () => <OfModel what="groups" /> },
];

/** A block, its scale and offset, what every search method makes of it, and what follows for a whole model. */
export function LabPlace(): VNode {
  const shown = reported.value;
  const words = texts().lab;
  return (
    <Place id="lab" title={words.title}>
      <Tabs<LabTab>
        label={words.views}
        className={`lab-tabs lab-at-${tab.value}`}
        tabs={tabsOf(words.tabs)}
        value={tab.value}
        onChange={(value) => {
          tab.value = value;
        }}
        beside={
          shown && (
            <>
              <button type="button" class="button small" onClick={() => tell(storyStep.value ?? 0)}>
                {words.storyButton}
              </button>
              <Share />
              <button type="button" class="button small" onClick={project}>
                {words.projector}
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
  const words = texts().lab;
  if (linkOf(bench.value, lists.value) === null) return <span class="quiet small">{words.tooLong}</span>;
  const url = (alone: boolean) => `${location.href.split('#')[0]}${addressNow(alone) ?? ''}`;
  return (
    <>
      <CopyButton text={() => url(false)}>{words.copyLink}</CopyButton>
      <CopyButton
        text={() => `<iframe src="${url(true)}" width="960" height="600" title="${words.frameTitle}"></iframe>`}
      >
        {words.copyFrame}
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
          {linkProblem.value} {texts().lab.blockBefore}
        </p>
      )}
      {labProblem.value && (
        <p class="notice bad" role="alert" {...coreLang(labProblem.value)}>
          {labProblem.value}
        </p>
      )}
      {wholeCore.value && opened.value && (
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
          {wholeCore.value ? texts().lab.computing : texts().lab.loading}
        </p>
      </div>
    );
  return (
    <>
      <BlockEditor />
      {shown ? (
        <Stage shown={shown} />
      ) : (
        coreProblem.value !== null && (
          <p class="quiet" {...coreLang(coreProblem.value)}>
            {coreProblem.value}
          </p>
        )
      )}
    </>
  );
}

function OfModel({ what }: { what: Analysis }): VNode {
  const now = opened.value;
  if (!now) return <p class="notice">{texts().lab.withModel[what]}</p>;
  if (!wholeCore.value) return <p class="quiet late">{texts().lab.loading}</p>;
  return (
    <Later tasks={1} key={now.title}>
      <AnalysisPanel opened={now} what={what} />
    </Later>
  );
}
