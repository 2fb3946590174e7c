/**
 * All words of the page in English, by the place they stand in: what a translator gets. `{name}` stands for something
 * that the page puts there (parts/rich.tsx); a function takes what its sentence counts or names.
 */
export const en = {
  /** Of the language itself. */
  language: {
    name: 'English',
    choose: 'Language',
  },
};

/** What a language must say: all that English says. */
export type Texts = typeof en;
