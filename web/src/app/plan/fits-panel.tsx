/** "Does it fit?": the memory there is, and how long texts are to be. */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { RuntimeMemory } from '../../core/index';
import { Term } from '../parts/term';
import { CACHE_TYPES, cacheType, CONTEXTS, contextWanted, memoryThere, running } from '../state/fitting';
import { bytes, integer, parseBytes } from '../../text/units';

export function FitsPanel(): VNode {
  const now = running.value;
  return (
    <fieldset class="fits">
      <legend class="visually-hidden">Does it fit?</legend>
      <MemoryField />
      <label>
        for{' '}
        <select
          class="input"
          aria-label="Context, in tokens"
          value={contextWanted.value}
          onChange={(event) => {
            contextWanted.value = Number(event.currentTarget.value);
          }}
        >
          {CONTEXTS.map((tokens) => (
            <option key={tokens} value={tokens}>
              {integer(tokens)} tokens
            </option>
          ))}
        </select>
      </label>
      <span>
        of <Term of="context">context</Term>,
      </span>
      <label>
        cache{' '}
        <select
          class="input"
          aria-label="Type of the key and value cache"
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
      </label>
      <p class="quiet small">
        {now === null ? (
          'Marks the files that fit: weights, the cache for so many tokens, and scratch, as llama.cpp allocates them.'
        ) : 'problem' in now ? (
          now.problem
        ) : (
          <Beside memory={now} />
        )}
      </p>
    </fieldset>
  );
}

const Beside = ({ memory: { cacheBytes, workingBytes } }: { memory: RuntimeMemory }): VNode => (
  <>
    Beside the weights llama.cpp takes {bytes(cacheBytes)} for the <Term of="cache">cache</Term> and about{' '}
    {bytes(workingBytes)} of <Term of="scratch">scratch</Term>.
  </>
);

function MemoryField(): VNode {
  const [text, setText] = useState(memoryThere.value === null ? '' : bytes(memoryThere.value));
  const [wrong, setWrong] = useState(false);
  const take = (written: string) => {
    const found = written.trim() === '' ? null : parseBytes(written);
    setWrong(written.trim() !== '' && found === null);
    memoryThere.value = found;
  };
  return (
    <label>
      Does it fit in{' '}
      <input
        class="input"
        type="text"
        inputMode="text"
        size={8}
        placeholder="8 GB"
        aria-label="Memory to run it in"
        aria-invalid={wrong}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          take(event.currentTarget.value);
        }}
      />
    </label>
  );
}
