/** The evidence as files: the receipt of the run, and the report with its charts. */
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { saveBlob } from '../../charts/save';
import { blobHandle, makeReceipt } from '../../core/index';
import { engineOfMatrix } from '../state/matrix';
import { tellProblem } from '../state/notices';
import { stemOf } from '../engine';
import type { Result } from '../state/results';
import { bytes, percent } from '../../text/units';
import { reportFile } from './report-file';

/** Charts are drawn when they are first shown; those behind tabs are laid out for a moment, where nobody sees it. */
async function drawAll(): Promise<void> {
  const { classList } = document.documentElement;
  classList.add('draw-all');
  for (let frames = 0; frames < 3; frames += 1) await new Promise(requestAnimationFrame);
  classList.remove('draw-all');
}

export function TakeAlong({ shown }: { shown: Result }): VNode {
  const [share, setShare] = useState<number | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const stem = stemOf(shown.output);
  const saveReceipt = async () => {
    const mine = new AbortController();
    stop.current = mine;
    setShare(0);
    try {
      const receipt = await makeReceipt(
        shown.opened.model,
        shown.report,
        shown.matrix ? blobHandle(shown.matrix) : null,
        { signal: mine.signal, onShare: setShare, engine: (shown.matrix && engineOfMatrix.get(shown.matrix)) ?? null },
      );
      saveBlob(
        new Blob([`${JSON.stringify(receipt, null, 2)}\n`], { type: 'application/json' }),
        `${stem}-receipt.json`,
      );
    } catch (error) {
      if (!mine.signal.aborted) tellProblem('The receipt was not made', error);
    }
    setShare(null);
  };
  const saveReport = async () => {
    await drawAll();
    const places = ['run', 'result'].flatMap((id) => document.getElementById(id) ?? []);
    saveBlob(new Blob([reportFile(shown, places)], { type: 'text/html' }), `${stem}-report.html`);
  };
  return (
    <div class="take-along">
      <button type="button" class="button" disabled={share !== null} onClick={() => void saveReceipt()}>
        Save the receipt
      </button>
      <button type="button" class="button" onClick={() => void saveReport()}>
        Save the report
      </button>
      <p class="small quiet" role="status">
        {share === null
          ? `The receipt (JSON) holds the hashes, the choices and the figures: dropped here again it verifies a ` +
            `file or repeats the run. Hashing reads the model's ${bytes(shown.report.inputBytes)} once more. ` +
            `The report (HTML) holds the charts and opens anywhere.`
          : `Hashing the model, ${percent(share, 0)}`}
        {share !== null && (
          <>
            {' '}
            <button type="button" class="link-button" onClick={() => stop.current?.abort()}>
              Stop
            </button>
          </>
        )}
      </p>
    </div>
  );
}
