/** Everything about a run beyond the type. Each option says what it does and how llama-quantize spells it. */
import type { ComponentChildren, VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { FormatInfo, PlanOptions } from '../../core/index';
import { core } from '../engine';
import { opened } from '../state/opening';
import { currentPlan, ask, options } from '../state/planning';
import { measureReference, REFERENCE_METHOD } from '../state/reference';
import { workers } from '../state/workers';
import { plural } from '../../text/units';

const MOST_WORKERS = 16;

/** How many options are set, beside the type and the search. */
export function optionsSet(): number {
  return Object.keys(options.value).filter((key) => key !== 'type' && key !== 'method').length;
}

export function OptionsPanel(): VNode {
  const wanted = options.value;
  const writable = (core.value?.formats ?? []).filter((format) => format.methods.length > 0);
  return (
    <section class="options" aria-label="Options">
      <div class="option-grid">
        <Check option="leaveOutputTensor" flag="--leave-output-tensor" label="Keep the output matrix as it is">
          It turns the last layer into words and is often worth its bytes.
        </Check>
        <Check option="pure" flag="--pure" label="The same type for every tensor">
          Without it a file type may give some tensors more bits by llama.cpp’s rules.
        </Check>
        <Check option="allowRequantize" flag="--allow-requantize" label="Quantize tensors that are quantized already">
          Errors add up; the full-precision model gives a better file.
        </Check>
        {(opened.value?.info.files.length ?? 1) > 1 && (
          <Check option="keepSplit" flag="--keep-split" label="As many files as the model has">
            Without it the output is one file.
          </Check>
        )}
        <TypeChoice
          label="Type of the output matrix"
          flag="--output-tensor-type"
          formats={writable}
          value={wanted.outputTensorType}
          onChange={(type) => ask({ outputTensorType: type })}
        />
        <TypeChoice
          label="Type of the token embedding"
          flag="--token-embedding-type"
          formats={writable}
          value={wanted.tokenEmbeddingType}
          onChange={(type) => ask({ tokenEmbeddingType: type })}
        />
        <label class="option">
          <span class="option-label">Layers to leave out</span>
          <input
            class="input mono"
            placeholder="none"
            value={(wanted.pruneLayers ?? []).join(', ')}
            onChange={(event) => ask({ pruneLayers: numbersIn(event.currentTarget.value) })}
          />
          <code class="option-flag">--prune-layers</code>
          <span class="option-note">
            Numbers from 0, with commas between them. Layers behind them move up. What that does to the answers, only
            running the output tells.
          </span>
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
            <span class="option-label">Measure llama.cpp’s method as well</span>
            <code class="option-flag">--compare-method {REFERENCE_METHOD}</code>
            <span class="option-note">
              The result then shows both errors on your weights. It searches every tensor twice; the file stays the
              same.
            </span>
          </label>
        )}
        <label class="option">
          <span class="option-label">Workers</span>
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
          <span class="option-note">The bytes are the same with any number. More are faster and take more memory.</span>
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
        <option value="">as the file type says</option>
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
      <h3>Rules by name</h3>
      <p class="option-note">
        A regular expression looked for in the tensor’s name; the first that is found decides.{' '}
        <code>--tensor-type</code>
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
                aria-label={`Remove the rule ${rule.pattern}`}
                onClick={() => change(rules.filter((_, other) => other !== index))}
              >
                Remove
              </button>
            </li>
          ))}
        </ol>
      )}
      <form class="rule-form" onSubmit={add}>
        <input
          class="input mono"
          aria-label="Pattern"
          placeholder="ffn_down"
          value={pattern}
          onInput={(event) => setPattern(event.currentTarget.value)}
        />
        <select
          class="select"
          aria-label="Type for tensors that match"
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
          Add rule
        </button>
      </form>
    </div>
  );
}

type Override = NonNullable<PlanOptions['overrides']>[number];
const OVERRIDE_TYPES: readonly Override['type'][] = ['int', 'float', 'bool', 'str'];

/** Metadata to set in the output. */
function Overrides(): VNode {
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
      <h3>Metadata to set</h3>
      <p class="option-note">
        In the output only. <code>--override-kv</code>
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
                aria-label={`Remove ${override.key}`}
                onClick={() => change(overrides.filter((_, other) => other !== index))}
              >
                Remove
              </button>
            </li>
          ))}
        </ol>
      )}
      <form class="rule-form" onSubmit={add}>
        <input
          class="input mono"
          aria-label="Key"
          placeholder="general.name"
          value={draft.key}
          onInput={(event) => setDraft({ ...draft, key: event.currentTarget.value })}
        />
        <select
          class="select"
          aria-label="Type of the value"
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
          aria-label="Value"
          placeholder="value"
          value={draft.value}
          onInput={(event) => setDraft({ ...draft, value: event.currentTarget.value })}
        />
        <button type="submit" class="button">
          Set
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
    return `found in ${plural(tensors.filter((tensor) => expression.test(tensor.name)).length, 'tensor')}`;
  } catch {
    return 'not a regular expression';
  }
}
