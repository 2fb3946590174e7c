import { effect } from '@preact/signals';
import { render } from 'preact';
import './styles/index.css';
import { listenForFiles } from './files-in';
import { startLab } from './lab/bench';
import { Page } from './page';
import { goTo } from './parts/place';
import { endComparisonsOfReplacedModels } from './state/comparing';
import { followWithMeasuring } from './state/measuring';
import { followWithMixes } from './state/mixing';
import { opened } from './state/opening';
import { startPlanning } from './state/planning';
import { closeReplacedModels, isRunning, progress } from './state/running';
import { keepOffline } from './updates';

const root = document.getElementById('app');
if (root) render(<Page />, root);
listenForFiles();
startPlanning();
startLab();
followWithMeasuring();
followWithMixes();
closeReplacedModels();
endComparisonsOfReplacedModels();
keepOffline().catch((error: unknown) => console.warn('This page cannot be kept for use without a network:', error));

effect(() => {
  if (opened.value) goTo('model');
});

// The tab says how far a run is, and asks before it is closed over one.
const title = document.title;
effect(() => {
  const now = progress.value;
  document.title =
    isRunning.value && now ? `${Math.floor((100 * now.bytesOut) / now.bytesOutTotal)} % · Nibble` : title;
});
window.addEventListener('beforeunload', (event) => {
  if (isRunning.value) event.preventDefault();
});
