import type { VNode } from 'preact';
import { views } from '../address';
import { canPickFile } from '../../platform/browser';
import type { Plan } from '../../core/index';
import { chooseFiles } from '../files-in';
import { useHeight } from '../parts/height';
import { isWarning, NoteBoxes } from '../parts/note-boxes';
import { Place } from '../parts/place';
import { Term } from '../parts/term';
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
import { bitsPerWeight, bytes, exactBytes, listed, percent, plural, quantity } from '../../text/units';
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
import { SizePanel } from './size-panel';
import { SizePlane } from './size-plane';
import { Suggestions } from './suggestions';
import { TypeList } from './type-list';

export function PlanPlace(): VNode {
  const model = opened.value;
  const made = plan.value;
  const planned = made && 'plan' in made ? made.plan : null;
  const set = optionsSet();
  return (
    <Place id="plan" title="How small, how good, does it fit?" status={model ? <ModelInShort model={model} /> : null}>
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
        label="More of the plan"
        className="plan-more"
        eager
        value={views.plan.value}
        onChange={(view) => (views.plan.value = view)}
        tabs={[
          { value: 'types', label: 'All types', render: () => <TypeList /> },
          { value: 'size', label: 'A size of your own', render: () => <SizePanel /> },
          {
            value: 'importance',
            label: matrix.value ? 'Importance: a matrix' : 'Importance',
            render: () => <MatrixPanel />,
          },
          {
            value: 'search',
            label: `Scale search: ${options.value.method ?? REFERENCE_METHOD}`,
            render: () => (model ? <Searches model={model} /> : <Waiting />),
          },
          {
            value: 'options',
            label: set === 0 ? 'Options' : `Options, ${set} set`,
            render: () => (model ? <OptionsPanel /> : <Waiting />),
          },
          {
            value: 'tensors',
            label: 'Each tensor',
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

const Waiting = (): VNode => <p class="quiet">There is something to choose here with a model that can be quantized.</p>;

function ModelInShort({ model: { title, info } }: { model: Opened }): VNode {
  const fileBytes = info.files.reduce((sum, file) => sum + file.bytes, 0);
  return (
    <>
      <span class="mono">{title}</span>, {info.architecture ?? 'no architecture named'}, {quantity(info.weights)}{' '}
      weights, <span title={exactBytes(fileBytes)}>{bytes(fileBytes)}</span>
    </>
  );
}

function PlanNotes({ plan: made }: { plan: Plan }): VNode {
  return (
    <NoteBoxes notes={made.notes}>
      {substitutions(made).map(({ sentence, names }) => (
        <li key={sentence}>
          {plural(names.length, 'tensor')}: {sentence} <span class="mono small">{listed(names)}</span>
        </li>
      ))}
    </NoteBoxes>
  );
}

function NoModel(): VNode {
  return (
    <div class="plan-summary">
      <p class="plan-words" id="plan-problem">
        Open a model first: then each type has its exact size here, and the file that it gives.
      </p>
      <div class="plan-actions">
        <button type="button" class="button" onClick={() => void chooseFiles()}>
          Open…
        </button>
        <button type="button" class="button primary large" aria-disabled aria-describedby="plan-problem">
          Quantize
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
        <p id="plan-problem">{sentence}</p>
        {/requantiz/i.test(sentence) && !options.value.allowRequantize && (
          <button type="button" class="button small" onClick={() => ask({ allowRequantize: true })}>
            Allow it for this run
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
          <span>
            {percent(made.outputBytes / made.inputBytes, 0)} of {bytes(made.inputBytes)}
          </span>
        </p>
        <p class="quiet small">
          <span class="mono">{output}</span>, <span class="plan-exact">{exactBytes(made.outputBytes)}, </span>
          {bitsPerWeight(made.bitsPerWeight)} <Term of="bits">bits per weight</Term> · at most {bytes(memory)} of memory
          with {plural(workers.value, 'worker')}
          {calibrated !== null && ` · calibrated first: ${timeWords(calibrated.seconds).toLowerCase()}`}
          {toRun !== null && (
            <>
              {' '}
              · about {bytes(toRun)} to run{fit !== null && `: ${fit ? 'fits' : 'does not fit'} ${bytes(there!)}`}
            </>
          )}
        </p>
        {warnings.length > 0 && (
          <p class="plan-warning small" id="plan-warning">
            <strong>{warnings.length > 1 ? `Warning 1 of ${warnings.length}` : 'Warning'}:</strong> {warnings[0]!.text}
          </p>
        )}
      </div>
      <StartRun model={model} plan={made} output={output} />
      {made.outputFiles.length > 1 ? (
        <p class="where">
          The output is {plural(made.outputFiles.length, 'file')}: when all are complete, each has a button to save it.
        </p>
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
            <span>Ask first where to save, and write straight into that file</span>
          </label>
        )
      )}
    </div>
  );
}
