/** The evidence as files: the receipt of the run, and the report with its charts. */
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { saveBlob } from '../../charts/save';
import { blobHandle, makeReceipt } from '../../core/index';
import { engineOfMatrix } from '../state/matrix';
import { tellProblem } from '../state/notices';
import { stemOf } from '../engine';
import type { Result } from '../state/results';
import { texts } from '../../text/texts';
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
      if (!mine.signal.aborted) tellProblem(texts().result.takeAlong.failed, error);
    }
    setShare(null);
  };
  const saveReport = async () => {
    await drawAll();
    const places = ['run', 'result'].flatMap((id) => document.getElementById(id) ?? []);
    saveBlob(new Blob([reportFile(shown, places)], { type: 'text/html' }), `${stem}-report.html`);
  };
  const words = texts().result.takeAlong;
  return (
    <div class="take-along">
      <button type="button" class="button" disabled={share !== null} onClick={() => void saveReceipt()}>
        {words.receipt}
      </button>
      <button type="button" class="button" onClick={() => void saveReport()}>
        {words.report}
      </button>
      <p class="small quiet" role="status">
        {share === null ? words.what(bytes(shown.report.inputBytes)) : words.hashing(percent(share, 0))}
        {share !== null && (
          <>
            {' '}
            <button type="button" class="link-button" onClick={() => stop.current?.abort()}>
              {words.stop}
            </button>
          </>
        )}
      </p>
    </div>
  );
}
