/** A dropped receipt: what it says, whether a file is the one, and the same run again. */
import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { blobHandle, expectInputs, filesOf, hashFiles, type Receipt, verdictOf } from '../../core/index';
import { browserPlatform } from '../../platform/browser';
import type { Model } from '../engine';
import { goTo } from '../address';
import { chooseFile } from '../choose';
import { Term } from '../parts/term';
import { matrix } from '../state/matrix';
import { tell, tellProblem } from '../state/notices';
import { wantedLevel, wantedTokens } from '../state/calibrated-method';
import { opened } from '../state/opening';
import { takeOptions } from '../state/planning';
import { type DroppedReceipt, receipt } from '../state/receipt';
import { chosenStatistics } from '../state/statistics';
import { textFile } from '../state/text';
import { ownSentence, texts } from '../../text/texts';
import { bytes, integer, percent, precise } from '../../text/units';
import { Rich } from '../parts/rich';

export function ReceiptPanel(): VNode | null {
  const shown = receipt.value;
  return shown && <Shown key={shown.name + shown.receipt.outputs[0]?.sha256} shown={shown} />;
}

/** Of the page; to be thrown where the core's sentences are. */
const problem = (sentence: string) => new Error(ownSentence(sentence));

function Shown({ shown: { name, receipt: given } }: { shown: DroppedReceipt }): VNode {
  const [said, setSaid] = useState<string | null>(null);
  const working = useRef<AbortController | null>(null);
  const words = texts().receipt;
  const work = async (task: (signal: AbortSignal) => Promise<string>) => {
    working.current?.abort();
    const mine = new AbortController();
    working.current = mine;
    setSaid(words.reading);
    try {
      const text = await task(mine.signal);
      if (!mine.signal.aborted) setSaid(text);
    } catch (error) {
      if (mine.signal.aborted) return;
      setSaid(null);
      tellProblem(words.about(name), error);
    }
  };
  const onShare = (share: number) => setSaid(words.hashing(percent(share, 0)));
  const verify = async () => {
    const file = await chooseFile({ description: words.aFile });
    if (!file) return;
    await work(async (signal) => {
      const [hashed] = await hashFiles(browserPlatform, [blobHandle(file)], { signal, onShare });
      const verdict = verdictOf(given, hashed!.sha256);
      if (verdict.is === 'none') throw problem(words.none(file.name, hashed!.sha256));
      return words.verdicts[verdict.is](file.name);
    });
  };
  const repeat = () =>
    work(async (signal) => {
      const model = opened.value?.model;
      if (!model) throw problem(words.openFirst(given.inputs.map((file) => file.name).join(', ')));
      await expectMatrix(given, signal);
      expectInputs(given, await hashFiles(browserPlatform, filesOf(model), { signal, onShare }));
      await expectText(model, given, signal);
      takeOptions(given.options);
      goTo('plan');
      tell(words.about(name), words.setNext);
      return words.set;
    });
  return (
    <section class="receipt" aria-label={words.label}>
      <div class="receipt-head">
        <h3>
          <Rich text={words.title} parts={{ name: <span class="mono">{name}</span> }} />
        </h3>
        <button
          type="button"
          class="button small"
          onClick={() => {
            working.current?.abort();
            receipt.value = null;
          }}
        >
          {words.putAway}
        </button>
      </div>
      <dl class="receipt-facts">
        <dt>{words.run}</dt>
        <dd>{words.runOf(given.fileType, given.method, given.version)}</dd>
        <dt>{words.from}</dt>
        <dd>
          {given.inputs.map((file) => (
            <span key={file.sha256}>
              <Rich
                text={words.file(bytes(file.bytes))}
                parts={{ name: <span class="mono">{file.name}</span>, sha: <code>{file.sha256}</code> }}
              />
            </span>
          ))}
        </dd>
        {given.importance && (
          <>
            <dt>{words.importance}</dt>
            <dd>
              <Rich
                text={words.importanceOf}
                parts={{
                  name: <span class="mono">{given.importance.name}</span>,
                  sha: <code>{given.importance.sha256}</code>,
                }}
              />
            </dd>
          </>
        )}
        {given.calibration && (
          <>
            <dt>{words.calibrated}</dt>
            <dd>
              <Rich
                text={words.calibratedBy[given.calibration.level](tokensOf(given.calibration))}
                parts={{
                  name: <span class="mono">{given.calibration.text.name}</span>,
                  sha: <code>{given.calibration.text.sha256}</code>,
                }}
              />
            </dd>
          </>
        )}
        <dt>{words.to}</dt>
        <dd>
          {given.outputs.map((file) => (
            <span key={file.sha256}>
              <Rich text={words.output(bytes(file.bytes))} parts={{ sha: <code>{file.sha256}</code> }} />
            </span>
          ))}
          {given.total && <Rich text={words.rmse(precise(given.total.rmse))} parts={{ rmse: <Term of="rmse" /> }} />}
        </dd>
      </dl>
      <div class="receipt-actions">
        <button type="button" class="button" onClick={() => void verify()}>
          {words.check}
        </button>
        <button type="button" class="button" onClick={() => void repeat()}>
          {words.repeat}
        </button>
      </div>
      {said && (
        <p class="small" role="status">
          {said}
        </p>
      )}
    </section>
  );
}

