/** What the person has to hear of, wherever on the page they are. Each stays until it is closed. */
import { signal, untracked } from '@preact/signals';
import { sentenceOf } from '../../core/problem';
import { coreLang, language } from '../../text/texts';

export interface Notice {
  id: number;
  /** A problem is announced at once, a word when the person pauses. */
  kind: 'problem' | 'word';
  /** What it is about, in a few words: "Not opened: notes.gguf". */
  title: string;
  sentence: string;
  /** Of the sentence: the core's are English, and a notice stays in the language it was told in. */
  lang: string;
  /** A sentence of the page's that follows. */
  more: string;
}

/** The newest first. */
export const notices = signal<readonly Notice[]>([]);

let lastId = 0;

function add(kind: Notice['kind'], title: string, sentence: string, lang = untracked(language), more = ''): void {
  lastId += 1; // told from effects too, which must not follow the notices
  // The same again is not shown twice, but announced again.
  const others = notices.peek().filter((known) => known.title !== title || known.sentence !== sentence);
  notices.value = [{ id: lastId, kind, title, sentence, lang, more }, ...others];
}

/** Shows a problem: a sentence of the page's, or whatever was thrown. `more`: what the page adds to it. */
export function tellProblem(title: string, error: unknown, more = ''): void {
  const sentence = typeof error === 'string' ? error : sentenceOf(error);
  const lang = typeof error === 'string' ? undefined : untracked(() => coreLang(sentence).lang);
  add('problem', title, sentence, lang, more);
}

/** Shows something that is no problem. */
export function tell(title: string, sentence: string): void {
  add('word', title, sentence);
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

export function dismissAll(): void {
  notices.value = [];
}
