/**
 * All words of the page in English, by the place they stand in: what a translator gets. The file is long on purpose:
 * one language, one file. `{name}` stands for something that the page puts there (parts/rich.tsx); a function takes
 * what its sentence counts or names. A sentence is whole, so that another language can order it anew.
 */
export const en = {
  /** Of the language itself. */
  language: {
    name: 'English',
    choose: 'Language',
  },

  /** How numbers are written and counted (units.ts). */
  units: {},

  /** Words that stand in several places. */
  common: {},

  /** Around all places: header, footer, notices, updates. */
  page: {},

  /** Parts that several places are made of. */
  parts: {
    /** Tables with a filter (data-table.tsx). */
    table: {
      filter: (nouns: string) => `Filter ${nouns}`,
      all: (count: string, nouns: string) => `${count} ${nouns}`,
      some: (found: string, count: string, nouns: string) => `${found} of ${count} ${nouns}`,
      none: (nouns: string, filter: string) => `No ${nouns} match “${filter}”.`,
      sortBy: (column: string) => `Sort by ${column}`,
      /** What rows are. */
      tensors: { one: 'tensor', other: 'tensors' },
      matrices: { one: 'matrix', other: 'matrices' },
      measurements: { one: 'measurement', other: 'measurements' },
      features: { one: 'feature', other: 'features' },
      methods: { one: 'method', other: 'methods' },
      tables: { one: 'table', other: 'tables' },
      ways: { one: 'way', other: 'ways' },
    },
  },

  /** Model: opening one and looking at it. */
  model: {},

  /** Plan: how it is quantized. */
  plan: {},

  /** Run: while it is quantized. */
  run: {},

  /** What the page says of itself while it works: notices and problems. */
  state: {},

  /** What figures mean (glossary.ts). */
  definitions: {},

  /** Words that a newcomer does not know (glossary.ts). */
  glossary: {},

  /** Number formats of single weights (number-formats.ts). */
  numberFormats: {},

  /** Weights that lie on a type's grid already (on-grid.ts). */
  onGrid: {},

  /** Sentences of the core's TypeScript that the page shows. */
  core: {},

  /** Result: what came out. */
  result: {},

  /** Answers of the original and the output, compared. */
  answers: {},

  /** Comparing a file with another. */
  compare: {},

  /** The charts. */
  charts: {},

  /** Outlier features. */
  outliers: {},

  /** The receipt of a run. */
  receipt: {},

  /** The Lab. */
  lab: {},
};

/** What a language must say: all that English says. */
export type Texts = typeof en;
