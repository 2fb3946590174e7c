import type { VNode } from 'preact';
import { plural } from '../../text/units';
import { bench, lists, setBench } from './bench';
import { FIRST_BENCH, isFirstBench, MOST_WEIGHTS, STORAGES, type Storage } from './block';
import { parseNumbers } from './numbers';
import { NumbersField } from './numbers-field';
import { stop } from './play';

/** The block as text, and how it is stored. */
export function BlockEditor(): VNode {
  const { weights, importance, format, levels, storage } = bench.value;
  const { formats, presets } = lists.value;
  const preset = presets.find((one) => String(one.levels) === String(levels));
  const change = (next: Parameters<typeof setBench>[0]) => {
    stop();
    setBench(next);
  };
  return (
    <div class="lab-editor stage-bar">
      <NumbersField
        label="Weights"
        note={`1 to ${MOST_WEIGHTS} numbers with blanks, semicolons or commas between them; 0.1 or 0,1`}
        values={weights}
        parse={(text) => parseNumbers(text, 1, MOST_WEIGHTS)}
        onChange={(values) =>
          change({ weights: values, importance: importance && importance.length === values.length ? importance : null })
        }
      />
      <div class="lab-choices">
        <label class="option">
          <span class="option-label">Format</span>
          <select
            class="select"
            value={format}
            onChange={(event) => change({ format: event.currentTarget.value, superNumbers: null })}
          >
            {formats.map((one) => (
              <option key={one.name} value={one.name}>
                {one.label}
              </option>
            ))}
          </select>
        </label>
        {format === '' && (
          <>
            <label class="option">
              <span class="option-label">Levels</span>
              <select
                class="select"
                value={preset?.name ?? ''}
                onChange={(event) =>
                  change({
                    levels: presets.find((one) => one.name === event.currentTarget.value)?.levels ?? levels,
                  })
                }
              >
                {presets.map((one) => (
                  <option key={one.name} value={one.name}>
                    {one.label}
                  </option>
                ))}
                {!preset && <option value="">{plural(levels.length, 'level')} of your own</option>}
              </select>
            </label>
            <label class="option">
              <span class="option-label">Scale stored as</span>
              <select
                class="select"
                value={storage}
                onChange={(event) => change({ storage: event.currentTarget.value as Storage })}
              >
                {STORAGES.map((one) => (
                  <option key={one.name} value={one.name}>
                    {one.label}
                  </option>
                ))}
              </select>
            </label>
          </>
        )}
        <div class="lab-take">
          <button
            type="button"
            class="button small"
            disabled={isFirstBench(bench.value)}
            onClick={() => change(FIRST_BENCH)}
          >
            Back to 0.1 0.2 0.3 0.6
          </button>
        </div>
      </div>
      <details class="disclosure">
        <summary>
          Importance{format === '' && ' and levels'}{' '}
          <span class="aside">{importance ? `one number for each weight` : 'every weight counts the same'}</span>
        </summary>
        <div class="lab-more">
          <NumbersField
            label="Importance"
            note={`${plural(weights.length, 'number')}, none negative; empty: all one`}
            values={importance ?? []}
            parse={(text) => {
              const parsed = parseNumbers(text, 0, weights.length);
              if (parsed.values && parsed.values.length > 0 && parsed.values.length !== weights.length)
                return {
                  values: null,
                  problem: `There are ${parsed.values.length} numbers for ${plural(weights.length, 'weight')}.`,
                };
              if (parsed.values?.some((value) => value < 0))
                return { values: null, problem: 'Importance cannot be negative.' };
              return parsed;
            }}
            onChange={(values) => change({ importance: values.length === 0 ? null : values })}
          />
          {format === '' && (
            <NumbersField
              label="Levels of your own"
              note="2 to 256 different numbers, some negative and some positive"
              values={levels}
              parse={(text) => {
                const parsed = parseNumbers(text, 2, 256);
                if (parsed.values && new Set(parsed.values.map(Math.fround)).size < parsed.values.length)
                  return { values: null, problem: 'Two levels are the same.' };
                if (parsed.values && !(Math.min(...parsed.values) < 0 && Math.max(...parsed.values) > 0))
                  return { values: null, problem: 'The levels need a negative and a positive end.' };
                parsed.values?.sort((a, b) => a - b);
                return parsed;
              }}
              onChange={(values) => change({ levels: values })}
            />
          )}
        </div>
      </details>
    </div>
  );
}
