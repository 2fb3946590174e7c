import { ENGLISH_NUMBERS, integer, percent, plural, quantity } from './units';

/** The two files of a comparison of answers, as the person knows them: "the original", "the output". */
export interface Pair {
  first: string;
  second: string;
}

/**
 * What each error figure means. x is a weight before, y after decoding; sums run over the weights of converted tensors.
 */
const definitions = {
  sqnr: 'Signal to quantization noise: 10 log₁₀(Σ x² / Σ (x − y)²). Six decibels more halve the error.',
  relative:
    'RMS error over the RMS of the weights: √(Σ (x − y)² / Σ x²). It compares tensors whose weights differ in size.',
  rmse: 'Root of the mean squared error: √(Σ (x − y)² / n), in the units of the weights.',
  weighted:
    'RMSE with each weight counted by the importance q of its column: √(Σ q (x − y)² / Σ q), over weights that have ' +
    'one. It is what the importance matrix makes smaller.',
  ratio:
    'The RMSE of the method used over that of the method compared with, on the same weights in the same type and ' +
    'size. Below 1 the method used lost less.',
  max: 'The largest |x − y| of all weights.',
  median:
    'Half of the weights have an |x − y| of at most this. Read from a fine logarithmic histogram, at most 1/128 too ' +
    'high.',
  p95: '95 of 100 weights have an |x − y| of at most this, read like the median.',
  bias: 'The mean of y − x: positive where decoded weights are too large on average.',
  clipped: 'Weights outside the range that the codes of their block can reach, cut off at its end.',
  zeros: 'Weights that are not zero before and decode to exactly zero.',
  bits: 'Bits of tensor data in the output, block scales included, for each weight of the model.',
  notFinite: 'Weights that are not numbers or infinite. They are left out of the other figures.',
  caveat:
    'These figures say how far the weights moved, not how well the model answers. A smaller error usually helps, ' +
    'but two files with the same error can answer differently; only trying them tells.',
};

