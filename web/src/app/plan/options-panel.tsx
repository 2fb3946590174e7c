/** Everything about a run beyond the type. Each option says what it does and how llama-quantize spells it. */
import type { ComponentChildren, VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { FormatInfo, PlanOptions } from '../../core/index';
import { core } from '../engine';
import { opened } from '../state/opening';
import { currentPlan, ask, options } from '../state/planning';
import { measureReference, REFERENCE_METHOD } from '../state/reference';
import { workers } from '../state/workers';
import { texts } from '../../text/texts';
import { Rich } from '../parts/rich';

const MOST_WORKERS = 16;

/** How many options are set, beside the type and the search. */
export function optionsSet(): number {
  return Object.keys(options.value).filter((key) => key !== 'type' && key !== 'method').length;
}

export function OptionsPanel(): VNode {
  const t = texts().plan;
  const wanted = options.value;
  const writable = (core.value?.formats ?? []).filter((format) => format.methods.length > 0);
  return (
    <section class="options" aria-label={t.options}>
      <div class="option-grid">
        <Check option="leaveOutputTensor" flag="--leave-output-tensor" label={t.keepOutput}>
          {t.keepOutputNote}
        </Check>
        <Check option="pure" flag="--pure" label={t.pure}>
          {t.pureNote}
        </Check>
        <Check option="allowRequantize" flag="--allow-requantize" label={t.requantize}>
          {t.requantizeNote}
        </Check>
        {(opened.value?.info.files.length ?? 1) > 1 && (
          <Check option="keepSplit" flag="--keep-split" label={t.keepSplit}>
            {t.keepSplitNote}
          </Check>
        )}
        <TypeChoice
          label={t.outputType}
          flag="--output-tensor-type"
          formats={writable}
          value={wanted.outputTensorType}
          onChange={(type) => ask({ outputTensorType: type })}
        />
        <TypeChoice
          label={t.embeddingType}
          flag="--token-embedding-type"
          formats={writable}
          value={wanted.tokenEmbeddingType}
          onChange={(type) => ask({ tokenEmbeddingType: type })}
        />
        <label class="option">
          <span class="option-label">{t.prune}</span>
          <input
            class="input mono"
            placeholder={t.pruneNone}
            value={(wanted.pruneLayers ?? []).join(', ')}
            onChange={(event) => ask({ pruneLayers: numbersIn(event.currentTarget.value) })}
          />
          <code class="option-flag">--prune-layers</code>
          <span class="option-note">{t.pruneNote}</span>
        </label>
        {wanted.method !== undefined && wanted.method !== REFERENCE_METHOD && (
          <label class="option check">
            <input
              type="checkbox"
              checked={measureReference.value}
              onChange={(event) => {
                measureReference.value = event.currentTarget.checked;
              }}
            />
            <span class="option-label">{t.measureReference}</span>
            <code class="option-flag">--compare-method {REFERENCE_METHOD}</code>
            <span class="option-note">{t.measureReferenceNote}</span>
          </label>
        )}
        <label class="option">
          <span class="option-label">{t.workers}</span>
          <input
            class="input count"
            type="number"
            min={1}
            max={MOST_WORKERS}
            value={workers.value}
            onChange={(event) => {
              workers.value = Math.min(MOST_WORKERS, Math.max(1, Math.round(event.currentTarget.valueAsNumber) || 1));
              event.currentTarget.value = String(workers.value);
            }}
          />
          <span class="option-note">{t.workersNote}</span>
        </label>
      </div>
      <Rules formats={writable} />
      <Overrides />
    </section>
  );
}

/** Undefined where there are none; the core refuses what is no number. */
function numbersIn(text: string): number[] | undefined {
  const numbers = text.split(/[\s,]+/).filter(Boolean);
  return numbers.length > 0 ? numbers.map(Number) : undefined;
}

type Flag = 'keepSplit' | 'leaveOutputTensor' | 'pure' | 'allowRequantize';

function Check({
  option,
  flag,
  label,
  children,
}: {
  option: Flag;
  flag: string;
  label: string;
  children: ComponentChildren;
}): VNode {
  return (
    <label class="option check">
      <input
        type="checkbox"
        checked={options.value[option] ?? false}
        onChange={(event) => ask({ [option]: event.currentTarget.checked || undefined })}
      />
      <span class="option-label">{label}</span>
      <code class="option-flag">{flag}</code>
      <span class="option-note">{children}</span>
    </label>
  );
}

function TypeChoice({
  label,
  flag,
  formats,
  value,
  onChange,
}: {
  label: string;
  flag: string;
  formats: readonly FormatInfo[];
  value: string | undefined;
  onChange: (type: string | undefined) => void;
}): VNode {
  return (
    <label class="option">
      <span class="option-label">{label}</span>
      <select class="select" value={value ?? ''} onChange={(event) => onChange(event.currentTarget.value || undefined)}>
        <option value="">{texts().plan.asFileType}</option>
        {formats.map((format) => (
          <option key={format.name} value={format.name}>
            {format.name}
          </option>
        ))}
      </select>
      <code class="option-flag">{flag}</code>
    </label>
  );
}

/** Own rules: the first pattern that is found in a tensor's name decides its type. */
function Rules({ formats }: { formats: readonly FormatInfo[] }): VNode {
  const t = texts().plan;
  const rules = options.value.tensorTypes ?? [];
  const [pattern, setPattern] = useState('');
  const [type, setType] = useState(formats.find((format) => format.quantized)?.name ?? '');
  const change = (next: typeof rules) => ask({ tensorTypes: next.length > 0 ? next : undefined });
  const add = (event: Event) => {
    event.preventDefault();
    if (pattern === '' || type === '') return;
    change([...rules, { pattern, type }]);
    setPattern('');
  };
  return (
    <div class="rules">
      <h3>{t.rules}</h3>
      <p class="option-note">
        <Rich text={t.rulesNote} parts={{ flag: <code>--tensor-type</code> }} />
      </p>
      {rules.length > 0 && (
        <ol class="rule-list">
          {rules.map((rule, index) => (
            <li key={index}>
              <code>{rule.pattern}</code>
              <span aria-hidden="true">→</span>
              <code>{rule.type}</code>
              <span class="quiet small">{matched(rule.pattern)}</span>
              <button
                type="button"
                class="button small"
                aria-label={t.removeRule(rule.pattern)}
                onClick={() => change(rules.filter((_, other) => other !== index))}
              >
                {t.remove}
              </button>
            </li>
          ))}
        </ol>
      )}
      <form class="rule-form" onSubmit={add}>
        <input
          class="input mono"
          aria-label={t.pattern}
          placeholder="ffn_down"
          value={pattern}
          onInput={(event) => setPattern(event.currentTarget.value)}
        />
        <select
          class="select"
          aria-label={t.typeForMatches}
          value={type}
          onChange={(event) => setType(event.currentTarget.value)}
        >
          {formats.map((format) => (
            <option key={format.name} value={format.name}>
              {format.name}
            </option>
          ))}
        </select>
        <button type="submit" class="button">
          {t.addRule}
        </button>
      </form>
    </div>
  );
}

type Override = NonNullable<PlanOptions['overrides']>[number];
const OVERRIDE_TYPES: readonly Override['type'][] = ['int', 'float', 'bool', 'str'];

/** Metadata to set in the output. */
function Overrides(): VNode {
  const t = texts().plan;
  const overrides = options.value.overrides ?? [];
  const [draft, setDraft] = useState<Override>({ key: '', type: 'str', value: '' });
  const change = (next: Override[]) => ask({ overrides: next.length > 0 ? next : undefined });
  const add = (event: Event) => {
    event.preventDefault();
    if (draft.key === '' || draft.value === '') return;
    change([...overrides, draft]);
    setDraft({ ...draft, key: '', value: '' });
  };
  return (
    <div class="rules">
      <h3>{t.metadata}</h3>
      <p class="option-note">
        <Rich text={t.metadataNote} parts={{ flag: <code>--override-kv</code> }} />
      </p>
      {overrides.length > 0 && (
        <ol class="rule-list">
          {overrides.map((override, index) => (
            <li key={index}>
              <code>{override.key}</code>
              <span aria-hidden="true">=</span>
              <code>{override.value}</code>
              <span class="quiet small">{override.type}</span>
              <button
                type="button"
                class="button small"
                aria-label={t.removeKey(override.key)}
                onClick={() => change(overrides.filter((_, other) => other !== index))}
              >
                {t.remove}
              </button>
            </li>
          ))}
        </ol>
      )}
      <form class="rule-form" onSubmit={add}>
        <input
          class="input mono"
          aria-label={t.key}
          placeholder="general.name"
          value={draft.key}
          onInput={(event) => setDraft({ ...draft, key: event.currentTarget.value })}
        />
        <select
          class="select"
          aria-label={t.typeOfValue}
          value={draft.type}
          onChange={(event) => setDraft({ ...draft, type: event.currentTarget.value as Override['type'] })}
        >
          {OVERRIDE_TYPES.map((type) => (
            <option key={type} value={type}>
              {type}
            </option>
          ))}
        </select>
        <input
          class="input mono"
          aria-label={t.value}
          placeholder={t.valueExample}
          value={draft.value}
          onInput={(event) => setDraft({ ...draft, value: event.currentTarget.value })}
        />
        <button type="submit" class="button">
          {t.set}
        </button>
      </form>
    </div>
  );
}

/** How many tensors a pattern is found in. The core decides what happens; this only counts names. */
function matched(pattern: string): string {
  const tensors = currentPlan.value?.tensors ?? [];
  try {
    const expression = new RegExp(pattern.toLowerCase());
    return texts().plan.foundIn(tensors.filter((tensor) => expression.test(tensor.name)).length);
  } catch {
    return texts().plan.notExpression;
  }
}
