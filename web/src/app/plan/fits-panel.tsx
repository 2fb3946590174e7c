/** "Does it fit?": the memory there is, and how long texts are to be. */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { RuntimeMemory } from '../../core/index';
import { Rich } from '../parts/rich';
import { term } from '../parts/term';
import { CACHE_TYPES, cacheType, CONTEXTS, contextWanted, memoryThere, running } from '../state/fitting';
import { bytes, integer, parseBytes } from '../../text/units';
import { coreLang, texts } from '../../text/texts';

export function FitsPanel(): VNode {
  const t = texts().plan;
  const now = running.value;
  return (
    <fieldset class="fits">
      <legend class="visually-hidden">{t.fits}</legend>
      <MemoryField />
      <label>
        <Rich text={t.forContext} parts={{ context: <Context /> }} />
      </label>
      <span>
        <Rich text={t.ofContext} parts={{ context: term('context') }} />
      </span>
      <label>
        <Rich text={t.cache} parts={{ type: <CacheType /> }} />
      </label>
      <p class="quiet small">
        {now === null ? (
          t.fitsHow
        ) : 'problem' in now ? (
          <span {...coreLang(now.problem)}>{now.problem}</span>
        ) : (
          <Beside memory={now} />
        )}
      </p>
    </fieldset>
  );
}

const Beside = ({ memory: { cacheBytes, workingBytes } }: { memory: RuntimeMemory }): VNode => (
  <Rich
    text={texts().plan.besideWeights(bytes(cacheBytes), bytes(workingBytes))}
    parts={{ cache: term('cache'), scratch: term('scratch') }}
  />
);

const Context = (): VNode => (
  <select
    class="input"
    aria-label={texts().plan.contextInTokens}
    value={contextWanted.value}
    onChange={(event) => {
      contextWanted.value = Number(event.currentTarget.value);
    }}
  >
    {CONTEXTS.map((tokens) => (
      <option key={tokens} value={tokens}>
        {texts().plan.contextTokens(integer(tokens))}
      </option>
    ))}
  </select>
);

const CacheType = (): VNode => (
  <select
    class="input"
    aria-label={texts().plan.cacheType}
    value={cacheType.value}
    onChange={(event) => {
      cacheType.value = event.currentTarget.value;
    }}
  >
    {CACHE_TYPES.map((type) => (
      <option key={type} value={type}>
        {type.toUpperCase()}
      </option>
    ))}
  </select>
);

function MemoryField(): VNode {
  const [text, setText] = useState(memoryThere.value === null ? '' : bytes(memoryThere.value));
  const [wrong, setWrong] = useState(false);
  const take = (written: string) => {
    const found = written.trim() === '' ? null : parseBytes(written);
    setWrong(written.trim() !== '' && found === null);
    memoryThere.value = found;
  };
  const t = texts().plan;
  const memory = (
    <input
      class="input"
      type="text"
      inputMode="text"
      size={8}
      placeholder={t.memoryExample}
      aria-label={t.memoryToRunIn}
      aria-invalid={wrong}
      value={text}
      onInput={(event) => {
        setText(event.currentTarget.value);
        take(event.currentTarget.value);
      }}
    />
  );
  return (
    <label>
      <Rich text={t.fitsIn} parts={{ memory }} />
    </label>
  );
}