/** What the figures of answers mean; docs/answers.md has the formulas. */
const answersOf = ({ first, second }: Pair) => ({
  divergence:
    'Mean Kullback–Leibler divergence: at each scored token, how much is lost by taking the probabilities that ' +
    `${second} gives the next token for those of ${first}. 0 only if all are the same. After ±: the standard error ` +
    'of the mean.',
  worst: '99 of 100 scored tokens have a divergence below this.',
  top: 'Share of scored tokens for which both hold the same next token most likely. After ±: the standard error.',
  kept:
    `What ${second} leaves, on average, of the probability that ${first} gives its most likely next token. More ` +
    `than 100 % where ${second} is surer.`,
  perplexity:
    `Among how many equally likely tokens ${second} seems to choose on average: e to the mean of −ln p of the token ` +
    'that really comes next. Lower is better. Differences smaller than the error mean little.',
});
const answers = answersOf({ first: 'the original', second: 'the smaller file' });

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
  units: ENGLISH_NUMBERS,

  /** Words that stand in several places. */
  common: {
    close: 'Close',
    closeAll: 'Close all',
    stop: 'Stop',
    pause: 'Pause',
    goOn: 'Go on',
    lab: 'Lab',
    /** Units of one, and their numbers. */
    tensors: (count: number) => plural(count, 'tensor'),
    tokens: (count: number) => plural(count, 'token'),
    outputs: (count: number) => plural(count, 'output'),
    bitsPerWeight: 'bits per weight',
    relativeError: 'relative error',
    timeLeftUnknown: 'time left not known yet',
  },

  /** Around all places: header, footer, notices, updates. */
  page: {
    title: 'Nibble: quantize a model in this tab',
    /** Of the tab, while something runs. */
    titleOfRun: (percentDone: number) => `${percentDone} % · Nibble`,
    skip: 'Skip to the content',
    open: 'Open…',
    newer:
      'A newer version of this page is ready. {use|Use it now} (the page starts again), or go on; it is used next ' +
      'time.',
    made: (version: string) =>
      `Nibble ${version}. No file leaves this computer; this page makes no request to any other host.`,
    madeWithCore: (version: string, core: string, kernel: string) =>
      `Nibble ${version}, core ${core}, ${kernel} kernels. No file leaves this computer; this page makes no request ` +
      'to any other host.',
    drop: 'Drop to open',
    places: 'Places',
    model: 'Model',
    plan: 'Plan',
    run: 'Run',
    result: 'Result',
    aMix: 'a mix',
    /** How the last run ended. */
    ended: { done: 'done', stopped: 'stopped', failed: 'failed' },
    wordsNotFetched: (language: string) => `${language} could not be fetched`,
    wordsNotFetchedWhy:
      'Its words are fetched when they are first needed, and did not come. The page goes on as it was. Try again ' +
      'with a network.',
    coreNotLoaded: 'The quantizer could not be loaded',
    reload: (problem: string) => `${problem} Reload the page to try again.`,
    somethingWrong: 'Something went wrong',
    unsupported: {
      title: 'Nibble cannot run in this browser',
      missing: (what: string) => `Missing: ${what}.`,
      needs:
        'Nibble does its work on this computer, in WebAssembly and in workers that are modules. Chromium 95, ' +
        'Firefox 114, Safari 16.4 and newer have both.',
      switchedOff:
        'In such a browser something may have switched them off: a lockdown or strict security mode, a policy of ' +
        'your organization, or an extension. Allow WebAssembly and workers for this page and reload it, or use ' +
        'another browser or the command line.',
      webWorkers: 'Web workers',
      moduleWorkers: 'module workers',
    },
    notices: 'Notices',
    noticesOpen: (count: number) => plural(count, 'notice'),
    closeNotice: (title: string) => `Close: ${title}`,
    otherTabsKeep: (outputs: number, size: string) =>
      `Other tabs of this page keep ${plural(outputs, 'output')}, ${size}, in this browser’s private storage. It is ` +
      'removed when they are closed.',
    storageKeeps: (outputs: number, size: string) =>
      `This browser’s private storage keeps ${plural(outputs, 'output')}, ${size}, of earlier visits or of other ` +
      'tabs of this page. {delete|Delete it} unless another tab still needs it.',
    /** What the browser’s dialogs call kinds of files. */
    kinds: {
      models: 'Models and importance matrices',
      matrix: 'Importance matrix',
      text: 'A text',
      statistics: 'Statistics of a calibration',
    },
    thisFolder: 'This folder',
    dropped: 'What was dropped',
    droppedNoFile: 'It is not a file. Drop a GGUF or safetensors file, or the folder of a model.',
  },

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
    copied: 'Copied',
    notCopied: 'The browser refused to copy',
    useGpu: (adapter: string, gpu: string, worker: string) =>
      `Use the GPU {quiet|(${adapter}): measured ${gpu} GFLOP/s, where a worker of the processor has about ` +
      `${worker}. The last digits of figures are then this GPU’s own.}`,
    warnings: 'Warnings',
    warning: '{strong|Warning:} {text}',
    notes: 'Notes',
    tensor: 'Tensor',
    studying: (share: string, piece: number, pieces: string) => `${share}, piece ${piece} of ${pieces}`,
    studyingPaused: (share: string, piece: number, pieces: string) => `${share}, piece ${piece} of ${pieces}, paused`,
    studyStopped: 'Stopped: the figures are of the pieces seen until then.',
    studyFinished: 'Finished.',
    allWeights: (weights: string, tensors: number) => `All ${weights} weights of ${plural(tensors, 'tensor')}.`,
    sample: (weights: string, ofWeights: string, tensors: number) =>
      `A sample: ${weights} of the ${ofWeights} weights of ${plural(tensors, 'tensor')}, rows spread evenly.`,
    leftOut: (matrices: number) => `${plural(matrices, 'matrix', 'matrices')} left out, because the rows do not suit.`,
    anotherText: 'Use another text…',
    shippedText: (name: string) => `Use ${name} again`,
  },

  /** Model: opening one and looking at it. */
  model: {
    title: 'Model',
    titleFirst: 'Make a model smaller, in this tab',
    readingHeader: (name: string) => `reading the header of ${name}`,
    fetching: (name: string, size: string) => `fetching ${name}, ${size}`,
    nothingUploaded: 'nothing is uploaded',
    dropAModel: 'Drop a model anywhere on this page: a GGUF file, or the folder of a Hugging Face model.',
    chooseFile: 'Choose a file',
    chooseFolder: 'Choose a folder',
    tryStory: (size: string) => `Try it with a ${size} story model`,
    whatItBecomes:
      'It becomes a smaller {gguf|GGUF} file of the type you choose, the same bytes that llama-quantize writes, ' +
      'with figures that say where the error went. Everything happens on this computer: nothing is uploaded, and ' +
      'the page works without a network after the first visit.',
    aboutStory: (name: string) =>
      `The story model was trained for this page and comes with it: with ${name} everything here can be seen, down ` +
      'to the stories it still tells. Or begin in {lab|the Lab}, which shows on four weights, 0.1 0.2 0.3 0.6, what ' +
      'a {quantize|quantizer} has to decide.',
    usualStart:
      'F32, F16 and BF16 models are the usual start. All parts of a split model go in together. A single ' +
      'safetensors, PyTorch or NumPy file of any network can be measured and written as GGUF too.',
    about: 'About this model',
    noArchitecture: 'no architecture named',
    tensors: (count: number) => `${integer(count)} {tensor|${count === 1 ? 'tensor' : 'tensors'}}`,
    weights: (count: string) => `${count} {weight|weights}`,
    views: 'More of the model',
    whereBytes: 'Where the bytes are',
    tensorsTab: (count: string) => `Tensors, ${count}`,
    metadataTab: (keys: number) => `Metadata, ${plural(keys, 'key')}`,
    standOut: 'Columns that stand out',
    compare: 'Compare with another file',
    showTensors: 'Show the tensors',
    byLayer: 'By layer',
    inOneTable: 'All in one table',
    tensorTable: 'Tensors',
    tensorsByLayer: 'Tensors by layer',
    name: 'name',
    layerAndName: '{layer|layer} and name',
    role: 'role',
    shape: 'shape',
    type: 'type',
    typeHint: 'The format that its weights are stored in.',
    stored: 'stored',
    storedHint: 'The type of the bytes in the files; the type before it is what a GGUF file of this model has',
    weightsColumn: 'weights',
    bytesColumn: 'bytes',
    size: 'size',
    share: 'share',
    shareHint: 'Of the bytes of all tensors',
    blocks: 'blocks',
    blocksHint: 'Shows a block of the tensor in the Lab',
    showBlock: (tensor: string) => `Show a block of ${tensor} in the Lab`,
    tensorsColumn: 'tensors',
    openAll: 'Open all',
    closeAll: 'Close all',
    foundOf: (found: string, all: number) => `${found} of ${plural(all, 'tensor')}`,
    filterMetadata: 'Filter metadata',
    metadata: 'Metadata',
    keys: (count: number) => plural(count, 'key'),
    keysOf: (shown: number, all: number) => `${shown} of ${all} keys`,
    ofMetadata: 'of {metadata|metadata}',
    noMetadata: (filter: string) => `No metadata matches “${filter}”.`,
    entries: (type: string, count: string) => `${type}, ${count}`,
    /** Branches of the tree of tensors. */
    branches: {
      comesIn: 'comes in',
      goesOut: 'goes out',
      attention: 'attention',
      stateSpace: 'state space',
      feedForward: 'feed-forward',
      more: 'more',
      layer: (number: number) => `layer ${number}`,
    },
    sampleNote: (runs: number, length: string) =>
      `Minimum, maximum, rms, outliers and histogram come from a sample: ${runs} stretches of ${length} weights in ` +
      'the middles of equal parts of a tensor, or all of a smaller one. Rare extremes may lie outside of it.',
    min: 'min',
    minHint: 'The smallest weight, in the sample',
    max: 'max',
    maxHint: 'The largest weight, in the sample',
    rms: 'rms',
    rmsHint: 'Root of the mean of the squared weights, in the sample',
    outliers: 'outliers',
    outliersHint: 'Weights with a magnitude of more than 6 rms, in the sample',
    histogram: 'histogram',
    histogramHint: 'Weights of the sample from -4 rms to 4 rms; what lies beyond is in the outermost bars',
    histogramCounts: (counts: string) => `Counts from -4 to 4 rms: ${counts}`,
  },

  /** Plan: how it is quantized. */
  plan: {},

  /** Run: while it is quantized. */
  run: {},

  /** What the page says of itself while it works: notices and problems. */
  state: {},

  /** What figures mean (glossary.ts). */
  definitions: { ...definitions, answersOf },

  /** Words that a newcomer does not know (glossary.ts). */
  glossary: {
    quantize: {
      word: 'quantize',
      means: 'To store weights in fewer bits: each is rounded to one of the few levels that its block has.',
    },
    gguf: {
      word: 'GGUF',
      means: 'The file format of llama.cpp and of programs built on it: weights, tokenizer and settings in one file.',
    },
    weight: {
      word: 'weight',
      means: 'One of the numbers that a model has learned, also called a parameter.',
    },
    tensor: {
      word: 'tensor',
      means: 'A named array of weights, mostly a matrix. Every layer has about ten of them.',
    },
    layer: {
      word: 'layer',
      means:
        'One of the equally built steps that a text goes through: mostly attention, which looks at other tokens, ' +
        'then a feed-forward network, which works on each by itself.',
    },
    shape: {
      word: 'shape',
      means: 'How many weights a tensor has along each of its sides; the length of a row first, as GGUF stores it.',
    },
    metadata: {
      word: 'metadata',
      means: 'What a file says beside its weights: architecture, sizes, tokenizer, chat template, licence.',
    },
    architecture: {
      word: 'architecture',
      means: 'How the layers of a model are built and connected. Programs run only those that they know.',
    },
    role: {
      word: 'role',
      means: 'What a tensor does in its layer: query, key, value and output of attention, or part of the feed-forward.',
    },
    type: {
      word: 'file type',
      means:
        'Which format each tensor of a file is stored in. The number in its name is about the bits of a weight; S, ' +
        'M and L say how many tensors get a larger format.',
    },
    bits: { word: 'bits per weight', means: definitions.bits },
    block: {
      word: 'block',
      means: 'Weights that follow each other in a row, 32 in many formats, and share a scale.',
    },
    superBlock: {
      word: 'super-block',
      means: '256 weights of a row in formats such as Q4_K: several blocks, whose scales are stored in few bits too.',
    },
    scale: {
      word: 'scale',
      means: 'The number by which the small whole numbers of a block, its codes, are multiplied to be weights again.',
    },
    minimum: {
      word: 'minimum',
      means:
        'An offset that formats such as Q4_1 and Q4_K store beside the scale, for blocks whose weights do not lie ' +
        'evenly around zero.',
    },
    scaleSearch: {
      word: 'scale search',
      means:
        'How the scale of each block is chosen. Methods differ in the error they leave and in the time they take; ' +
        'the size and the format of the file stay the same.',
    },
    imatrix: {
      word: 'importance matrix',
      means:
        'How much each column of a matrix matters: the mean square of what enters it while the model reads a text. ' +
        'Errors in columns that matter are made smaller, at the cost of the others. Also called imatrix.',
    },
    mix: {
      word: 'mix',
      means: 'A type of its own for every tensor, so that the bytes go where they take away the most error.',
    },
    sqnr: { word: 'signal to noise', means: definitions.sqnr },
    rmse: { word: 'RMSE', means: definitions.rmse },
    divergence: { word: 'Kullback–Leibler divergence', means: answers.divergence },
    token: {
      word: 'token',
      means: 'A piece of text, a word or a part of one: models read and write one after the other.',
    },
    context: {
      word: 'context',
      means: 'How many tokens of a conversation or a text a model keeps in sight. More of them take a larger cache.',
    },
    cache: {
      word: 'KV cache',
      means:
        'What the attention of a model keeps of each token in sight: a key and a value in every layer. It takes ' +
        'memory beside the weights, less where it is stored as Q8_0 or Q4_0.',
    },
    scratch: {
      word: 'scratch',
      means: 'Memory for what a model computes on the way from one token to the next.',
    },
    worker: {
      word: 'worker',
      means: 'A thread of the browser beside the page’s own. Any number of them makes the same bytes.',
    },
    checksum: {
      word: 'SHA-256',
      means: 'A fingerprint of a file: files with the same one have the same bytes.',
    },
  },

  /** Number formats of single weights (number-formats.ts). */
  numberFormats: {
    named: (bits: number, name: string) => `${bits}-bit ${name}`,
    row: 'row',
    oneScalePerRow: 'one scale for each row',
    blocksOf: (length: number) => `blocks of ${length}`,
  },

  /** Weights that lie on a type's grid already (on-grid.ts). */
  onGrid: {
    /** `kept`: the share of the blocks looked at that stay as they are. */
    sentence: (tensors: number, type: string, method: string, blocks: number, kept: number) => {
      const lie = `${plural(tensors, 'tensor')} already ${tensors === 1 ? 'lies' : 'lie'} on ${type}’s grid`;
      const how =
        kept === 1
          ? `keeps them exactly in all ${quantity(blocks)} blocks looked at.`
          : `keeps ${percent(kept)} of the ${quantity(blocks)} blocks looked at exactly. In the others some weights ` +
            'come out as a neighbour of what is stored.';
      return `${lie}: type ${type} with method ${method} ${how}`;
    },
  },

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
