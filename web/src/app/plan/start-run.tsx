/** The button that starts a run, and why it does not when it does not. */
import type { VNode } from 'preact';
import type { Plan } from '../../core/index';
import { commandFor } from '../command';
import { CopyButton } from '../parts/copy-button';
import { isWarning } from '../parts/note-boxes';
import { CALIBRATED, calibrationOffer, calibrationWish, wantedLevel, wantedTokens } from '../state/calibrated-method';
import { matrix } from '../state/matrix';
import { tellProblem } from '../state/notices';
import type { Opened } from '../state/opening';
import { options } from '../state/planning';
import { measureReference, REFERENCE_METHOD } from '../state/reference';
import { begin, isRunning } from '../state/running';
import { chosenStatistics, savesStatistics, statisticsName } from '../state/statistics';
import { ownText } from '../state/text';
import { workers } from '../state/workers';
import { coreLang, texts } from '../../text/texts';
import { Rich } from '../parts/rich';

/**
 * Without a plan, the bar says under the id plan-problem why there is none; and under plan-warning what makes
 * the output of one useless.
 */
export function StartRun({ model, plan, output }: { model: Opened; plan: Plan | null; output: string }): VNode {
  const t = texts().plan;
  const calibrates = options.value.method === CALIBRATED;
  const offer = calibrationOffer.value;
  const unready = calibrates && (offer === null || typeof offer === 'string');
  const reason = plan === null ? 'plan-problem' : isRunning.value || unready ? 'start-reason' : undefined;
  const start = async (made: Plan) => {
    const calibration = calibrates ? await calibrationWish() : null;
    await begin({
      opened: model,
      plan: made,
      options: options.value,
      workers: workers.value,
      output,
      ...(made.method !== REFERENCE_METHOD && measureReference.value && { reference: REFERENCE_METHOD }),
      ...(model.model.importance && matrix.value && { matrix: matrix.value.file }),
      ...(calibration && { calibration }),
    });
  };
  return (
    <div class="plan-actions">
      {plan && (
        <CopyButton
          text={() =>
            commandFor(options.value, model.input, output, {
              workers: workers.value,
              ...(model.model.importance && { matrix: model.model.importance.path }),
              adapters: model.along.adapters.filter(({ merged }) => merged),
              denseModules: model.along.denseModules,
              ...(calibrates && {
                calibration: chosenStatistics.value
                  ? { from: chosenStatistics.value.file.name }
                  : {
                      ...(ownText.value && { text: ownText.value.name }),
                      tokens: wantedTokens.value,
                      ...(wantedLevel.value && { level: wantedLevel.value }),
                      ...(savesStatistics.value && { save: statisticsName(output) }),
                    },
              }),
            })
          }
        >
          {t.copyCommand}
        </CopyButton>
      )}
      <button
        type="button"
        class="button primary large"
        aria-disabled={reason !== undefined}
        aria-describedby={reason ?? (plan?.notes.some(isWarning) ? 'plan-warning' : undefined)}
        onClick={() =>
          plan &&
          reason === undefined &&
          void start(plan).catch((error: unknown) => tellProblem(texts().state.notStarted(output), error))
        }
      >
        {t.quantize}
      </button>
      {reason === 'start-reason' && (
        <p class="start-reason small" id="start-reason">
          {isRunning.value ? (
            <Rich text={t.runGoing} parts={{ run: (words) => <a href="#/run">{words}</a> }} />
          ) : typeof offer === 'string' ? (
            <span {...coreLang(offer)}>{offer}</span>
          ) : (
            t.textIsRead
          )}
        </p>
      )}
    </div>
  );
}
