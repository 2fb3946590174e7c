/** The importance matrix: what it is, what it has for this model, and how to be rid of it. */
import type { VNode } from 'preact';
import type { Plan } from '../../core/index';
import { download } from '../choose';
import { chooseMatrix } from '../files-in';
import { mono, Rich } from '../parts/rich';
import { term } from '../parts/term';
import { CalibratePanel } from './calibrate-panel';
import { MatrixStatistics } from './matrix-statistics';
import { type Matrix, matrix } from '../state/matrix';
import { changeMatrix, opened } from '../state/opening';
import { currentPlan } from '../state/planning';
import { integer, listed } from '../../text/units';
import { texts } from '../../text/texts';

export function MatrixPanel(): VNode | null {
  const kept = matrix.value;
  const model = opened.value;
  const t = texts().plan;
  const choose = (words: string) => (
    <button type="button" class="link-button" onClick={() => void chooseMatrix()}>
      {words}
    </button>
  );
  return (
    <div class="matrix" id="importance">
      {kept && <Kept kept={kept} plan={model ? currentPlan.value : null} waiting={model === null} />}
      {!kept && !model && <p class="quiet">{t.matrixWaits}</p>}
      {!kept && model && (
        <>
          <p class="quiet small">
            <Rich text={t.noMatrix} parts={{ imatrix: term('imatrix'), choose }} />
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
  const t = texts().plan;
  const named = info.datasets.length > 0;
  const measured =
    info.chunks > 0
      ? (named ? t.matrixMeasuredOf : t.matrixMeasured)(info.entries, info.chunks)
      : (named ? t.matrixIsOf : t.matrixIs)(info.entries);
  return (
    <div class="notice">
      <p>
        <Rich
          text={measured}
          parts={{
            imatrix: term('imatrix'),
            file: <strong class="mono">{file.name}</strong>,
            texts: mono(info.datasets.join(', ')),
          }}
        />{' '}
        <button type="button" class="button small" onClick={() => void changeMatrix(null)}>
          {t.removeMatrix}
        </button>{' '}
        {kept.made && (
          <button type="button" class="button small" onClick={() => download(file)}>
            {t.saveMatrix}
          </button>
        )}
      </p>
      {waiting && <p role="status">{t.matrixKept}</p>}
      {plan && (
        <p class="small">
          <Rich
            text={(missing.length > 0 ? t.matrixLacks : t.matrixHas)(
              integer(converted.length - missing.length),
              converted.length,
            )}
            parts={{ names: mono(listed(missing.map((tensor) => tensor.name))) }}
          />
        </p>
      )}
      <MatrixStatistics matrix={kept} model={opened.value} />
    </div>
  );
}
