import type { VNode } from 'preact';
import { views } from '../address';
import { canPickFile } from '../../platform/browser';
import type { Plan } from '../../core/index';
import { chooseFiles } from '../files-in';
import { useHeight } from '../parts/height';
import { isWarning, NoteBoxes } from '../parts/note-boxes';
import { Place } from '../parts/place';
import { mono, Rich, strong } from '../parts/rich';
import { term } from '../parts/term';
import { coreLang, texts } from '../../text/texts';
import { Tabs } from '../parts/tabs';
import { calibrationOffer } from '../state/calibrated-method';
import { bytesToRun, fits, memoryThere } from '../state/fitting';
import { matrix } from '../state/matrix';
import { mix } from '../state/mixing';
import { type Opened, opened } from '../state/opening';
import { ask, options, plan } from '../state/planning';
import { REFERENCE_METHOD } from '../state/reference';
import { nameFor } from '../state/running';
import { askWhere } from '../state/saving';
import { workers } from '../state/workers';
import { bitsPerWeight, bytes, exactBytes, listed, percent, quantity } from '../../text/units';
import { timeWords } from './calibrated-panel';
import { Decisions, substitutions } from './decisions';
import { FitsPanel } from './fits-panel';
import { MatrixPanel } from './matrix-panel';
import { MeasureStatus } from './measure-status';
import { MethodsPanel } from './methods-panel';
import { OnGrids } from './on-grids';
import { OptionsPanel, optionsSet } from './options-panel';
import { SearchPanel } from './search-panel';
import { StartRun } from './start-run';
import { UnfinishedRuns } from '../run/unfinished-runs';
import { SizePanel } from './size-panel';
import { SizePlane } from './size-plane';
import { Suggestions } from './suggestions';
import { TypeList } from './type-list';
import { WrittenPanel } from './written-panel';

export function PlanPlace(): VNode {
  const model = opened.value;
  const made = plan.value;
  const planned = made && 'plan' in made ? made.plan : null;
  const set = optionsSet();
  const t = texts().plan;
  return (
    <Place id="plan" title={t.title} status={model ? <ModelInShort model={model} /> : null}>
      <UnfinishedRuns />
      <div class="plan-choices">
        <Suggestions />
        <FitsPanel />
      </div>
      {/* Here for the keyboard; it stands at the foot of the window. */}
      {!model && <NoModel />}
      {model && made && 'problem' in made && <NotPlanned model={model} sentence={made.problem} />}
      {model && planned && <Planned model={model} plan={planned} />}
      <div class="plan-plane">
        <SizePlane />
        <MeasureStatus />
      </div>
      <OnGrids />
      <Tabs
        label={t.views}
        className="plan-more"
        eager
        value={views.plan.value}
        onChange={(view) => (views.plan.value = view)}
        tabs={[
          { value: 'types', label: t.allTypes, render: () => <TypeList /> },
          { value: 'size', label: t.ownSize, render: () => <SizePanel /> },
          {
            value: 'importance',
            label: matrix.value ? t.importanceByMatrix : t.importance,
            render: () => <MatrixPanel />,
          },
          {
            value: 'search',
            label: t.searchTab(options.value.method ?? REFERENCE_METHOD),
            render: () => (model ? <Searches model={model} /> : <Waiting />),
          },
          {
            value: 'options',
            label: set === 0 ? t.options : t.optionsSet(set),
            render: () => (model ? <OptionsPanel /> : <Waiting />),
          },
          { value: 'written', label: t.writtenTab, render: () => <WrittenPanel /> },
          {
            value: 'tensors',
            label: t.eachTensor,
            render: () => (planned ? <Decisions plan={planned} /> : <Waiting />),
          },
        ]}
      />
      {planned && <PlanNotes plan={planned} />}
    </Place>
  );
}

function Searches({ model }: { model: Opened }): VNode {
  return (
    <>
      <SearchPanel model={model} />
      <MethodsPanel />
    </>
  );
}

const Waiting = (): VNode => <p class="quiet">{texts().plan.waiting}</p>;

function ModelInShort({ model: { title, info } }: { model: Opened }): VNode {
  const fileBytes = info.files.reduce((sum, file) => sum + file.bytes, 0);
  return (
    <Rich
      text={texts().plan.modelInShort(info.architecture ?? texts().model.noArchitecture, quantity(info.weights))}
      parts={{ title: mono(title), size: <span title={exactBytes(fileBytes)}>{bytes(fileBytes)}</span> }}
    />
  );
}

function PlanNotes({ plan: made }: { plan: Plan }): VNode {
  return (
    <NoteBoxes notes={made.notes}>
      {substitutions(made).map(({ sentence, names }) => (
        <li key={sentence}>
          <Rich
            text={texts().plan.substituted(names.length)}
            parts={{
              sentence: <span {...coreLang(sentence)}>{sentence}</span>,
              names: <span class="mono small">{listed(names)}</span>,
            }}
          />
        </li>
      ))}
    </NoteBoxes>
  );
}

