/** The importance matrix: what it is, what it has for this model, and how to be rid of it. */
import { fileSave } from 'browser-fs-access';
import type { VNode } from 'preact';
import type { Plan } from '../../core/index';
import { chooseMatrix } from '../files-in';
import { Term } from '../parts/term';
import { CalibratePanel } from './calibrate-panel';
import { MatrixStatistics } from './matrix-statistics';
import { type Matrix, matrix } from '../state/matrix';
import { changeMatrix, opened } from '../state/opening';
import { currentPlan } from '../state/planning';
import { integer, listed, plural } from '../../text/units';

export function MatrixPanel(): VNode | null {
  const kept = matrix.value;
  const model = opened.value;
  return (
    <div class="matrix" id="importance">
      {kept && <Kept kept={kept} plan={model ? currentPlan.value : null} waiting={model === null} />}
      {!kept && !model && <p class="quiet">An importance matrix that is dropped here waits for its model.</p>}
      {!kept && model && (
        <>
          <p class="quiet small">
            No <Term of="imatrix">importance matrix</Term>. With one (imatrix.gguf or imatrix.dat, dropped here or
            chosen), errors go where they matter least.{' '}
            <button type="button" class="link-button" onClick={() => void chooseMatrix()}>
              Choose a matrix
            </button>
          </p>
          <CalibratePanel model={model} />
        </>
      )}
    </div>
  );
}

function Kept({ kept, plan, waiting }: { kept: Matrix; plan: Plan | null; waiting: boolean }): VNode {
  const { info, file } = kept;
  const converted = plan?.tensors.filter((tensor) => tensor.action === 'convert') ?? [];
  const missing = converted.filter((tensor) => tensor.importance === null);
  return (
    <div class="notice">
      <p>
        <Term of="imatrix">Importance matrix</Term> <strong class="mono">{file.name}</strong>:{' '}
        {plural(info.entries, 'entry', 'entries')}
        {info.chunks > 0 && <>, measured on {plural(info.chunks, 'chunk')}</>}
        {info.datasets.length > 0 && (
          <>
            {' '}
            of <span class="mono">{info.datasets.join(', ')}</span>
          </>
        )}
        .{' '}
        <button type="button" class="button small" onClick={() => void changeMatrix(null)}>
          Remove the matrix
        </button>{' '}
        {kept.made && (
          <button type="button" class="button small" onClick={() => void fileSave(file, { fileName: file.name })}>
            Save it
          </button>
        )}
      </p>
      {waiting && <p role="status">It is kept until you open the model it was made for.</p>}
      {plan && (
        <p class="small">
          It has {integer(converted.length - missing.length)} of the {plural(converted.length, 'tensor')} to be
          converted
          {missing.length > 0 && (
            <>
              ; without importance: <span class="mono">{listed(missing.map((tensor) => tensor.name))}</span>
            </>
          )}
          .
        </p>
      )}
      <MatrixStatistics matrix={kept} model={opened.value} />
    </div>
  );
}
