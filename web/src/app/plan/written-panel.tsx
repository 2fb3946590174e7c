/** What goes into the model's file beside its weights, what comes beside it, and the way back to a folder. */
import type { ComponentChildren, VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { coreLang, texts } from '../../text/texts';
import { bytes, exactBytes } from '../../text/units';
import { place, views } from '../address';
import { Switch } from '../../charts/frame';
import type { Note, Plan } from '../../core/types';
import type { Adapter } from '../engine';
import { CopyButton } from '../parts/copy-button';
import { NoteBoxes } from '../parts/note-boxes';
import { mono, Rich } from '../parts/rich';
import {
  type Beside,
  besideCommand,
  besideName,
  besidePlan,
  besides,
  chooseType,
  readBeside,
  typeOf,
  typesOf,
  writeBeside,
} from '../state/beside';
import { tellProblem } from '../state/notices';
import { openAlong, type Opened, opened } from '../state/opening';
import { ask, options } from '../state/planning';
import { isRunning } from '../state/running';

export function WrittenPanel(): VNode {
  const t = texts().plan.written;
  const model = opened.value;
  if (!model) return <p class="quiet">{t.nothing}</p>;
  const { adapters, denseModules, nextLayers } = model.info.offers;
  const [back, beside] = [
    besides.value.filter((what) => what === 'folder'),
    besides.value.filter((what) => what !== 'folder'),
  ];
  if (besides.value.length === 0 && !adapters && !denseModules && nextLayers === 0)
    return <p class="quiet">{t.nothing}</p>;
  return (
    <section class="written" aria-label={texts().plan.writtenTab}>
      {(adapters || denseModules || nextLayers > 0) && (
        <Group title={t.inModel}>
          {nextLayers > 0 && <NextLayers count={nextLayers} />}
          {denseModules && <DenseModules model={model} />}
          {adapters && <Adapters adapters={model.along.adapters} />}
        </Group>
      )}
      {beside.length > 0 && (
        <Group title={t.beside}>
          {beside.map((what) => (
            <Other key={what === 'projector' ? what : (what as Adapter).name} of={what} />
          ))}
        </Group>
      )}
      {back.length > 0 && (
        <Group title={t.back}>
          <Other of="folder" />
        </Group>
      )}
    </section>
  );
}

function Group({ title, children }: { title: string; children: ComponentChildren }): VNode {
  return (
    <div class="written-group">
      <h3>{title}</h3>
      <div class="option-grid">{children}</div>
    </div>
  );
}

function NextLayers({ count }: { count: number }): VNode {
  const t = texts().plan.written;
  const { noMtp, mtpOnly } = options.value;
  return (
    <div class="option">
      <span class="option-label">{t.next(count)}</span>
      <Switch
        label={t.next(count)}
        value={mtpOnly ? 'only' : noMtp ? 'drop' : 'keep'}
        choices={(['keep', 'drop', 'only'] as const).map((value) => ({ value, label: t.nextChoices[value] }))}
        onChange={(value) =>
          ask({ noMtp: value === 'drop' ? true : undefined, mtpOnly: value === 'only' ? true : undefined })
        }
      />
      <code class="option-flag">{mtpOnly ? '--mtp' : '--no-mtp'}</code>
      <span class="option-note">{t.nextHow}</span>
    </div>
  );
}

function DenseModules({ model }: { model: Opened }): VNode {
  const t = texts().plan.written;
  return (
    <label class="option check">
      <input
        type="checkbox"
        checked={model.along.denseModules}
        onChange={(event) => void openAlong({ denseModules: event.currentTarget.checked })}
      />
      <span class="option-label">{t.dense}</span>
      <code class="option-flag">--sentence-transformers-dense-modules</code>
      <span class="option-note">{t.denseHow}</span>
    </label>
  );
}

function Adapters({ adapters }: { adapters: readonly Adapter[] }): VNode {
  const t = texts().plan.written;
  const change = (which: Adapter, to: Partial<Adapter>) =>
    openAlong({ adapters: adapters.map((one) => (one === which ? { ...one, ...to } : one)) });
  return (
    <div class="option adapters">
      <span class="option-label">{t.adapters}</span>
      <code class="option-flag">--lora</code>
      <span class="option-note">{t.adaptersHow}</span>
      {adapters.length > 0 && (
        <ul class="rule-list">
          {adapters.map((one) => (
            <li key={one.name}>
              <label>
                <input
                  type="checkbox"
                  checked={one.merged}
                  onChange={(event) => void change(one, { merged: event.currentTarget.checked })}
                />{' '}
                {t.merge(one.name)}
              </label>
              <label>
                {t.strength}{' '}
                <input
                  class="input count"
                  type="number"
                  step="any"
                  aria-label={t.strengthOf(one.name)}
                  value={one.strength}
                  disabled={!one.merged}
                  onChange={(event) => {
                    const strength = event.currentTarget.valueAsNumber;
                    if (Number.isFinite(strength)) void change(one, { strength });
                    else event.currentTarget.value = String(one.strength);
                  }}
                />
              </label>
              <button
                type="button"
                class="button small"
                aria-label={texts().plan.removeKey(one.name)}
                onClick={() => void openAlong({ adapters: adapters.filter((other) => other !== one) })}
              >
                {texts().plan.remove}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

const wordsFor = (what: Beside): { title: string; how: string; flag: string } => {
  const t = texts().plan.written;
  if (what === 'projector') return { title: t.projector, how: t.projectorHow, flag: '--mmproj' };
  if (what === 'folder') return { title: t.folder, how: t.folderHow, flag: 'export' };
  return { title: t.adapterAlone(what.name), how: t.adapterHow, flag: '--lora --adapter-only' };
};

/** What was not said of the model already. */
function notesOf({ notes }: Plan, { info }: Opened): Note[] {
  const said = new Set(info.notes.map(({ text }) => text));
  return notes.filter(({ text }) => !said.has(text));
}

/** Another output of the same files: its type, its size, what is to be known of it, and the button that writes it. */
function Other({ of: what }: { of: Beside }): VNode {
  const t = texts().plan.written;
  const model = opened.value;
  const shown = place.value === 'plan' && views.plan.value === 'written';
  const made = besidePlan(what);
  const running = isRunning.value;
  useEffect(() => {
    if (shown && made === null && !running) void readBeside(what);
  }, [shown, made === null, running, model]);
  const { title, how, flag } = wordsFor(what);
  const plan = made && 'plan' in made ? made.plan : null;
  return (
    <div class="option">
      <span class="option-label">{title}</span>
      <code class="option-flag">{flag}</code>
      <span class="option-note">{how}</span>
      <div class="written-actions">
        <select
          class="select"
          aria-label={t.typeOf(title)}
          value={typeOf(what)}
          onChange={(event) => chooseType(what, event.currentTarget.value)}
        >
          {typesOf(what).map((type) => (
            <option key={type} value={type}>
              {type}
            </option>
          ))}
        </select>
        {plan && (
          <>
            <span title={exactBytes(plan.outputBytes)}>{t.size(bytes(plan.outputBytes), plan.outputFiles.length)}</span>
            <button
              type="button"
              class="button"
              aria-disabled={running}
              onClick={() => {
                if (!running)
                  void writeBeside(what, plan).catch((error: unknown) =>
                    tellProblem(texts().state.notStarted(besideName(what, plan)), error),
                  );
              }}
            >
              {what === 'folder' ? (
                t.writeFolder
              ) : (
                <Rich text={t.write} parts={{ file: mono(besideName(what, plan)) }} />
              )}
            </button>
            <CopyButton text={() => besideCommand(what, plan)}>{texts().plan.copyCommand}</CopyButton>
          </>
        )}
        {made === null && !running && <span class="quiet small">{t.reading}</span>}
      </div>
      {made && 'problem' in made && (
        <p class="notice bad" role="alert" {...coreLang(made.problem)}>
          {made.problem}
        </p>
      )}
      {plan && model && <NoteBoxes notes={notesOf(plan, model)} />}
    </div>
  );
}