function NoModel(): VNode {
  return (
    <div class="plan-summary">
      <p class="plan-words" id="plan-problem">
        {texts().plan.openFirst}
      </p>
      <div class="plan-actions">
        <button type="button" class="button" onClick={() => void chooseFiles()}>
          {texts().page.open}
        </button>
        <button type="button" class="button primary large" aria-disabled aria-describedby="plan-problem">
          {texts().plan.quantize}
        </button>
      </div>
    </div>
  );
}

/** The bar of a plan that cannot run says why, wherever the list is scrolled to. */
function NotPlanned({ model, sentence }: { model: Opened; sentence: string }): VNode {
  const bar = useHeight<HTMLDivElement>(keepClear);
  return (
    <div class="plan-summary refused" ref={bar}>
      <div class="plan-words" role="alert">
        <p id="plan-problem" {...coreLang(sentence)}>
          {sentence}
        </p>
        {/requantiz/i.test(sentence) && !options.value.allowRequantize && (
          <button type="button" class="button small" onClick={() => ask({ allowRequantize: true })}>
            {texts().plan.allowIt}
          </button>
        )}
      </div>
      <StartRun model={model} plan={null} output="" />
    </div>
  );
}

/** What has the keyboard is scrolled clear of the bar and of what it stands on. */
function keepClear(pixels: number): void {
  const { style } = document.documentElement;
  style.scrollPaddingBottom = pixels > 0 ? `calc(var(--foot) + ${pixels}px)` : '';
  // Where the bar grew over it. What is out of sight was left on purpose.
  const focused = document.activeElement;
  if (!focused?.matches('#plan :focus-visible') || focused.closest('.plan-summary')) return;
  const { top, bottom } = focused.getBoundingClientRect();
  if (bottom > 0 && top < window.innerHeight) focused.scrollIntoView({ block: 'nearest' });
}

function Planned({ model, plan: made }: { model: Opened; plan: Plan }): VNode {
  const bar = useHeight<HTMLDivElement>(keepClear);
  const warnings = made.notes.filter(isWarning);
  const t = texts().plan;
  const offer = calibrationOffer.value;
  const calibrated = offer !== null && typeof offer !== 'string' ? offer : null;
  // Calibrating comes first, and lets go of what it took.
  const memory = Math.max(
    made.memory.sharedBytes + workers.value * made.memory.perWorkerBytes,
    calibrated?.memory ?? 0,
  );
  const [toRun, fit, there] = [bytesToRun(made.outputBytes), fits(made.outputBytes), memoryThere.value];
  const output = nameFor(model, mix.value ? `${bitsPerWeight(made.bitsPerWeight)}bpw` : made.fileType);
  return (
    <div class="plan-summary" ref={bar}>
      <div class="plan-words">
        <p class="plan-size">
          <strong title={exactBytes(made.outputBytes)}>{bytes(made.outputBytes)}</strong>{' '}
          <span>{t.shareOf(percent(made.outputBytes / made.inputBytes, 0), bytes(made.inputBytes))}</span>
        </p>
        <p class="quiet small">
          <Rich
            text={t.bar(exactBytes(made.outputBytes), bitsPerWeight(made.bitsPerWeight), bytes(memory), workers.value)}
            parts={{
              output: mono(output),
              exact: (words) => <span class="plan-exact">{words}</span>,
              bits: term('bits'),
            }}
          />
          {calibrated !== null && ` · ${t.barCalibrated(timeWords(calibrated.seconds, true))}`}
          {toRun !== null &&
            ` · ${
              fit === null ? t.barToRun(bytes(toRun)) : (fit ? t.barFits : t.barFitsNot)(bytes(toRun), bytes(there!))
            }`}
        </p>
        {warnings.length > 0 && (
          <p class="plan-warning small" id="plan-warning">
            <Rich
              text={warnings.length > 1 ? t.warningOf(warnings.length) : t.warning}
              parts={{ strong, text: <span {...coreLang(warnings[0]!.text)}>{warnings[0]!.text}</span> }}
            />
          </p>
        )}
      </div>
      <StartRun model={model} plan={made} output={output} />
      {made.outputFiles.length > 1 ? (
        <p class="where">{t.outputFiles(made.outputFiles.length)}</p>
      ) : (
        canPickFile() && (
          <label class="where">
            <input
              type="checkbox"
              checked={askWhere.value}
              onChange={(event) => {
                askWhere.value = event.currentTarget.checked;
              }}
            />
            <span>{t.askFirst}</span>
          </label>
        )
      )}
    </div>
  );
}
