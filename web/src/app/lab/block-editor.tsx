import type { VNode } from 'preact';
import { coreLang, texts } from '../../text/texts';
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
  const words = texts().lab.editor;
  const { storages } = texts().lab;
  const change = (next: Parameters<typeof setBench>[0]) => {
    stop();
    setBench(next);
  };
  return (
    <div class="lab-editor stage-bar">
      <NumbersField
        label={words.weights}
        note={words.weightsNote(MOST_WEIGHTS)}
        values={weights}
        parse={(text) => parseNumbers(text, 1, MOST_WEIGHTS)}
        onChange={(values) =>
          change({ weights: values, importance: importance && importance.length === values.length ? importance : null })
        }
      />
      <div class="lab-choices">
        <label class="option">
          <span class="option-label">{words.format}</span>
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
              <span class="option-label">{words.levels}</span>
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
                  <option key={one.name} value={one.name} {...coreLang()}>
                    {one.label}
                  </option>
                ))}
                {!preset && <option value="">{words.ownLevels(levels.length)}</option>}
              </select>
            </label>
            <label class="option">
              <span class="option-label">{words.storedAs}</span>
              <select
                class="select"
                value={storage}
                onChange={(event) => change({ storage: event.currentTarget.value as Storage })}
              >
                {STORAGES.map((one) => (
                  <option key={one} value={one}>
                    {storages[one]}
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
            {words.back}
          </button>
        </div>
      </div>
      <details class="disclosure">
        <summary>
          {format === '' ? words.importanceAndLevels : words.importance}{' '}
          <span class="aside">{importance ? words.oneForEach : words.allTheSame}</span>
        </summary>
        <div class="lab-more">
          <NumbersField
            label={words.importance}
            note={words.importanceNote(weights.length)}
            values={importance ?? []}
            parse={(text) => {
              const parsed = parseNumbers(text, 0, weights.length);
              if (parsed.values && parsed.values.length > 0 && parsed.values.length !== weights.length)
                return { values: null, problem: words.importanceCount(parsed.values.length, weights.length) };
              if (parsed.values?.some((value) => value < 0)) return { values: null, problem: words.importanceNegative };
              return parsed;
            }}
            onChange={(values) => change({ importance: values.length === 0 ? null : values })}
          />
          {format === '' && (
            <NumbersField
              label={words.levelsOfYourOwn}
              note={words.levelsNote}
              values={levels}
              parse={(text) => {
                const parsed = parseNumbers(text, 2, 256);
                if (parsed.values && new Set(parsed.values.map(Math.fround)).size < parsed.values.length)
                  return { values: null, problem: words.twoTheSame };
                if (parsed.values && !(Math.min(...parsed.values) < 0 && Math.max(...parsed.values) > 0))
                  return { values: null, problem: words.bothEnds };
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
