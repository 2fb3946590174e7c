import { render } from 'preact';
import './styles/index.css';
import { listenForFiles } from './files-in';
import { Page } from './page';
import { startPlanning } from './state/planning';
import { keepOffline } from './updates';

const root = document.getElementById('app');
if (root) render(<Page />, root);
listenForFiles();
startPlanning();
keepOffline().catch((error: unknown) => console.warn('This page cannot be kept for use without a network:', error));
