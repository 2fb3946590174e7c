/** All words of the page in German. */
import type { Texts } from './en';

export const de: Texts = {
  language: {
    name: 'Deutsch',
    choose: 'Sprache',
  },
};
