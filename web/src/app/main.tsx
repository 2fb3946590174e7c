import { effect, untracked } from '@preact/signals';
import { render } from 'preact';
import './styles/index.css';
import { followAddress, goTo, place } from './address';
import { coreProblem, engineSettled, startEngine } from './engine';
import { listenForFiles } from './files-in';
import { startLab } from './lab/lab-link';
import { missingFeatures } from './needs';
import { Page } from './page';
import { followSuggestions } from './plan/suggested';
import { followComparisonWithAnswers, followResultWithAnswers } from './state/answering';
import { followWithScreen } from './state/awake';
import { followWithCalibration } from './state/calibrated-method';
import { endCalibratingOfReplacedModels } from './state/calibrating';
import { followWithEndNotices } from './state/end-notice';
import { keepMeasuredAnswers } from './state/measured-answers';
import { endMeasuringAnswers } from './state/measuring-answers';
import { endComparisonsOfReplacedModels } from './state/comparing';
import { clearLeftOvers } from './state/keeping';
import { followWithMeasuring } from './state/measuring';
import { followBesides } from './state/beside';
import { followOnGrids } from './state/on-grids';
import { followWithMixes } from './state/mixing';
import { tellProblem } from './state/notices';
import { opened } from './state/opening';
import { startPlanning } from './state/planning';
import { result } from './state/results';
import { closeReplacedModels, isRunning, run, runShare } from './state/running';
import { firstLanguage, followLanguage, take } from './state/speaking';
import { endTryingOfReplacedResults } from './state/trying';
import { texts } from '../text/texts';
import { Unsupported } from './unsupported';
import { keepOffline } from './updates';

const root = document.getElementById('app')!;
followLanguage();
const language = firstLanguage();
// English is here; for another language the first paint waits, so that nothing is read twice.
if (language === 'en') begin();
else void take(language).then(begin);

function begin(): void {
  const missing = missingFeatures();
  if (missing.length > 0) render(<Unsupported missing={missing} />, root);
  else start();
}

function start(): void {
  render(<Page />, root);
  startEngine();
  listenForFiles();
  startPlanning();
  startLab();
  followAddress();
  followWithMeasuring();
  followOnGrids();
  followBesides();
  followWithMixes();
  followSuggestions();
  followWithCalibration();
  closeReplacedModels();
  followWithScreen();
  followWithEndNotices();
  endComparisonsOfReplacedModels();
  followResultWithAnswers();
  keepMeasuredAnswers();
  endMeasuringAnswers();
  followComparisonWithAnswers();
  endTryingOfReplacedResults();
  endCalibratingOfReplacedModels();
  void clearLeftOvers();
  // Only now, so that it finds in the browser's cache what the page has fetched.
  engineSettled
    .then(keepOffline)
    .catch((error: unknown) => console.warn('This page cannot be kept for use without a network:', error));

  effect(() => {
    const problem = coreProblem.value;
    if (problem !== null) untracked(() => tellProblem(texts().page.coreNotLoaded, texts().page.reload(problem)));
  });
  // What no part of the page foresaw is said as well.
  window.addEventListener('unhandledrejection', ({ reason }) => tellProblem(texts().page.somethingWrong, reason));

  effect(() => {
    // In the Lab, a model is opened to look at its blocks.
    if (opened.value && place.peek() !== 'lab') goTo('plan');
  });
  effect(() => {
    if (run.value) goTo('run');
  });
  effect(() => {
    // Who went elsewhere meanwhile is left there.
    if (result.value && place.peek() === 'run') goTo('result');
  });

  // The tab says how far a run is, and asks before it is closed over one.
  effect(() => {
    const share = runShare.value;
    const { title, titleOfRun } = texts().page;
    document.title = isRunning.value && share !== null ? titleOfRun(Math.floor(100 * share)) : title;
  });
  window.addEventListener('beforeunload', (event) => {
    if (isRunning.value) event.preventDefault();
  });
}
