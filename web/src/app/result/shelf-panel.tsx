/** The results of this visit: what each is, its file again while it is kept, and any two beside each other. */
import type { VNode } from 'preact';
import { goTo } from '../address';
import { begin, isRunning } from '../state/running';
import {
  compared,
  isGone,
  keptBytes,
  keptOnShelf,
  letGo,
  MOST_KEPT_BYTES,
  MOST_RESULTS,
  result,
  type Result,
  shelf,
  unshelve,
} from '../state/results';
import { answersOf } from '../state/measured-answers';
import { matrix } from '../state/matrix';
import { tellProblem } from '../state/notices';
import { opened } from '../state/opening';
import { texts } from '../../text/texts';
import { bytes, decibels, exactBytes, fixed, integer, percent } from '../../text/units';
import { PairView } from './pair-view';
import { Downloads } from './save-actions';

export function ShelfPanel(): VNode {
  const all = shelf.value;
  const pair = compared.value;
  const first = all.find((one) => one === pair[0]) ?? all[1] ?? all[0]!;
  const second = all.find((one) => one === pair[1]) ?? all.find((one) => one !== first)!;
  const words = texts().result.shelf;
  return (
    <section class="shelf" aria-label={words.label}>
      <p class="small quiet">
        {words.intro(all.length, bytes(keptOnShelf.value), bytes(MOST_KEPT_BYTES), MOST_RESULTS)}
      </p>
      <ol class="shelf-list">
        {all.map((one) => (
          <Shelved key={keyOf(one)} one={one} number={all.length - all.indexOf(one)} />
        ))}
      </ol>
      {all.length > 1 ? (
        <section class="pair" aria-labelledby="pair-title">
          <div class="pair-choice">
            <h3 id="pair-title">{words.two}</h3>
            <PairSelect
              label={words.first}
              all={all}
              value={first}
              onChange={(next) => (compared.value = [next, second])}
            />
            <span class="quiet">{words.and}</span>
            <PairSelect
              label={words.second}
              all={all}
              value={second}
              onChange={(next) => (compared.value = [first, next])}
            />
          </div>
          {first === second ? (
            <p class="quiet">{words.chooseTwo}</p>
          ) : (
            <PairView key={`${keyOf(first)} ${keyOf(second)}`} first={first} second={second} />
          )}
        </section>
      ) : (
        <p class="quiet small">{words.afterAnother}</p>
      )}
    </section>
  );
}

const keys = new WeakMap<Result, number>();
let made = 0;

/** Of results, also those of one name. */
export function keyOf(one: Result): number {
  if (!keys.has(one)) keys.set(one, (made += 1));
  return keys.get(one)!;
}

/** "2: Q4_K_M by lowest-error" */
export function shelfName(one: Result): string {
  const all = shelf.value;
  const sources = new Set(all.map(({ opened: { title } }) => title));
  const { fileType, method } = one.plan;
  const words = texts().result.shelf;
  const number = all.length - all.indexOf(one);
  return sources.size > 1
    ? words.nameOf(number, fileType, method, one.opened.title)
    : words.name(number, fileType, method);
}

function PairSelect({
  label,
  all,
  value,
  onChange,
}: {
  label: string;
  all: readonly Result[];
  value: Result;
  onChange: (next: Result) => void;
}): VNode {
  return (
    <select
      class="select"
      aria-label={label}
      value={String(all.indexOf(value))}
      onChange={({ currentTarget }) => onChange(all[Number(currentTarget.value)]!)}
    >
      {all.map((one, at) => (
        <option key={at} value={String(at)}>
          {shelfName(one)}
        </option>
      ))}
    </select>
  );
}

function Shelved({ one, number }: { one: Result; number: number }): VNode {
  const { report, plan } = one;
  const answers = answersOf(one);
  const onShow = result.value === one;
  const name = `${plan.fileType}, ${plan.method}`;
  const words = texts().result.shelf;
  return (
    <li class={onShow ? 'shelved chosen' : 'shelved'} aria-label={name}>
      <div class="shelved-what">
        <p>
          <span class="quiet">{number}</span> <strong>{plan.fileType}</strong> {plan.method}
          {onShow && (
            <>
              {' '}
              <span class="shelved-now">{words.onShow}</span>
            </>
          )}
        </p>
        <p class="small mono">{one.output}</p>
      </div>
      <p class="shelved-figure">
        <strong title={exactBytes(report.outputBytes)}>{bytes(report.outputBytes)}</strong>
        <span class="small quiet">{words.of(bytes(report.inputBytes))}</span>
      </p>
      <p class="shelved-figure">
        <strong>{report.total ? decibels(report.total.sqnrDb) : '–'}</strong>
        <span class="small quiet">{words.sqnr}</span>
      </p>
      <p class="shelved-figure">
        <strong>{answers ? percent(answers.report.sameTop.value) : '–'}</strong>
        <span class="small quiet">
          {answers
            ? words.answers(integer(answers.report.tokens), fixed(answers.report.divergence.value, 5))
            : words.notMeasured}
        </span>
      </p>
      <p class="shelved-figure">
        {report.files.map(({ sha256, name: file }) => (
          <code key={file} title={sha256 ?? undefined}>
            {sha256?.slice(0, 8) ?? '–'}
          </code>
        ))}
        <span class="small quiet">{words.sha}</span>
      </p>
      <div class="shelved-do">
        <Output one={one} />
        {!onShow && (
          <button type="button" class="button small" onClick={() => show(one)}>
            {words.show}
          </button>
        )}
        <button
          type="button"
          class="button small"
          aria-label={words.removeFrom(name)}
          onClick={() => {
            unshelve(one);
            goTo('result', 'shelf');
          }}
        >
          {words.remove}
        </button>
      </div>
    </li>
  );
}

/** On show it is at the top of the page, which takes the keyboard. */
function show(one: Result): void {
  result.value = one;
  goTo('result', 'shelf');
}

/** Why a run cannot be repeated as it was; null when it can. */
function obstacle(one: Result): string | null {
  const model = opened.value;
  const words = texts().result.shelf;
  if (one.opened.beside) return words.fromPlan;
  if (model === null || model.title !== one.opened.title || model.info.tensorBytes !== one.opened.info.tensorBytes)
    return words.openAgain(one.opened.title);
  const used = model.model.importance ? matrix.value?.file.name : undefined;
  if (one.matrix?.name !== used) return one.matrix ? words.matrixAgain(one.matrix.name) : words.noMatrix;
  return isRunning.value ? words.going : null;
}

async function runAgain({ report: _, sink: __, statistics: ___, ...assignment }: Result): Promise<void> {
  const model = opened.peek()!;
  try {
    await begin({ ...assignment, opened: model, plan: model.model.plan(assignment.options) });
  } catch (error) {
    tellProblem(texts().result.shelf.notStarted(assignment.output), error);
  }
}

/** The file, or what became of it. */
function Output({ one }: { one: Result }): VNode {
  const words = texts().result.shelf;
  if (!isGone(one))
    return one.sink.destination === 'picked' ? (
      <span class="small quiet">{words.picked}</span>
    ) : (
      <>
        <Downloads shown={one} small />
        <button
          type="button"
          class="button small"
          title={words.frees(bytes(keptBytes(one)))}
          onClick={() => void letGo(one)}
        >
          {words.delete}
        </button>
      </>
    );
  const why = obstacle(one);
  return (
    <>
      <span class="small quiet">{words.gone(why ?? words.sameAgain)}</span>
      <button type="button" class="button small" disabled={why !== null} onClick={() => void runAgain(one)}>
        {words.runAgain}
      </button>
    </>
  );
}
