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
    openKeys: 'Ctrl+O',
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
  plan: {
    title: 'How small, how good, does it fit?',
    modelInShort: (architecture: string, weights: string) => `{title}, ${architecture}, ${weights} weights, {size}`,
    views: 'More of the plan',
    allTypes: 'All types',
    ownSize: 'A size of your own',
    importance: 'Importance',
    importanceByMatrix: 'Importance: a matrix',
    searchTab: (method: string) => `Scale search: ${method}`,
    options: 'Options',
    optionsSet: (count: number) => `Options, ${count} set`,
    eachTensor: 'Each tensor',
    waiting: 'There is something to choose here with a model that can be quantized.',
    openFirst: 'Open a model first: then each type has its exact size here, and the file that it gives.',
    quantize: 'Quantize',
    allowIt: 'Allow it for this run',
    shareOf: (share: string, size: string) => `${share} of ${size}`,
    substituted: (tensors: number) => `${plural(tensors, 'tensor')}: {sentence} {names}`,
    /** The line of the bar: the file’s name, its exact size where there is room, its bits, what the run takes. */
    bar: (size: string, bits: string, memory: string, workers: number) =>
      `{output}, {exact|${size}, }${bits} {bits|bits per weight} · at most ${memory} of memory with ` +
      `${plural(workers, 'worker')}`,
    barCalibrated: (time: string) => `calibrated first: ${time}`,
    barToRun: (memory: string) => `about ${memory} to run`,
    barFits: (memory: string, there: string) => `about ${memory} to run: fits ${there}`,
    barFitsNot: (memory: string, there: string) => `about ${memory} to run: does not fit ${there}`,
    warning: '{strong|Warning:} {text}',
    warningOf: (count: number) => `{strong|Warning 1 of ${count}:} {text}`,
    outputFiles: (count: number) =>
      `The output is ${plural(count, 'file')}: when all are complete, each has a button to save it.`,
    askFirst: 'Ask first where to save, and write straight into that file',
    copyCommand: 'Copy as command',
    runGoing: 'A run is going: {run|wait for it, or stop it}.',
    textIsRead: 'The text is being read.',

    suggested: 'Suggested for this model',
    aims: { small: 'Smallest worth trying', recommended: 'Recommended', lossless: 'Nearly lossless' },
    usualChoice: 'llama.cpp’s usual choice',
    smallestBelow: (error: string) => `the smallest whose error is at most ${error} of the weights`,
    smallestToMeasure: (error: string) =>
      `the smallest whose error is at most ${error} of the weights; measure its answers`,
    nothingFits: (memory: string) => `No file type that is worth trying fits ${memory}.`,
    knownLater: 'known when some rows are measured',
    sizeAndShare: (size: string, share: string) => `${size}, ${share} of the size`,
    errorPredicted: (error: string, decibels: string, reason: string) =>
      `error ${error} (${decibels}) predicted: ${reason}`,
    answersApart: (reason: string, divergence: string) => `${reason}; answers measured: ${divergence} apart`,

    fits: 'Does it fit?',
    fitsIn: 'Does it fit in {memory}',
    memoryToRunIn: 'Memory to run it in',
    memoryExample: '8 GB',
    forContext: 'for {context}',
    contextInTokens: 'Context, in tokens',
    contextTokens: (tokens: string) => `${tokens} tokens`,
    ofContext: 'of {context|context},',
    cache: 'cache {type}',
    cacheType: 'Type of the key and value cache',
    fitsHow:
      'Marks the files that fit: weights, the cache for so many tokens, and scratch, as llama.cpp allocates them.',
    besideWeights: (cache: string, scratch: string) =>
      `Beside the weights llama.cpp takes ${cache} for the {cache|cache} and about ${scratch} of {scratch|scratch}.`,

    plane: 'Size and error',
    planeNote:
      'Each dot is a file type: higher has less error, further left is smaller. The line is the best mix of types ' +
      'for each size. Errors are predicted from the sample, with llama.cpp’s scale search. Beyond the break in the ' +
      'axis, sizes are drawn closer together. Diamond: what is planned. Click one to choose it.',
    planeOfResult: 'Where this result lies',
    planeOfResultNote:
      'Each dot is a file type: higher has less error, further left is smaller. The line is the best mix of types ' +
      'for each size. Errors are predicted from the sample, with llama.cpp’s scale search. Beyond the break in the ' +
      'axis, sizes are drawn closer together. Diamond: this result, over all its weights. Click one to choose it.',
    planeTags: { small: 'smallest', recommended: 'recommended', lossless: 'nearly lossless' },
    sizeAndBits: (size: string, bits: string) => `${size}, ${bits} bits per weight`,
    noWeightChanges: 'no weight changes',
    signalToNoise: (decibels: string) => `${decibels} signal to noise`,
    toRun: (memory: string) => `about ${memory} to run`,
    fitsThere: (memory: string) => `fits ${memory}`,
    fitsNotThere: (memory: string) => `does not fit ${memory}`,
    fitsWith: (memory: string, tokens: string) => `fits ${memory} with ${tokens} tokens`,
    answersMeasured: (divergence: string) => `answers, measured: ${divergence} apart`,
    bestMixFor: (size: string) => `best mix for ${size}`,
    yourMix: 'your mix',
    kind: 'kind',
    kinds: { type: 'type', best: 'best', chosen: 'chosen' },
    signalToNoiseColumn: 'signal to noise',
    divergenceColumn: 'mean divergence of answers, measured',
    fileSize: 'size of the file',
    planeEmpty: 'With a model open, every file type stands here by its size and its error, and what of it fits.',
    planeWaiting: 'Every file type stands here by its size and its error, as soon as some rows are measured.',
    legend: {
      type: 'file type',
      suggested: 'suggested',
      planned: 'planned',
      mixes: 'best mixes',
      fitsNot: 'does not fit',
    },

    measuring: 'Measuring a sample of rows.',
    measuringSome: (done: number, all: number) =>
      `Measuring a sample of rows: ${done} of ${plural(all, 'tensor')} so far.`,
    summingUp: 'Summing up what was measured.',
    nothingToQuantize: 'No tensor of this model can be quantized.',
    onAllRows: 'Errors are measured on all rows.',
    predictedFrom: (share: string) => `Errors are predicted from ${share} of the rows.`,
    predictedFromFile: (share: string, file: string) => `Errors are predicted from ${share} of the rows (${file}).`,
    whatThisMeans: 'What this means',
    prediction:
      'Rows of each matrix, spread evenly and the same ones every time, are quantized to every type in the ' +
      'background and compared with themselves. Signal to noise is 10 log₁₀(Σ x² / Σ (x − y)²) over all tensors ' +
      'that can be quantized, summed over each tensor’s sample and scaled to its rows. The interval comes from how ' +
      'much rows differ from each other; it holds the error of the whole tensor for at least 95 of 100 tensors and ' +
      'types. A small weight error does not promise good answers.',
    stopMeasuring: 'Stop measuring',
    measureAll: 'Measure all rows',
    saveMeasurement: 'Save the measurement',
    saveMeasurementHint: 'For another size later, here or with nibble solve, without reading the weights again',

    onGrids: 'Weights that lie on a grid',
    useForThem: (type: string, method: string) => `Use ${type} and ${method} for them`,

    fileType: 'File type',
    loadingQuantizer: 'Loading the quantizer…',
    ggufTarget: 'GGUF, for llama.cpp and what is built on it',
    blocksLead:
      'Quantized types keep weights in {block|blocks}, each with a {scale|scale} and some with a {minimum|minimum}; ' +
      'types with a K and most with IQ keep blocks in {superBlock|super-blocks}.',
    sortTypes: 'Sort the types',
    sorts: { name: 'type', size: 'size', bits: 'per weight', error: 'predicted' },
    sizeHint: 'Of the output file.',
    errorHint: (signalToNoise: string) => `Signal to noise, from a sample of rows. ${signalToNoise}`,
    unchanged: 'unchanged',
    bits: (count: number) => plural(count, 'bit'),
    bitsFromTo: (from: number, to: number) => `${from} to ${to} bits`,
    safetensorsTarget: 'safetensors, for Transformers and other loaders of bitsandbytes and GPTQ layers',
    layers: 'layers',
    noExl2:
      'EXL2 is not among them: its quantizer runs texts through the model to see which weights matter, which a file ' +
      'of weights alone does not tell.',
    usualTypes: 'Show the usual types',
    showAllTypes: (count: number) => `Show all ${count} types`,
    usualAnswers: 'the answers of the usual types',
    needsMatrix: 'needs an importance matrix',
    substitutions: (count: number) => plural(count, 'substitution'),
    answers: (divergence: string) => `answers: ${divergence}`,
    bitsOf: (bits: string) => `${bits} bits`,
    lossless: 'lossless',
    predicted: (error: string) => `signal to noise; relative error ${error}`,
    predictedBetween: (low: string, high: string, error: string) =>
      `signal to noise, between ${low} and ${high} dB; relative error ${error}`,

    sizeNoModel: 'With a model open, a size of your own can be asked for here.',
    sizeNotMeasured:
      'Nothing here can be chosen by size: no sample of the rows was measured, or no tensor can be quantized.',
    mixLead:
      'The {mix|mix} of types with the least error for it: every tensor gets the type where its bytes do the most.',
    mixLater: 'It can be chosen when the sample of rows is measured.',
    /** `above`: by how much its error is above the least; null: not at all; undefined: it was changed by hand. */
    mixIs: (bits: string, decibels: string, above: string | null | undefined) => {
      const figures = `{size}, ${bits} {bits|bits per weight}, ${decibels} {sqnr|signal to noise} predicted`;
      if (above === undefined) return `${figures}; changed by hand.`;
      if (above === null) return `${figures}; no mix of these types has less error at this size.`;
      return `${figures}; at most ${above} above the least there is at this size.`;
    },
    saveRecipe: 'Save recipe.json',
    copyLlama: 'Copy the llama.cpp command',
    takeBack: (changes: number) => `Take back ${plural(changes, 'change')}`,
    backToType: 'Back to the file type',
    outputSize: 'Size of the output',
    atMost: 'at most',
    sizeExample: '4.2 GB',
    sizeForExample: 'Size, for example 4.2 GB',
    bestMix: 'Best mix',
    bitsExample: '4.5',
    bitsField: 'Bits per weight',
    wrongSize: 'Write a size in bytes or with a unit, for example 4.2 GB or 3.9 GiB.',
    mixMap: 'Which tensor gets which type',
    mixMapNote:
      'One cell for each role in each layer, darker where it gets more bits. Click a cell, or press Enter on it, to ' +
      'give it another type.',
    mixMapTitle: 'Types by layer and role',
    bitsOfCell: (bits: string) => `${bits} bits per weight`,
    tensor: 'tensor',
    layer: 'layer',
    role: 'role',
    type: 'type',
    size: 'size',
    roleInLayer: (role: string, layer: number) => `${role}, layer ${layer}`,
    choice: (type: string, size: string) => `${type}, ${size}`,
    choiceWithError: (type: string, size: string, error: string) => `${type}, ${size}, ${error} error`,
    errorOfCell: (error: string) => `${error} relative error`,

    observe: 'Observe: re-spend bits on the worst tensors',
    observeHow:
      'As GPTQ-for-LLaMa does: the tensors with the largest error of what is planned step through types with ' +
      'smaller blocks, then with more bits, until each error is at most half of what it was.',
    observeOutputs: 'The error is what is changed of the tensor’s outputs, calibrated.',
    worst: 'worst',
    worstTensors: 'tensors',
    observeNow: 'Observe',
    observed: (halved: number, all: number, from: string, fromSize: string, to: string, toSize: string) =>
      `${plural(halved, 'tensor')} of ${all} with half the error or less: from ${from} and ${fromSize} to ${to} and ` +
      `${toSize}. {plan|Plan this}`,
    observedTable: 'What observing changes',
    typesTried: 'types tried',
    errorBefore: 'error before',
    errorAfter: 'error after',
    sizeBefore: 'size before',
    sizeAfter: 'size after',
    halved: 'halved',
    yes: 'yes',
    no: 'no',
    squaredUnits: 'squared units of the weights',
    squaredUnitsTimes: 'squared units of the weights, times importance',
    squaredHint: 'Σ (x − y)² over the tensor, predicted',
    weightedHint: 'Σ q (x − y)² over the tensor, predicted',
    outputsHint: 'What the type changes of the tensor’s outputs, calibrated: as a share of them, times Σ x²',

    whatIsMadeSmall: 'What is made small',
    rolesWeighed: (objective: string) => `${objective}, roles weighed`,
    sumOverTensors: 'The sum over all tensors of their error, each times the factor of its role.',
    objectives: {
      squared: {
        label: 'the squared error Σ (x − y)²',
        note: 'Large weights count more than small ones, as they do in the output of a layer.',
      },
      weighted: {
        label: 'the error counted by importance',
        note: 'Each weight by the mean square of what it meets. Tensors that the matrix does not know count plainly.',
      },
      outputs: {
        label: 'the change of the outputs',
        note:
          'What a type changes of a tensor’s outputs, calibrated, as a share of them, times Σ x²: the squared ' +
          'error, of which only what reaches the outputs counts. Tensors that no text is read through count by ' +
          'their weights.',
      },
    },
    sizeFirst: 'Choose a size first; then the roles of this model are listed here.',
    roleTimes: (role: string) => `${role} ×`,
    measuringOutputs: (share: string) => `Measuring outputs, ${share}…`,
    outputsNeedStatistics:
      'The change of the outputs can be counted, too, once statistics of a calibration were kept or opened (scale ' +
      'search “calibrated”).',
    measureOutputsBy: 'Measure outputs by {file}',

    scaleSearch: 'Scale search',
    searches: {
      reference: 'the same bytes as llama-quantize',
      lowestError: 'lowest error',
      lowestErrorNote: 'weights nearest to what they were',
      unbiased: 'unbiased',
      unbiasedNote: 'no output too small; without a text the best for 2 and 3 bits',
      calibrated: 'calibrated',
      calibratedNote: 'answers nearest to what they were; needs a text',
      calibratedTime: (time: string) => `answers nearest to what they were; needs a text. ${time}`,
      another: 'another',
      none: 'none',
    },
    searchBecause: (method: string) =>
      `“${method}” stands here because in this type it changed answers least of all searches that need no text, for ` +
      'the same size: on two small models by 1 to 26 % less than llama.cpp’s.',
    notCalibrated: 'This model cannot be calibrated. {why}',
    worseAnswers: (type: string, method: string, where: string) =>
      `${type} by “${method}” answered worse than llama.cpp’s file of the same size: its mean divergence was larger ` +
      `by ${where}.`,
    worseOn: {
      ts3m: (percent: number) => `${percent} % on a model of 3 million weights`,
      wide: (percent: number) => `${percent} % on a model of 20 million weights`,
    },
    worseWithMatrix: {
      ts3m: (percent: number) => `${percent} % on a model of 3 million weights with an importance matrix`,
      wide: (percent: number) => `${percent} % on a model of 20 million weights with an importance matrix`,
    },
    methods: 'What another scale search would gain {aside}',
    methodsHow:
      'The chosen types, written by each method on a sample of this model’s rows. “llama.cpp” writes the bytes of ' +
      'llama-quantize; the others write files of the same size that every llama.cpp reads. “lowest-error” keeps ' +
      'llama.cpp’s block wherever that has less error; “quick” saves the time of that comparison; “unbiased” gives ' +
      'up some of the error so that no output comes out too small, which changes answers less in types of 2 and 3 ' +
      'bits. A type without the method is written as llama.cpp does (with “unbiased” as “lowest-error” does, where ' +
      'it can).',
    methodTable: 'Scale searches',
    method: 'method',
    againstLlama: 'against llama.cpp',
    methodChoice: 'choice',
    between: (low: string, high: string) => `between ${low} and ${high} dB`,
    useMethod: (method: string) => `Use ${method}`,

    calibratedLead:
      'The model reads a text; codes are then chosen so that what each layer puts out stays near what it was. Type, ' +
      'size and the programs that read the file stay the same.',
    readingText: 'Reading the text…',
    levels: { 'one-pass': 'one pass', layers: 'layer after layer' },
    byStatistics: (level: string, tokens: string, heldBack: string, engine: string) =>
      `{file}, what a calibration chose codes by: ${level} by {text}, ${tokens} tokens and ${heldBack} to judge by. ` +
      `It was computed by ${engine}. No text is read. {flag} {again|Use a text again}`,
    keepStatistics: 'Keep the statistics, to choose codes by them again',
    statisticsFile: (size: string) => `A file of ${size} beside the output.`,
    statisticsNeeded: 'What a GPU computed gives the same bytes by this file only.',
    tokensAtMost: 'Tokens of the text, at most',
    howMuch: 'How much is done',
    asTokensAllow: 'as many tokens allow',
    asTokensAllowNow: (level: string) => `as many tokens allow: ${level}`,
    ownText: 'your own text',
    shippedText: 'which comes with this page: prose in many languages, dialogue, code, tables and mathematics',
    textIs: (what: string) => `{text}, ${what}. {choice} {statistics|Use saved statistics…}`,
    textIsOf: (what: string, tokens: string) =>
      `{text}, ${what}: ${tokens}. {choice} {statistics|Use saved statistics…}`,
    aboutTokens: (count: number) => `about ${plural(count, 'token')}`,
    inTemplate: 'It is read as turns in the model’s chat template.',
    fewSeconds: 'A few seconds',
    aboutTime: (time: string) => `About ${time}`,
    /** The same within a sentence. */
    fewSecondsInside: 'a few seconds',
    aboutTimeInside: (time: string) => `about ${time}`,
    layerAfterLayer:
      'Layer after layer: each layer is aimed at what the original puts out, from what the quantized layers before ' +
      'it give, and hands its rounding errors on from column to column.',
    onePass:
      'One pass: codes move one by one to where the original’s inputs make least of the error. Less is gained than ' +
      'layer after layer, and fewer tokens are needed.',
    fewTokens: 'There are few tokens for that: one pass is safer, or more text.',
    /** How a calibration goes; `basis`: what the time is known from; `others`: tensors that it does not serve. */
    calibrates: (
      { tokens, heldBack, time, memory }: Record<'tokens' | 'heldBack' | 'time' | 'memory', string>,
      stretch: number,
      basis: 'a timing' | 'the last run',
      served: number,
      others: number,
    ) => {
      const from = basis === 'a timing' ? 'a product timed here' : 'the last calibration here';
      const how =
        `${tokens} tokens calibrate in stretches of ${stretch}, ${heldBack} judge: a matrix whose outputs they do ` +
        `not find better keeps lowest-error (types that have none: llama.cpp’s search). {strong|${time}}, from ` +
        `${from}; up to ${memory} of memory. It serves ${plural(served, 'tensor')}`;
      return others === 0
        ? `${how}.`
        : `${how}; ${plural(others, 'tensor')} will be written by other methods, as the list below says: {names}.`;
    },
    fewest: (fewest: string, most: string) => `Fewer than ${fewest} tokens are refused; gains grow up to some ${most}.`,

    keepOutput: 'Keep the output matrix as it is',
    keepOutputNote: 'It turns the last layer into words and is often worth its bytes.',
    pure: 'The same type for every tensor',
    pureNote: 'Without it a file type may give some tensors more bits by llama.cpp’s rules.',
    requantize: 'Quantize tensors that are quantized already',
    requantizeNote: 'Errors add up; the full-precision model gives a better file.',
    keepSplit: 'As many files as the model has',
    keepSplitNote: 'Without it the output is one file.',
    outputType: 'Type of the output matrix',
    embeddingType: 'Type of the token embedding',
    asFileType: 'as the file type says',
    prune: 'Layers to leave out',
    pruneNone: 'none',
    pruneNote:
      'Numbers from 0, with commas between them. Layers behind them move up. What that does to the answers, only ' +
      'running the output tells.',
    measureReference: 'Measure llama.cpp’s method as well',
    measureReferenceNote:
      'The result then shows both errors on your weights. It searches every tensor twice; the file stays the same.',
    workers: 'Workers',
    workersNote: 'The bytes are the same with any number. More are faster and take more memory.',
    rules: 'Rules by name',
    rulesNote: 'A regular expression looked for in the tensor’s name; the first that is found decides. {flag}',
    removeRule: (pattern: string) => `Remove the rule ${pattern}`,
    remove: 'Remove',
    removeKey: (key: string) => `Remove ${key}`,
    pattern: 'Pattern',
    typeForMatches: 'Type for tensors that match',
    addRule: 'Add rule',
    foundIn: (tensors: number) => `found in ${plural(tensors, 'tensor')}`,
    notExpression: 'not a regular expression',
    metadata: 'Metadata to set',
    metadataNote: 'In the output only. {flag}',
    key: 'Key',
    typeOfValue: 'Type of the value',
    value: 'Value',
    valueExample: 'value',
    set: 'Set',

    becomes: 'What becomes of each tensor',
    name: 'name',
    from: 'from',
    to: 'to',
    why: 'why',
    scaleSearchColumn: 'scale search',
    scaleSearchHint: 'The method that writes it: the one that was chosen, or what there is for this tensor and type',
    shape: 'shape',
    bytesBefore: 'bytes before',
    bytesAfter: 'bytes after',
    convertedTo: (types: string) => `to ${types}`,
    copied: (count: string) => `${count} copied as they are`,
    convertedAndCopied: (types: string, count: string) => `to ${types}; ${count} copied as they are`,

    matrixWaits: 'An importance matrix that is dropped here waits for its model.',
    noMatrix:
      'No {imatrix|importance matrix}. With one (imatrix.gguf or imatrix.dat, dropped here or chosen), errors go ' +
      'where they matter least. {choose|Choose a matrix}',
    matrixIs: (entries: number) => `{imatrix|Importance matrix} {file}: ${plural(entries, 'entry', 'entries')}.`,
    matrixIsOf: (entries: number) =>
      `{imatrix|Importance matrix} {file}: ${plural(entries, 'entry', 'entries')} of {texts}.`,
    matrixMeasured: (entries: number, chunks: number) =>
      `{imatrix|Importance matrix} {file}: ${plural(entries, 'entry', 'entries')}, measured on ` +
      `${plural(chunks, 'chunk')}.`,
    matrixMeasuredOf: (entries: number, chunks: number) =>
      `{imatrix|Importance matrix} {file}: ${plural(entries, 'entry', 'entries')}, measured on ` +
      `${plural(chunks, 'chunk')} of {texts}.`,
    removeMatrix: 'Remove the matrix',
    saveMatrix: 'Save it',
    matrixKept: 'It is kept until you open the model it was made for.',
    matrixHas: (has: string, converted: number) =>
      `It has ${has} of the ${plural(converted, 'tensor')} to be converted.`,
    matrixLacks: (has: string, converted: number) =>
      `It has ${has} of the ${plural(converted, 'tensor')} to be converted; without importance: {names}.`,
    makeFromText: 'Make one from a text {aside|the model reads it here, and what its columns meet is measured}',
    makingMatrix: 'Making the importance matrix',
    paused: (share: string) => `${share}, paused`,
    left: (share: string, time: string) => `${share}, about ${time} left`,
    noneCanBeMade: 'None can be made here. {why}',
    meanSquare: (text: string) =>
      'For every column of every matrix: the mean square of what it is multiplied with while the model reads ' +
      `${text}. Quantizing then errs where that is small.`,
    makeMatrix: 'Make an importance matrix',
    whichMatter: 'Which layers and columns matter {aside|the figures of llama-imatrix --show-statistics}',
    readingMatrix: 'Reading the matrix…',
    importanceTable: 'Importance of each tensor',
    columns: 'columns',
    columnsHint: 'Of all its matrices',
    sumHint: 'Sum over its columns of the mean square of what they meet',
    largest: 'largest',
    timesMean: 'times the mean',
    largestHint: 'The most important column over the mean of all',
    mostImportant: 'most important columns',
    mostImportantHint: 'The first first; of experts, the expert before the colon',
    evenness: 'evenness',
    evennessHint:
      'Entropy of the columns’ shares in Σ E[a²], over the largest it could be: 100 % when all matter the same',
    active: 'active',
    activeHint: 'Share of columns with E[a²] above 0.00001',
    zdHint: 'Share of columns more than a standard deviation above the mean',
    likeBefore: 'like the layer before',
    likeBeforeHint: 'Cosine of the angle between its importance and that of the same tensor one layer before',
    meanOf: 'mean of E[a²]',
    ofTheLargest: '% of the largest',
    meanOfLargest: (share: string) => `${share} of the largest mean of E[a²]`,
    columnsOf: (count: string) => `${count} columns`,
    importanceByLayer: 'Importance by layer',
    importanceByLayerNote:
      'E[a²] is the mean square of what a column is multiplied with; here its mean over the columns of a matrix. ' +
      'One line for each input: matrices that share one have the same importance.',
  },

  /** Run: while it is quantized. */
  run: {
    title: 'Run',
    status: {
      none: 'nothing is running',
      paused: 'paused',
      calibrating: 'calibrating',
      running: 'running',
      done: 'finished',
      stopped: 'stopped',
      failed: 'failed',
    },
    nothingYet:
      'Nothing runs yet: open a model and choose a type. Then there are progress in bytes, tensors and weights per ' +
      'second, and a map of the error that fills as tensors finish.',
    nothingKept: 'Nothing was kept of the output.',
    stopped: 'Stopped. Nothing was kept of the output.',
    calibrated: (share: string) => `{strong|${share}} calibrated`,
    answersMeasured: (share: string) => `{strong|${share}} of the answers measured`,
    layerOf: (layer: string, layers: string) => `{layer|layer} {strong|${layer}} of ${layers}`,
    leftOfCalibrating: (time: string) => `about {strong|${time}} left of calibrating`,
    leftOfMeasuring: (time: string) => `about {strong|${time}} left of measuring`,
    choosingCodes: (matrix: string) => `choosing the codes of ${matrix}`,
    throughLayer: (text: string) => `${text} goes through the layer`,
    choosingBy: (statistics: string) => `choosing codes by ${statistics}`,
    whatAnswers: 'what lowest-error would answer, and what was calibrated',
    fromTo: '{from} {quiet|to} {to}',
    again: 'Run again',
    toResult: 'To the result',
    /** Of the bar. */
    written: 'Written',
    answersMeasuredBar: 'Answers measured',
    calibratedBar: 'Calibrated',
    reading: (text: string) => `Reading ${text}…`,
    tensorsOf: (done: string, all: number) =>
      `{strong|${done}} of ${integer(all)} {tensor|${all === 1 ? 'tensor' : 'tensors'}}`,
    read: (done: string, all: string) => `{strong|${done}} of ${all} read`,
    writtenOf: (done: string, all: string) => `{strong|${done}} of ${all} written`,
    speed: (weights: string, workers: number) =>
      `{strong|${weights}} weights/s on ${integer(workers)} {worker|${workers === 1 ? 'worker' : 'workers'}}`,
    left: (time: string) => `{strong|${time}} left`,
    took: (time: string) => `in {strong|${time}}`,
    map: 'Relative error, layer by role',
    mapNote:
      'One cell for each role in each layer, filled when its tensor is finished: RMS error over the RMS of the ' +
      'weights.',
    mapTitle: 'Relative error by layer and role',
    layer: 'layer',
    errorOfRole: (role: string) => `relative error of ${role}`,
    errorOf: (share: string) => `${share} relative error`,
    tensorAs: (tensor: string, type: string) => `${tensor}, ${type}`,
    keepAwake: 'Keep the screen on while it runs',
    cannotStayAwake:
      'This browser cannot keep the screen on: see that the computer does not fall asleep before the run ends.',
    notAwake: (why: string) => `The browser does not do it now: ${why}`,
    notify: 'Notify me when it ends, if I am elsewhere',
    cannotNotify: 'This browser has no notifications; the title of the tab says how far the run is.',
    mayNotNotify: 'The browser does not allow this page to notify; its settings for this site can change that.',
  },

  /** What the page says of itself while it works: notices and problems. */
  state: {
    notOpened: (name: string) => `Not opened: ${name}`,
    stillOpen: (name: string) => `The open model is still ${name}.`,
    andOtherFiles: (name: string, others: number) => `${name} and ${plural(others, 'other file')}`,
    noWeights:
      'There are no weights in it. The files beside the weights of a model are opened with them: drop the whole ' +
      'folder. By themselves this page takes JSON files that Nibble wrote: receipts, measurements and recipes.',
    noFiles:
      'The browser shows no file in it. Files that are links, as those of a download cache are, it leaves out of a ' +
      'folder: choose or drop the files themselves, all together.',
    notMatrix: (name: string) => `Not used as importance matrix: ${name}`,
    notReceipt: (name: string) => `Not used as receipt: ${name}`,
    notUsed: (name: string) => `Not used: ${name}`,
    measuredOnOther: (files: string) =>
      `It was measured on ${files}, and another model is open. Open that model, or measure this one.`,
    theText: (name: string) =>
      `The text that ships with this page (${name}) did not come: it is fetched when it is first needed, and kept ` +
      'from then on. Try again with a network, or use a text of your own.',
    theModel: (name: string) =>
      `The model that ships with this page (${name}) did not come: it is fetched when it is first needed, and kept ` +
      'from then on. Try again with a network, or use one of your own.',
    /** Of the page’s private storage. */
    noRoom: (needed: string, room: string, missing: string, ways: string) =>
      `The output takes ${needed}, and this browser has room for ${room} more in this page’s private storage: ` +
      `${missing} are missing. To go on, ${ways}.`,
    or: ', or ',
    freeSpace: 'free space on the disk',
    deleteOutput: 'delete the output under Result',
    askFirst: 'choose “Ask first where to save”',
    measureFewer: 'measure fewer types',
    removed: (size: string) => `Removed from private storage: ${size}`,
    removedWhat: (outputs: number) =>
      outputs === 1
        ? 'An output of this page, kept there by a tab that was closed or reloaded.'
        : `${plural(outputs, 'output')} of this page, kept there by a tab that was closed or reloaded.`,
    notDeleted: 'Not all could be deleted from private storage',
    notStarted: (output: string) => `Not started: ${output}`,
    notFinished: (output: string) => `Not finished: ${output}`,
    finished: (output: string) => `Finished: ${output}`,
    begunMeanwhile: 'Something else was begun meanwhile, so nothing ran.',
    noPlace: 'No place to save was chosen, so nothing ran.',
    notCompared: (name: string) => `Not compared with ${name}`,
    answersNotCompared: (name: string) => `Answers not compared: ${name}`,
    answersNotMeasured: 'Answers not measured',
    outputsNotMeasured: 'Outputs were not measured',
    notSampled: 'The weights could not be sampled',
    onlyGguf: 'Only GGUF files are run here.',
    notReadBack: 'The output cannot be read back here.',
    writtenNotReadBack: 'What was written cannot be read back here.',
    cost: (tokens: string, time: string, memory: string) =>
      `${tokens} tokens, about ${time}, up to ${memory} of memory`,
    costWithGpu: (tokens: string, time: string, memory: string) =>
      `${tokens} tokens, about ${time}, up to ${memory} of memory, and as much of the GPU’s`,
    computedBy: (engine: string) => `Computed by ${engine}.`,
    noMatrix: 'No importance matrix was made',
    matrixMade: 'Importance matrix made',
    matrixRead: (model: string, tokens: number, text: string) => `${model} read ${tokens} tokens of ${text}.`,
    matrixInUse: 'It is in use.',
    nothingToCalibrate: 'No matrix of a layer gets a type whose codes can be chosen, so there is nothing to calibrate.',
    textBeingRead: 'The text is still being read. Try again in a moment.',
    measuringStopped: 'Measuring was stopped; figures are about the tensors measured so far.',
    nats: (value: string) => `${value} nats`,
    divergenceHint: (error: string, tokens: string, text: string) =>
      `Measured: mean divergence of its answers from the original's, ± ${error}, over ${tokens} scored tokens of ` +
      `${text}`,
    modelIsNoGguf: 'llama.cpp reads GGUF files, and this model is none.',
    outputIsNoGguf: 'llama.cpp reads GGUF files, and this output is none.',
    tooLargeToTry: (size: string, most: string) => `It has ${size}; up to ${most} fit into this page.`,
  },

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
