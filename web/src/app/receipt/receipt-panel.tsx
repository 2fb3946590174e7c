/** A dropped receipt: what it says, whether a file is the one, and the same run again. */
import { fileOpen } from 'browser-fs-access';
import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { blobHandle, expectInputs, filesOf, hashFiles, type Receipt, verdictOf } from '../../core/index';
import { browserPlatform } from '../../platform/browser';
import type { Model } from '../engine';
import { goTo } from '../address';
import { Term } from '../parts/term';
import { matrix } from '../state/matrix';
import { tell, tellProblem } from '../state/notices';
import { wantedLevel, wantedTokens } from '../state/calibrated-method';
import { opened } from '../state/opening';
import { takeOptions } from '../state/planning';
import { type DroppedReceipt, receipt } from '../state/receipt';
import { chosenStatistics } from '../state/statistics';
import { textFile } from '../state/text';
import { bytes, integer, percent, precise } from '../../text/units';

export function ReceiptPanel(): VNode | null {
  const shown = receipt.value;
  return shown && <Shown key={shown.name + shown.receipt.outputs[0]?.sha256} shown={shown} />;
}

const ROLES = {
  output: 'the file this run wrote',
  input: 'the model this run read',
  matrix: 'the importance matrix this run used',
} as const;

function Shown({ shown: { name, receipt: given } }: { shown: DroppedReceipt }): VNode {
  const [said, setSaid] = useState<string | null>(null);
  const working = useRef<AbortController | null>(null);
  const work = async (task: (signal: AbortSignal) => Promise<string>) => {
    working.current?.abort();
    const mine = new AbortController();
    working.current = mine;
    setSaid('Reading…');
    try {
      const text = await task(mine.signal);
      if (!mine.signal.aborted) setSaid(text);
    } catch (error) {
      if (mine.signal.aborted) return;
      setSaid(null);
      tellProblem(`Receipt ${name}`, error);
    }
  };
  const onShare = (share: number) => setSaid(`Hashing, ${percent(share, 0)}`);
  const verify = async () => {
    const file = await fileOpen({ description: 'A file to check' }).catch(() => null);
    if (!file) return;
    await work(async (signal) => {
      const [hashed] = await hashFiles(browserPlatform, [blobHandle(file)], { signal, onShare });
      const verdict = verdictOf(given, hashed!.sha256);
      if (verdict.is === 'none')
        throw new Error(`${file.name} is none of the receipt's files: its SHA-256 is ${hashed!.sha256}.`);
      return `✓ ${file.name} is ${ROLES[verdict.is]}: its SHA-256 is the one in the receipt.`;
    });
  };
  const repeat = () =>
    work(async (signal) => {
      const model = opened.value?.model;
      if (!model) throw new Error(`Open the model first: ${given.inputs.map((file) => file.name).join(', ')}.`);
      await expectMatrix(given, signal);
      expectInputs(given, await hashFiles(browserPlatform, filesOf(model), { signal, onShare }));
      await expectText(model, given, signal);
      takeOptions(given.options);
      goTo('plan');
      const words = '✓ The model is the one of the receipt, and its options are set.';
      tell(`Receipt ${name}`, `${words} Quantize does the run again; the result says whether the bytes are the same.`);
      return words;
    });
  return (
    <section class="receipt" aria-label="Receipt">
      <div class="receipt-head">
        <h3>
          Receipt <span class="mono">{name}</span>
        </h3>
        <button
          type="button"
          class="button small"
          onClick={() => {
            working.current?.abort();
            receipt.value = null;
          }}
        >
          Put away
        </button>
      </div>
      <dl class="receipt-facts">
        <dt>run</dt>
        <dd>
          {given.fileType}, method {given.method}, Nibble {given.version}
        </dd>
        <dt>from</dt>
        <dd>
          {given.inputs.map((file) => (
            <span key={file.sha256}>
              <span class="mono">{file.name}</span>, {bytes(file.bytes)}, SHA-256 <code>{file.sha256}</code>
            </span>
          ))}
        </dd>
        {given.importance && (
          <>
            <dt>importance</dt>
            <dd>
              <span class="mono">{given.importance.name}</span>, SHA-256 <code>{given.importance.sha256}</code>
            </dd>
          </>
        )}
        {given.calibration && (
          <>
            <dt>calibrated</dt>
            <dd>
              {given.calibration.level === 'layers' ? 'layer after layer' : 'in one pass'} by{' '}
              <span class="mono">{given.calibration.text.name}</span>, {tokensOf(given.calibration)}, SHA-256{' '}
              <code>{given.calibration.text.sha256}</code>
            </dd>
          </>
        )}
        <dt>to</dt>
        <dd>
          {given.outputs.map((file) => (
            <span key={file.sha256}>
              {bytes(file.bytes)}, SHA-256 <code>{file.sha256}</code>
            </span>
          ))}
          {given.total && (
            <>
              , <Term of="rmse">RMSE</Term> {precise(given.total.rmse)}
            </>
          )}
        </dd>
      </dl>
      <div class="receipt-actions">
        <button type="button" class="button" onClick={() => void verify()}>
          Check a file…
        </button>
        <button type="button" class="button" onClick={() => void repeat()}>
          Repeat the run
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

const tokensOf = ({ tokens, heldBack, engine }: Calibrated) =>
  `${integer(tokens)} tokens and ${integer(heldBack)} to judge by${engine ? `, computed by ${engine.name}` : ''}`;

/** Whether the statistics of choice are the receipt's. Throws when others are chosen. */
async function isByStatistics({ statistics }: Calibrated, signal: AbortSignal): Promise<boolean> {
  const chosen = chosenStatistics.value;
  if (chosen === null) return false;
  const sha256 = await browserPlatform.hashFile(blobHandle(chosen.file), { signal });
  if (sha256 === statistics?.sha256) return true;
  throw new Error(
    `The run of the receipt was not calibrated by ${chosen.file.name}` +
      `${statistics ? ` but by what ${statistics.name} holds (SHA-256 ${statistics.sha256})` : ''}. ` +
      'Choose that, or a text, under Plan with the scale search “calibrated”.',
  );
}

/** Sets what the receipt's run was calibrated by. Throws unless the text of choice is the receipt's. */
async function expectText(model: Model, { calibration }: Receipt, signal: AbortSignal): Promise<void> {
  if (!calibration) return;
  const { text, tokens, heldBack, level, engine, chatTemplate } = calibration;
  if (await isByStatistics(calibration, signal)) return;
  if (engine?.name.includes('WebGPU')) {
    throw new Error(
      `What the receipt's run chose codes by was computed by ${engine.name}, whose last digits are its own. ` +
        `Choose the file that was saved then (${calibration.statistics?.name ?? 'none was'}), under Plan with the ` +
        'scale search “calibrated”: “Use saved statistics…”.',
    );
  }
  if (!chatTemplate?.used && !chatTemplate?.why && model.chatTemplate() !== null) {
    throw new Error(
      'The run of the receipt read its text without the model’s chat template, which this page always uses. ' +
        'Repeat it on the command line: nibble repeat.',
    );
  }
  const file = await textFile();
  const sha256 = await browserPlatform.hashFile(blobHandle(file), { signal });
  if (sha256 !== text.sha256) {
    throw new Error(
      `The run of the receipt was calibrated by ${text.name} (SHA-256 ${text.sha256}), and ${file.name} is not that. ` +
        'Choose that text, under Plan with the scale search “calibrated”.',
    );
  }
  wantedTokens.value = tokens + heldBack;
  wantedLevel.value = level;
}

/** Throws unless the matrix that is open is the one of the receipt, under its name. */
async function expectMatrix({ importance }: Receipt, signal: AbortSignal): Promise<void> {
  const given = matrix.value?.file;
  if (importance === null) {
    if (given) throw new Error('The run of the receipt used no importance matrix. Remove the one that is open.');
    return;
  }
  if (!given) throw new Error(`The run of the receipt used the importance matrix ${importance.name}. Open it first.`);
  const [hashed] = await hashFiles(browserPlatform, [blobHandle(given)], { signal });
  if (hashed!.sha256 !== importance.sha256)
    throw new Error(`${given.name} is not the importance matrix of the receipt: its SHA-256 is ${hashed!.sha256}.`);
  if (given.name !== importance.path)
    throw new Error(
      `The output names its matrix. Here it would be ${given.name}, in the receipt it is ${importance.path}: ` +
        `the command line can repeat this run, or rename the matrix.`,
    );
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
