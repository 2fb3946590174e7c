import type { VNode } from 'preact';
import { goTo, place } from './address';
import { core } from './engine';
import { chooseFiles, dragging } from './files-in';
import { KeptOutputs } from './parts/kept-outputs';
import { LanguageChoice } from './parts/language-choice';
import { Notices } from './parts/notices';
import { Rich } from './parts/rich';
import { texts } from '../text/texts';
import { LabPlace } from './lab/lab-place';
import { ModelPlace } from './model/model-place';
import { PlanPlace } from './plan/plan-place';
import { ResultPlace } from './result/result-place';
import { RunPlace } from './run/run-place';
import { Stepper } from './stepper';
import { updateReady, useUpdate } from './updates';

export function Page(): VNode {
  const t = texts().page;
  const usingIt = (words: string) => (
    <button type="button" class="link-button" onClick={useUpdate}>
      {words}
    </button>
  );
  return (
    <>
      <a
        class="skip"
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          goTo(place.value);
        }}
      >
        {t.skip}
      </a>
      <header class="top">
        <h1 class="brand">
          <Mark />
          Nibble
        </h1>
        <Stepper />
        <button type="button" class="button small" title={t.openKeys} onClick={() => void chooseFiles()}>
          {t.open}
        </button>
      </header>
      {updateReady.value && (
        <p class="update" role="status">
          <Rich text={t.newer} parts={{ use: usingIt }} />
        </p>
      )}
      <main id="content">
        <ModelPlace />
        <PlanPlace />
        <RunPlace />
        <ResultPlace />
        <LabPlace />
      </main>
      <footer class="bottom">
        <p>
          {core.value
            ? t.madeWithCore(__NIBBLE_VERSION__, core.value.version, core.value.kernel)
            : t.made(__NIBBLE_VERSION__)}
        </p>
        <KeptOutputs />
        <LanguageChoice />
      </footer>
      <Notices />
      {dragging.value && (
        <div class="drop-veil" aria-hidden="true">
          <p>{t.drop}</p>
        </div>
      )}
    </>
  );
}

function Mark(): VNode {
  return (
    <svg class="brand-mark" viewBox="13 13 38 38" width="18" height="18" aria-hidden="true">
      <rect x="13" y="13" width="17" height="17" rx="3" />
      <rect x="13" y="34" width="17" height="17" rx="3" />
      <rect x="34" y="34" width="17" height="17" rx="3" />
      <rect x="34" y="20" width="10" height="10" rx="2.5" opacity=".72" />
      <rect x="46" y="13" width="5" height="5" rx="1.5" opacity=".5" />
    </svg>
  );
}
