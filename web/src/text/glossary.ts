/** What words and figures mean, wherever they are shown; docs/ has the formulas at length. */
import { en, type Texts } from './en';

export interface Entry {
  /** The word as a heading. */
  word: string;
  means: string;
}

/** Words that a newcomer does not know; texts().glossary says what they mean. */
export type TermId = keyof Texts['glossary'];

/** In English, until every room asks texts().definitions where they are shown. */
export const DEFINITIONS = en.definitions;
export const definitionsFor = en.definitions.answersOf;