type Calibrated = NonNullable<Receipt['calibration']>;

function tokensOf({ tokens, heldBack, engine }: Calibrated): string {
  const words = texts().receipt;
  return engine
    ? words.tokensBy(integer(tokens), integer(heldBack), engine.name)
    : words.tokens(integer(tokens), integer(heldBack));
}

/** Whether the statistics of choice are the receipt's. Throws when others are chosen. */
async function isByStatistics({ statistics }: Calibrated, signal: AbortSignal): Promise<boolean> {
  const chosen = chosenStatistics.value;
  if (chosen === null) return false;
  const sha256 = await browserPlatform.hashFile(blobHandle(chosen.file), { signal });
  if (sha256 === statistics?.sha256) return true;
  const words = texts().receipt;
  throw problem(
    statistics
      ? words.otherStatistics(chosen.file.name, statistics.name, statistics.sha256)
      : words.notByStatistics(chosen.file.name),
  );
}

/** Sets what the receipt's run was calibrated by. Throws unless the text of choice is the receipt's. */
async function expectText(model: Model, { calibration }: Receipt, signal: AbortSignal): Promise<void> {
  if (!calibration) return;
  const { text, tokens, heldBack, level, engine, chatTemplate } = calibration;
  if (await isByStatistics(calibration, signal)) return;
  const words = texts().receipt;
  if (engine?.name.includes('WebGPU')) {
    throw problem(words.byGpu(engine.name, calibration.statistics?.name ?? null));
  }
  if (!chatTemplate?.used && !chatTemplate?.why && model.chatTemplate() !== null) {
    throw problem(words.withoutTemplate);
  }
  const file = await textFile();
  const sha256 = await browserPlatform.hashFile(blobHandle(file), { signal });
  if (sha256 !== text.sha256) {
    throw problem(words.otherText(text.name, text.sha256, file.name));
  }
  wantedTokens.value = tokens + heldBack;
  wantedLevel.value = level;
}

/** Throws unless the matrix that is open is the one of the receipt, under its name. */
async function expectMatrix({ importance }: Receipt, signal: AbortSignal): Promise<void> {
  const given = matrix.value?.file;
  const words = texts().receipt;
  if (importance === null) {
    if (given) throw problem(words.noMatrix);
    return;
  }
  if (!given) throw problem(words.openMatrix(importance.name));
  const [hashed] = await hashFiles(browserPlatform, [blobHandle(given)], { signal });
  if (hashed!.sha256 !== importance.sha256) throw problem(words.otherMatrix(given.name, hashed!.sha256));
  if (given.name !== importance.path) throw problem(words.matrixName(given.name, importance.path));
}

/** Whether a result is what the receipt says; null when it is another run. */
export function verdictOnResult(
  given: Receipt,
  made: { options: object; files: readonly { name: string; sha256: string | null }[] },
): boolean | null {
  if (JSON.stringify(made.options) !== JSON.stringify(given.options)) return null;
  return given.outputs.every(({ name, sha256 }) =>
    made.files.some((file) => file.name === name && file.sha256 === sha256),
  );
}
