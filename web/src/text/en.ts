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
      'It becomes a smaller {gguf|GGUF} file of the type you choose, for nearly all types the same bytes that ' +
      'llama-quantize writes, with figures that say where the error went. Everything happens on this computer: ' +
      'nothing is uploaded, and the page works without a network after the first visit.',
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
    whereBytesNote: 'Tensor data of the file, by what each tensor does in its layer. Decimal units: 1 MB is 10⁶ bytes.',
    bytesUnit: 'bytes',
    tensorsTab: (count: string) => `Tensors, ${count}`,
    metadataTab: (keys: number) => `Metadata, ${plural(keys, 'key')}`,
    standOut: 'Columns that stand out',
    compare: 'Compare with another file',
    check: 'Check',
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
    histogramOf: (tensor: string) => `Show the weights of ${tensor} as a chart`,
    weightsOf: 'Weights of a tensor',
    /** {tensor}: its name. */
    weightsNote: (weights: string, rms: string) =>
      `{tensor}: ${weights} weights of the sample, in steps of a third of their rms, ${rms}; what lies beyond 4 rms ` +
      'is in the outermost bars. Choose a tensor by its histogram in the table above.',
    folder: 'Hugging Face folder',
  },

  /** Plan: how it is quantized. */
  plan: {
    title: 'How small, how good, does it fit?',
    /** What file types are, where a language does not leave that to the core, which says it in English. */
    typeSummaries: {} as Readonly<Record<string, string>>,
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
    writtenTab: 'What is written',
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
    usualAnswers: 'Measure the answers of the usual types',
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

    written: {
      nothing:
        'The whole model, and nothing beside it. More can be chosen here for the folder of a model that looks at ' +
        'images, of one that predicts several tokens at once (MTP), and with a LoRA adapter, whose folder is dropped ' +
        'after the model’s; and a GGUF file can become a folder again.',
      inModel: 'In the model’s file',
      adapters: 'LoRA adapters',
      adaptersHow:
        'Drop the folder that PEFT wrote (adapter_config.json, adapter_model.safetensors). It is added to the ' +
        'weights while they are read, times its strength, or written by itself, below.',
      merge: (name: string) => `Merge ${name}`,
      strength: 'Strength',
      strengthOf: (name: string) => `Strength of ${name}`,
      next: (layers: number) =>
        `${plural(layers, 'layer')} that ${layers === 1 ? 'predicts' : 'predict'} further tokens`,
      nextHow:
        'Multi-token prediction (MTP): llama.cpp uses them to guess tokens ahead. The model answers the same without ' +
        'them, and is smaller.',
      nextChoices: { keep: 'Keep', drop: 'Leave out', only: 'Write them alone' },
      dense: 'The layers behind the pooling as well',
      denseHow: 'Of sentence-transformers (2_Dense, 3_Dense): embeddings pass through them last.',
      beside: 'A file beside it',
      projector: 'What looks at images',
      projectorHow:
        'llama.cpp takes it beside the model: llama-server --mmproj. Quantizing the model leaves it as it is.',
      adapterAlone: (name: string) => `The adapter ${name} by itself`,
      adapterHow: 'llama.cpp adds it to the model when it is run: llama-cli --lora. The model stays as it is.',
      back: 'Back to a folder',
      folder: 'The Hugging Face folder it was converted from',
      folderHow:
        'Names, shapes and order of rows as its class in transformers has them; quantized weights are decoded. Save ' +
        'its files together in one folder.',
      typeOf: (what: string) => `Type of: ${what}`,
      size: (size: string, files: number) => (files === 1 ? size : `${size} in ${plural(files, 'file')}`),
      reading: 'Its headers are read…',
      write: 'Write {file}',
      writeFolder: 'Write the folder',
    },

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
    keptForLater: 'What was written is kept, and a run can go on with it.',
    cutShort: 'Runs that were cut short',
    wasCutShort: (type: string, share: string, size: string) =>
      `The run that makes ${type} of {title} was cut short: ${share} of ${size} are written.`,
    goOn: 'Go on',
    chooseAgain: 'Choose the same model to go on',
    discard: 'Discard',
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
    adapterFirst:
      'An adapter changes a model: open the folder of the model that it was trained for first, then drop the ' +
      'adapter’s.',
    adapterNoFolder:
      'An adapter names layers as its model’s folder does, and what is open is not such a folder. Open the folder ' +
      'that the model was published in (config.json and safetensors files), then drop the adapter’s.',
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
    takenUpElsewhere: 'Another tab of this page goes on with it.',
    matrixFirst: (name: string) => `The run used the importance matrix ${name}. Open it as well, then go on.`,
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

  /** What figures mean. */
  definitions: { ...definitions, answersOf },

  /** Words that a newcomer does not know. */
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

  /** Result: what came out. */
  result: {
    title: 'Result',
    afterARun: 'after a run',
    nothing:
      'Nothing was quantized yet. After a run: the file, its SHA-256, and where the error went, by layer and role, ' +
      'over all weights, tensor by tensor.',
    more: 'More of the result',
    tabs: {
      answers: 'Answers',
      try: 'Try it',
      calibrated: 'Calibrated',
      layers: 'Layers',
      distribution: 'Distribution',
      blocks: 'Blocks',
      tensors: 'Tensors',
      bytes: 'Codes and bytes',
      shelf: 'Shelf',
      receipt: 'Receipt',
    },
    tryIt: 'Try it',
    tryAnother: 'Try another type',
    compareResults: (count: number) => `Compare ${count} results`,
    /** Its size: {after}, {before} of what it was made from. */
    size: '{after} instead of {before}',
    made: (type: string, tensors: number, time: string, workers: number, kernel: string) =>
      ` as ${type}, ${plural(tensors, 'tensor')}, in ${time} on ${plural(workers, 'worker')} (${kernel} kernels)`,
    weights: 'weights: {decibels} {sqnr|signal to noise}',
    answersGoing: (share: string) => `answers: being compared, ${share}`,
    answersFound:
      'answers: the same first choice for {share} ± {error} of {tokens|tokens}, {divergence} nats {apart|apart}',
    thisResult: 'this result',
    copied: 'Every tensor was copied as it was, so there is no error to show.',
    copy: 'Copy',
    sameEverywhere: 'the same in every browser, and for any number of workers',
    sameAsReceipt: 'The same bytes as the receipt’s run.',
    otherThanReceipt: (hashes: string) => `Other bytes than the receipt says: ${hashes}.`,
    /** Heads of tables and names of exported columns. */
    heads: {
      role: 'role',
      layer: 'layer',
      type: 'type',
      tensor: 'tensor',
      tensors: 'tensors',
      block: 'block',
      column: 'column',
      code: 'code',
      weights: 'weights',
      from: 'from',
      to: 'to',
      method: 'method',
      size: 'size',
      bytes: 'bytes',
      before: 'before',
      after: 'after',
      error: 'error',
      name: 'name',
      largestError: 'largest error',
      signalToNoise: 'signal to noise',
    },
    blocks: {
      label: 'Histogram of block errors',
      value: 'RMS error',
      x: 'RMS error of a block',
      one: 'block',
      many: 'blocks',
      none: 'No block of these has an error.',
      title: 'Errors of blocks',
      /** {looked}: which tensors; `length`: of all blocks, null where they differ. */
      note: (blocks: string, length: number | null) =>
        `{looked}: ${blocks} blocks ${length === null ? 'of several lengths' : `of ${length} weights`} by ` +
        '√(Σ (x − y)² / n) over the n weights of the block. {height}',
      worstMark: (error: string) => `worst ${error}`,
      worst: (count: number) => `The ${count} worst blocks`,
      closed: 'The model they are from is no longer open; open it again to look at them in the Lab.',
      list: 'The worst blocks',
      table: 'Worst blocks',
      firstWeight: 'first weight',
      lab: 'Lab',
      alone: 'Show this tensor alone',
      toLab: (rank: number) => `Worst block number ${rank} to the Lab`,
    },
    calibrated: {
      title: 'Calibrated',
      /** Name of a part: `expert` of a matrix that holds several. */
      expert: (name: string, expert: number) => `${name}, expert ${expert}`,
      kept: {
        calibrated: 'calibrated',
        'no better': 'not calibrated: it was no better',
        'too few tokens': 'not calibrated: too few tokens met it',
      },
      matrix: 'matrix',
      left: 'error left',
      leftHint:
        'Of the squared error of its outputs over the tokens held back, what is left of what lowest-error leaves ' +
        '(IQ2, IQ3: llama.cpp’s search weighted by this text, which is also what they keep); layer after layer the ' +
        'outputs are those it is aimed at',
      tokens: 'tokens',
      tokensHint: 'That met it and calibrated',
      columns: 'columns',
      fromTo: (first: number, last: number) => `${first} to ${last}`,
      writtenAs: 'written as',
      /** How it was calibrated: {text} is the name of the text; {left} what is left, the median. */
      how: {
        'one-pass': (tokens: string, time: string) => `In one pass by {text}, ${tokens} tokens, in ${time}.`,
        layers: (tokens: string, time: string) => `Layer after layer by {text}, ${tokens} tokens, in ${time}.`,
      },
      howInTurns: {
        'one-pass': (tokens: string, time: string) =>
          `In one pass by {text}, as turns in the model’s chat template, ${tokens} tokens, in ${time}.`,
        layers: (tokens: string, time: string) =>
          `Layer after layer by {text}, as turns in the model’s chat template, ${tokens} tokens, in ${time}.`,
      },
      nearer: (heldBack: string, served: string, matrices: number) =>
        `Judged by ${heldBack} other tokens of it, ${served} of ${plural(matrices, 'matrix', 'matrices')} give ` +
        'outputs nearer to what is wanted of them than without calibrating.',
      nearerLeft: (heldBack: string, served: string, matrices: number) =>
        `Judged by ${heldBack} other tokens of it, ${served} of ${plural(matrices, 'matrix', 'matrices')} give ` +
        'outputs nearer to what is wanted of them than without calibrating: {left} of its squared error is left ' +
        '(the median).',
      stay: (matrices: number) => `${plural(matrices, 'matrix', 'matrices')} stay as without calibrating: {names}.`,
      evidence: (damping: string) => `SHA-256 of the text {sha}, damping ${damping}. {repeatable}`,
      repeatable: 'With the same text, tokens and level the same bytes come out, here or on the command line.',
      repeatableFromGpu: (engine: string) =>
        `Computed by ${engine}, whose last digits are its own: the same bytes come out of the file of its statistics ` +
        'only.',
      statistics: (size: string) =>
        `Statistics: ${size}, SHA-256 {sha}. Codes chosen by them again are the same, and no text has to be read.`,
      saveStatistics: 'Save the statistics',
      matrixByMatrix: 'Matrix by matrix',
      whatIsLeft: 'what is left of the error of its outputs',
      table: 'What calibrating left of each matrix’s error',
      beside: 'Answers before and after',
      answers: 'answers, against the original’s',
      lowestError: 'lowest error',
      after: 'calibrated',
      rows: {
        divergence: 'mean divergence, nats',
        divergenceHint:
          'Mean divergence (Kullback–Leibler) of the next token’s probabilities from the original’s, ± standard error',
        worst: '99 % below, nats',
        worstHint: '99 of 100 positions have a divergence below this',
        top: 'same first choice',
        topHint: 'Share of positions for which the same token is the most likely one; ± its standard error',
        kept: 'probability kept',
        keptHint: 'What is left, on average, of the probability that the original gives the text’s next token',
      },
      measured: (positions: string, heldBack: string, time: string) =>
        `The same types and bytes; ${positions} positions of the ${heldBack} tokens held back, measured in ${time}.`,
      helped: (share: string) => `Calibrating leaves ${share} of lowest-error’s divergence.`,
      notHelped: 'Calibrating did not help here: lowest-error answers at least as well on these tokens.',
    },
    layers: {
      title: 'Error by layer',
      note: (definition: string) =>
        'One line for each role. Choose a point, or a role below, and all views of the result show that part. ' +
        definition,
      measure: 'Measure',
      relative: 'relative error',
      relativeUnit: '% of the weights’ RMS',
      relativeValue: (value: string) => `${value} relative error`,
      sqnr: 'signal to noise',
      sqnrValue: (value: string) => `${value} signal to noise`,
    },
    histogram: {
      label: 'Histogram of the absolute error',
      labelSigned: 'Histogram of the error with its sign',
      value: 'error',
      x: 'absolute error of a weight',
      xSigned: 'decoded minus original',
      one: 'weight',
      many: 'weights',
      title: 'How large the errors are',
      buckets: 'Buckets',
      fine: 'logarithmic',
      signed: 'both signs',
      coarse: (width: string) => `${width} each`,
      /** What is counted: {looked} tensors. */
      noteFine: (weights: string) => `{looked}: ${weights} weights by |x − y|.`,
      noteFineZero: (weights: string, zero: string) =>
        `{looked}: ${weights} weights by |x − y|; ${zero} without any error are not drawn.`,
      noteSigned: (weights: string) =>
        `{looked}: ${weights} weights by y − x, x before and y after; the marks are of its size.`,
      noteSignedZero: (weights: string, zero: string) =>
        `{looked}: ${weights} weights by y − x, x before and y after; the marks are of its size; ${zero} without ` +
        'any error are not drawn.',
      noteCoarse: (weights: string, width: string) =>
        `{looked}: ${weights} weights by |x − y|, in the ${width} wide buckets of quantize-stats (the last of its ` +
        '150, paler, is open).',
      halfFloats:
        'Single bars that stand out among small errors are in the weights: stored in 16 bits, they differ by whole ' +
        'steps.',
      quantiles: 'Quantiles are known of single tensors, and of all together.',
      marks: {
        median: (value: string) => `median ${value}`,
        p95: (value: string) => `95 % ${value}`,
        p999: (value: string) => `99.9 % ${value}`,
        max: (value: string) => `largest ${value}`,
      },
      none: (weights: number) => `No weight of these has an error (${plural(weights, 'weight')}).`,
      all: 'All converted tensors',
      part: (name: string, tensors: number) => `${name} (${plural(tensors, 'tensor')})`,
    },
    table: {
      title: 'Tensor by tensor',
      label: 'Error of each tensor',
      alone: 'Show this tensor alone in all views',
      relative: 'relative',
      weighted: 'weighted',
      ofReference: (method: string) => `of ${method}’s`,
      noError: 'no error',
      largest: 'largest',
      median: 'median',
      p95: '95 %',
      bias: 'bias',
      clipped: 'clipped',
      zeros: 'zeros',
      notFinite: 'not finite',
      worst: 'worst block',
      worstHint: 'Number of the block with the largest root mean square error, from 0; shows it in the Lab',
      showWorst: (block: string, tensor: string) => `Show block ${block} of ${tensor} in the Lab`,
    },
    focus: {
      label: 'What the views show',
      layer: 'Layer',
      everyLayer: 'every layer',
      oneLayer: (layer: number) => `layer ${layer}`,
      role: 'Role',
      everyRole: 'every role',
      all: (tensors: string) => `all ${tensors} converted tensors`,
      everything: (name: string) => `Show everything, not only ${name}`,
      some: (tensors: string, all: string) => `${tensors} of ${all} tensors`,
      worst: (block: string, tensor: string, error: string) => `Block ${block} of ${tensor}, RMS error ${error}`,
      closed: 'The model it is from is no longer open',
      openWorst: 'Open the worst block in the Lab',
      openItsWorst: 'Open its worst block in the Lab',
    },
    pair: {
      ratio: 'relative error of the second over the first’s',
      ratioValue: (value: string) => `${value} of the first’s relative error`,
      title: 'Error of the second over the first’s',
      note: (second: string, first: string, definition: string) =>
        `The relative error of ${second}’s tensors over that of ${first}’s, by layer, one line for each role. ` +
        `Below 1 the second lost less. ${definition}`,
      twoModels: 'They are made from two models, {first} and {second}: figures say how far each is from its own.',
      sameSize: 'Both have the same size.',
      larger: (by: string, share: string) => `The second is ${by} larger: ${share} of the first.`,
      smaller: (by: string, share: string) => `The second is ${by} smaller: ${share} of the first.`,
      sameError: (ratio: string) => `The weights of the second have ${ratio} times the relative error of the first’s.`,
      moreError: (ratio: string, decibels: string) =>
        `The weights of the second have ${ratio} times the relative error of the first’s (${decibels} more).`,
      lessError: (ratio: string, decibels: string) =>
        `The weights of the second have ${ratio} times the relative error of the first’s (${decibels} less).`,
      sameTypes: 'Every tensor of both has the same type.',
      otherTypes: (tensors: number, list: string) =>
        `${plural(tensors, 'tensor')} ${tensors === 1 ? 'has' : 'have'} another type: ${list}.`,
      change: (tensors: string, from: string, to: string) => `${tensors} ${from} → ${to}`,
      only: (first: number, second: string) =>
        `${plural(first, 'tensor')} only in the first, ${second} only in the second.`,
      neither: 'The answers of neither were measured.',
      notFirst: 'The answers of the first were not measured: show it, and compare under Answers.',
      notSecond: 'The answers of the second were not measured: show it, and compare under Answers.',
      otherTexts: (tokens: [string, string], texts: [string, string]) =>
        `Answers were measured on different texts (${tokens[0]} tokens of ${texts[0]}, ${tokens[1]} of ` +
        `${texts[1]}), so their figures are not compared.`,
      answers: (top: [string, string], divergence: [string, string], tokens: string, text: string) =>
        `The first choice is the original’s for ${top[1]} of tokens instead of ${top[0]}; the mean divergence is ` +
        `${divergence[1]} instead of ${divergence[0]} nats, on ${tokens} tokens of ${text}.`,
      answersTimes: (
        top: [string, string],
        divergence: [string, string],
        times: string,
        tokens: string,
        text: string,
      ) =>
        `The first choice is the original’s for ${top[1]} of tokens instead of ${top[0]}; the mean divergence is ` +
        `${divergence[1]} instead of ${divergence[0]} nats, ${times} times as much, on ${tokens} tokens of ${text}.`,
      facts: {
        model: 'model',
        type: 'type',
        search: 'scale search',
        importance: 'importance',
        noImportance: 'none',
        size: 'size',
        bits: 'bits per weight',
        sqnr: 'signal to noise',
        relative: 'relative error',
        rmse: 'RMSE',
        largest: 'largest error',
        top: 'same first choice',
        divergence: 'mean divergence, nats',
        worst: '99 % below, nats',
        tokens: 'scored tokens',
        tokensOf: (tokens: string, text: string) => `${tokens}, ${text}`,
        run: 'run',
        runOn: (time: string, workers: number) => `${time} on ${plural(workers, 'worker')}`,
        sha: 'SHA-256 begins',
      },
      figures: 'Both results in figures',
      whole: 'of the whole file',
      first: 'first',
      second: 'second',
      used: (type: string, entropy: string, bits: number) => `${type} ${entropy} of ${bits} bits`,
      noneUsed: 'none',
      codes: (first: string, second: string) =>
        `Bits that a code carries (entropy, −Σ p log₂ p): the first ${first}; the second ${second}.`,
      noCommonType: 'No type is in both.',
      codesTitle: 'Use of the codes in both',
      codesNote: (type: string) =>
        `Bars are the first’s ${type}, the outline is the second’s; the dashed line is even use.`,
      codeType: 'Type',
      ofFirst: 'weights of the first',
      ofSecond: 'weights of the second',
    },
    readBack: {
      packed: (tensors: number) => `Read back: ${plural(tensors, 'tensor')}, in the places that were planned.`,
      asPlanned: (tensors: number) =>
        `Read back: ${plural(tensors, 'tensor')}, names, types, sizes and places as planned.`,
      differs: 'the header of the output differs from the plan',
      differsAt: (tensor: string) => `the header of the output differs from the plan at ${tensor}`,
      failed: (why: string) => `Reading the output back failed: ${why}. Do not use this file.`,
      doNotUse: (file: string) => `Do not use ${file}`,
      why: (why: string) => `Reading it back failed: ${why}.`,
    },
    /** The report as a file. */
    report: {
      title: (file: string) => `${file}: report`,
      table: 'Table',
      model: 'Model',
      type: 'Type',
      typeOf: (type: string, method: string) => `${type}, method ${method}`,
      size: 'Size',
      sizeOf: (after: string, exact: string, before: string, bits: string) =>
        `${after} (${exact}) instead of ${before}, ${bits} bits per weight`,
      run: 'Run',
      runOf: (tensors: number, time: string, workers: number, version: string) =>
        `${plural(tensors, 'tensor')} in ${time} on ${plural(workers, 'worker')}, Nibble ${version}`,
      options: 'Options',
      sqnr: 'signal to noise',
      rmse: 'RMSE',
      rmseWith: (method: string) => `RMSE with ${method}`,
      max: 'largest error',
      median: 'median error',
      p95: '95 % below',
      bias: 'bias',
      error: 'The error',
      tensors: 'Tensor by tensor',
    },
    figures: {
      output: 'The output',
      outputAndError: 'The output and its error',
      errorOf: (part: string) => `The error of ${part}`,
      bits: 'bits per weight',
      ofSize: (share: string) => `${share} of the size`,
      sqnr: 'signal to noise',
      relative: (share: string) => `${share} relative`,
      rmse: 'RMSE',
      rmsWeight: (value: string) => `weights have an RMS of ${value}`,
      over: (method: string) => `RMSE over ${method}’s`,
      reference: (method: string, rmse: string) => `${method}: ${rmse}`,
      weighted: 'weighted RMSE',
      byImportance: 'weighted by importance',
      largest: 'largest error',
      median: 'median error',
      p95: '95 % below',
      bias: 'bias',
      clipped: 'clipped',
      zeros: 'zeros',
      weights: (count: string) => `${count} weights`,
      notFinite: 'NaN or infinite',
      none: 'none',
    },
    row: {
      title: 'A row before and after',
      failed: (row: number, tensor: string) => `Row ${row} of ${tensor} could not be read`,
      noOutput: 'A row before and after is read from both files: the output is no longer here.',
      noModel: 'A row before and after is read from both files: the model is no longer here.',
      note: (row: string, first: string, last: string, error: string) =>
        `{tensor}, row ${row}, columns ${first} to ${last}: the line is the original, a dot what it decodes to; ` +
        `below, the difference of each, on its own scale: together an RMS error of ${error}. Choose a tensor in the ` +
        'table above.',
      row: 'Row',
      fromColumn: 'from column',
      reading: 'Reading the row.',
    },
    save: {
      gone: 'The output is not kept any more; its figures stay. The shelf has a button that makes it again.',
      picked: 'Saved as {name}, in the file you chose.',
      together: (files: number) =>
        `Put these ${plural(files, 'file')} into one folder, under these names: Transformers, GPTQModel and vLLM ` +
        'open the folder as it is.',
      private: (size: string) =>
        `Kept in this browser’s private storage, ${size}, while room lasts or until you {deleteIt}. After this tab ` +
        'is closed or reloaded it cannot be saved any more, and is removed when the page is next opened.',
      deleteIt: 'delete it',
      memory: 'Kept in memory until the page is closed or another run is finished.',
      /** A button; {name} is the file's. */
      button: (size: string) => `Save {name} (${size})`,
    },
    shelf: {
      label: 'Results of this visit',
      intro: (results: number, kept: string, most: string, mostResults: number) =>
        `${plural(results, 'result')} of this visit, the newest first. This page keeps ${kept} of their outputs, ` +
        `beside the newest at most ${most} and as much as the browser has room for, and the figures of ` +
        `${mostResults}: the oldest go first. Nothing is kept after this tab is closed.`,
      two: 'Two beside each other',
      and: 'and',
      first: 'First result',
      second: 'Second result',
      chooseTwo: 'Choose two different results.',
      afterAnother: 'After another run, any two can be compared here.',
      name: (number: number, type: string, method: string) => `${number}: ${type}, ${method}`,
      nameOf: (number: number, type: string, method: string, model: string) =>
        `${number}: ${type}, ${method}, ${model}`,
      onShow: 'on show',
      of: (size: string) => `of ${size}`,
      sqnr: 'weights, signal to noise',
      answers: (tokens: string, divergence: string) => `same first choice, ${tokens} tokens; ${divergence} nats`,
      notMeasured: 'answers not measured',
      sha: 'SHA-256 begins',
      show: 'Show',
      remove: 'Remove',
      removeFrom: (name: string) => `Remove ${name} from the shelf`,
      openAgain: (model: string) => `To run it again, open ${model} again.`,
      matrixAgain: (matrix: string) => `To run it again, choose its importance matrix again: ${matrix}.`,
      noMatrix: 'To run it again, choose no importance matrix.',
      fromPlan: 'It is written again under Plan, at “What is written”.',
      going: 'A run is going.',
      notStarted: (file: string) => `Not started: ${file}`,
      picked: 'saved in the file you chose',
      frees: (size: string) => `Frees ${size}; the figures stay`,
      delete: 'Delete the output',
      gone: (why: string) => `Its output is not kept any more. ${why}`,
      sameAgain: 'The same settings give the same bytes again.',
      runAgain: 'Run again',
    },
    spending: {
      title: 'Bytes by role',
      note:
        'Tensor data in the output, and behind it, paler, in the input, of all layers. Decimal units: 1 MB is 10⁶ ' +
        'bytes. Choose a role, and all views of the result show that part.',
      axis: 'bytes',
      bytes: (count: string) => `${count} bytes`,
      bytesBefore: (count: string) => `${count} bytes before`,
      codes: 'Use of the codes',
      codesNote: (type: string, codes: string, bits: number, entropy: string, spent: string) =>
        `${type}: ${codes} codes of ${bits} bits carry ${entropy} bits each (entropy, −Σ p log₂ p); with scales the ` +
        `type spends ${spent} bits a weight. The dashed line is even use.`,
      codesNoteOf: (part: string, type: string, codes: string, bits: number, entropy: string, spent: string) =>
        `${part}, ${type}: ${codes} codes of ${bits} bits carry ${entropy} bits each (entropy, −Σ p log₂ p); with ` +
        `scales the type spends ${spent} bits a weight. The dashed line is even use.`,
      type: 'Type',
      share: 'share of the weights',
    },
    takeAlong: {
      receipt: 'Save the receipt',
      report: 'Save the report',
      failed: 'The receipt was not made',
      what: (size: string) =>
        'The receipt (JSON) holds the hashes, the choices and the figures: dropped here again it verifies a file or ' +
        `repeats the run. Hashing reads the model's ${size} once more. The report (HTML) holds the charts and opens ` +
        'anywhere.',
      hashing: (share: string) => `Hashing the model, ${share}`,
      stop: 'Stop',
    },
  },

  /** Answers of the original and the output, compared. */
  answers: {
    title: 'Answers',
    /** What the two files of a comparison are to the person. `of…`: what is theirs; `in…`: what is in them. */
    names: {
      original: {
        first: 'the original',
        second: 'the output',
        ofFirst: 'of the original',
        ofSecond: 'of the output',
        inFirst: 'in the original',
        inSecond: 'in the output',
        shortFirst: 'original',
        shortSecond: 'output',
      },
      here: {
        first: 'the open model',
        second: 'the other file',
        ofFirst: 'of the open model',
        ofSecond: 'of the other file',
        inFirst: 'in the open model',
        inSecond: 'in the other file',
        shortFirst: 'here',
        shortSecond: 'there',
      },
    },
    cannot: {
      original: 'What the output answers cannot be measured.',
      here: 'What the other file answers cannot be measured.',
    },
    intro: {
      original: (text: string, length: number) =>
        `The original and the output read the same text, ${text}, in stretches of ${length} {tokens|tokens}. In the ` +
        'second half of each, their probabilities of the next token are compared.',
      here: (text: string, length: number) =>
        `The open model and the other file read the same text, ${text}, in stretches of ${length} {tokens|tokens}. ` +
        'In the second half of each, their probabilities of the next token are compared.',
    },
    ownText: 'the one that comes with this page',
    comparing: 'Comparing answers',
    stop: 'Stop comparing',
    reading: 'Reading the text…',
    going: (tokens: string, text: string, share: string, time: string) =>
      `${tokens} tokens of ${text}: ${share}, about ${time} left`,
    paused: (tokens: string, text: string, share: string) => `${tokens} tokens of ${text}: ${share}, paused`,
    compare: 'Compare answers',
    compareMore: 'Compare over more text',
    differs: 'What differs in the answers',
    top: 'same first choice',
    topOf: (error: string, tokens: string) => `± ${error}, of ${tokens} tokens`,
    divergence: 'mean divergence',
    nats: 'nats',
    natsError: (error: string) => `± ${error} nats`,
    worst: '99 % below',
    kept: 'probability kept',
    plusMinus: (error: string) => `± ${error}`,
    perplexity: 'perplexity',
    perplexityOf: (error: string, first: string, value: string) => `± ${error}; ${first} ${value}`,
    measured: (stretches: number, text: string, time: string) =>
      `Measured on ${plural(stretches, 'stretch', 'stretches')} of ${text} in ${time}, on this computer.`,
    measuredInTurns: (stretches: number, text: string, time: string) =>
      `Measured on ${plural(stretches, 'stretch', 'stretches')} of ${text}, as turns in the model’s chat template, ` +
      `in ${time}, on this computer.`,
    openAgain: 'Open the original again to compare what the two files answer.',
    sameBy: (methods: string) => `Measure the same by ${methods}`,
    drift: {
      title: 'How far they drift apart',
      note: (ofFirst: string, ofSecond: string) =>
        `After each layer: how far the residual stream ${ofSecond} is from that ${ofFirst}, as a share of the ` +
        'latter’s length; the mean over all tokens of the text.',
    },
    outputs: {
      value: 'squared error of outputs',
      unit: '% of their squares',
      share: (share: string) => `${share} of the output’s square`,
      roleOf: (role: string, layer: number) => `${role} of layer ${layer}`,
      type: (second: string, first: string) => `${second} for ${first}`,
      title: 'Error of each layer’s outputs',
      note: (ofFirst: string, ofSecond: string, inFirst: string) =>
        `W are the weights ${ofFirst}, V those ${ofSecond}, a what W is multiplied with ${inFirst}: |(W − V) a|² ` +
        'over |W a|², both summed over all tokens of the text. One line for each role; experts count together.',
    },
    measuredList: {
      label: 'Answers measured of this model',
      type: 'type',
      search: 'scale search',
      calibrated: {
        'one-pass': (tokens: string, text: string) => `calibrated in one pass, ${tokens} tokens of ${text}`,
        layers: (tokens: string, text: string) => `calibrated layer after layer, ${tokens} tokens of ${text}`,
      },
      size: 'size',
      divergenceHint: 'Of the next token’s probabilities from the original’s, and its standard error',
      scored: 'scored tokens',
      text: 'text',
      measuring: 'Measuring answers',
      going: (type: string, method: string, number: number, total: number) =>
        `${type} by ${method}, ${number} of ${total}: written aside, then read beside the original`,
      paused: (type: string, method: string, number: number, total: number) =>
        `${type} by ${method}, ${number} of ${total}, paused`,
      how:
        'Each is written aside, in this browser’s private storage, read beside the original over the short text, and ' +
        'removed; it takes as long as a run and a short comparison of each.',
    },
    tokenView: {
      help:
        'Coloured by how much changed, on the scale below. Grey text only gives context. Point at a token, or use ' +
        'the arrow keys, to see what both files held likely there.',
      label: 'The text, token by token',
      legend: 'Divergence in nats',
      more: 'more',
      /** {token}: the one pointed at. */
      detail: (first: string, inFirst: string, second: string, inSecond: string, divergence: string) =>
        `{token} comes next: probability ${first} ${inFirst}, ${second} ${inSecond}; divergence ${divergence} nats.`,
      noText: '(no text)',
    },
    try: {
      label: 'Try it',
      intro: 'What original and output say to the same words, in llama.cpp.',
      saySomething: 'Say something',
      sayIt: 'Say it',
      stop: 'Stop',
      note:
        'Fetches llama.cpp’s WebAssembly build (9 MB) from where this page came from, once. Both take the likeliest ' +
        'token every time, so that what differs is the files.',
      original: 'Original',
      output: 'Output',
      waiting: 'waits for its turn',
      loading: 'is being loaded…',
    },
  },

  /** What is wrong with files. */
  check: {
    label: 'What is wrong with the files',
    intro:
      'Header, metadata and every weight are looked at: places and names of tensors, kinds of entries, vocabulary ' +
      'against embedding, weights that are no numbers or infinite. Each finding says what llama.cpp does about it. ' +
      'Also for files that cannot be opened.',
    files: 'Files to check',
    start: 'Check this model',
    choose: 'Check other files…',
    going: (share: string) => `${share} read`,
    paused: (share: string) => `${share} read, paused`,
    stopped: 'Stopped before the end.',
    sound: (names: string) => `${names}: nothing is wrong.`,
    found: (names: string, findings: number) => `${names}: ${plural(findings, 'finding')}.`,
    read: (weights: string, tensors: number) => `${weights} weights of ${plural(tensors, 'tensor')} were read.`,
    unread: (tensors: number) => `${plural(tensors, 'tensor')} of types that are no weights were left out.`,
    levels: { error: 'Error:', warning: 'Warning:' },
  },

  /** Comparing a file with another. */
  compare: {
    label: 'Compare with another file',
    intro:
      'The weights of the other file, be it quantized, the original or from another tool, are measured against those ' +
      'of this model: x is a weight here, y the same weight there, both decoded.',
    files: 'A model to compare with',
    choose: 'Choose a file…',
    stop: 'Stop',
    going: (share: string) => `${share} compared`,
    paused: (share: string) => `${share} compared, paused`,
    matches: {
      reshaped: 'another shape',
      resized: 'another size',
      renamed: 'renamed, by its shape',
      onlyA: 'only here',
      onlyB: 'only there',
    },
    probablyAnother: 'same shape, probably another tensor',
    heads: {
      name: 'name',
      note: 'note',
      here: 'here',
      there: 'there',
      bytesHere: 'bytes here',
      bytesThere: 'bytes there',
      relative: 'relative',
      sqnr: 'signal to noise',
      rmse: 'RMSE',
      largest: 'largest',
      bias: 'bias',
      notFinite: 'not finite',
    },
    answers: 'Answers of both files',
    table: 'Tensors compared',
    summary: (tensors: number) => `${plural(tensors, 'tensor')}, all with a namesake of the same shape.`,
    summaryChanged: (tensors: number, changes: string) => `${plural(tensors, 'tensor')}: ${changes}.`,
    change: (count: number, what: string) => `${count} ${what}`,
    figures: {
      label: 'The other file against this model',
      size: 'size of the tensors',
      here: (value: string) => `here ${value}`,
      sizeMeans: 'Bytes of all tensors, without headers and padding.',
      bits: 'bits per weight',
      sqnr: 'signal to noise',
      relative: (share: string) => `${share} relative`,
      rmse: 'RMSE',
      largest: 'largest difference',
      bias: 'bias',
    },
    nothingInCommon: 'The two models have no tensor in common that could be compared.',
  },

  /** The charts. */
  charts: {
    /** Around every chart (frame.tsx). */
    frame: {
      table: 'Table',
      howToRead: 'How to read it',
      save: (title: string) => `Save the chart: ${title}`,
      asTable: (title: string) => `${title}, as a table`,
      firstRows: (shown: string, all: string) => `The first ${shown} of ${all} rows; the CSV file has all.`,
    },
    /** Of a drawing whose values are read one by one (pointing.tsx). */
    pointing: {
      kind: 'chart',
      read: (label: string) => `${label}. Arrow keys read the values.`,
      choose: (label: string) => `${label}. Arrow keys read the values; Enter chooses.`,
    },
    /** What tensors do in their layer. */
    roles: {
      token_embd: 'token embedding',
      output: 'output matrix',
      q: 'attention query',
      k: 'attention key',
      v: 'attention value',
      qkv: 'attention query, key and value in one',
      o: 'attention output',
      gate: 'feed-forward gate',
      up: 'feed-forward up',
      down: 'feed-forward down',
      norm: 'normalisation',
      other: 'anything else',
    },
    /** Words of several charts. */
    layer: 'layer',
    roleInLayer: (role: string, layer: number) => `${role}, layer ${layer}`,
    bitMap: {
      label: 'The stored numbers, one after the other',
    },
    blockScatter: {
      label: 'Blocks of the tensor, left and right by range, up and down by error',
      block: (block: string, rangeName: string, range: string) => `block ${block}, ${rangeName} ${range}`,
      error: (method: string, error: string) => `${method}: ${error} relative error`,
      x: (rangeName: string) => `${rangeName} of the block, units of the weights`,
      xLogarithmic: (rangeName: string) => `${rangeName} of the block, units of the weights, logarithmic`,
      y: 'relative error of the block, %',
    },
    codeShares: {
      label: 'Use of each code',
      code: (code: number) => `code ${code}`,
      weights: (count: string) => `${count} weights`,
      second: (count: string, share: string) => `the second: ${count}, ${share}`,
      x: 'code, as its bits are stored',
      y: 'share of the weights, %',
    },
    divisors: {
      label: 'Histogram of the best divisors',
      divisor: (range: string) => `divisor ${range}`,
      blocks: (count: number, share: string) => `${plural(count, 'block')}, ${share}`,
      shortSide: (count: string) => `in ${count} the largest weight lies on the short side`,
      x: 'best divisor, max|x| / |scale|',
      y: (step: string) => `blocks in each step of ${step}`,
      mean: (divisor: string) => `mean ${divisor}`,
      orMore: (from: string) => `${from} or more`,
      fromTo: (from: string, to: string) => `${from} to ${to}`,
    },
    drift: {
      title: 'apart',
      unit: '% of the stream’s length',
      label: (what: string) => `${what}, by layer`,
      after: (layer: number) => `after layer ${layer}`,
      apart: (share: string) => `${share} apart`,
      x: 'after layer',
    },
    errorByLayer: {
      label: (what: string) => `${what}, by layer`,
      tensors: (count: number) => plural(count, 'tensor'),
      without: (list: string) => `Without a layer: ${list}.`,
      loose: (role: string, type: string, value: string) => `${role} as ${type}, ${value}`,
    },
    errorHistogram: {
      density: (many: string, value: string) => `${many} per doubling of the ${value}`,
      height: (density: string) =>
        `Height: ${density}, the count of a bucket over log₂(to / from), so that the width of a bucket does not show.`,
      from: 'from',
      to: 'to',
      shareOfAll: (many: string) => `share of all ${many}`,
      orMore: (value: string, from: string) => `${value} ${from} or more`,
      fromTo: (value: string, from: string, to: string) => `${value} ${from} to ${to}`,
      count: (count: string, noun: string, share: string) => `${count} ${noun}, ${share} of all`,
      perDoubling: (count: string, density: string) => `${count} ${density}`,
      y: (density: string) => `${density}, logarithmic`,
      ySteps: (many: string, step: string) => `${many} in each step of ${step}, logarithmic`,
    },
    errorMap: {
      label: 'Relative error over scale and offset',
      kind: 'map',
      x: 'scale, units of the weights',
      y: 'offset, units of the weights',
      place: (scale: string, offset: string, error: string) =>
        `Place on the map: scale ${scale}, offset ${offset}, relative error ${error}. ` +
        'Arrow keys move it by one cell, with Shift by one storable number.',
      method: (name: string, scale: string, offset: string, error: string) =>
        `${name}: scale ${scale}, offset ${offset}, relative error ${error}`,
    },
    feedbackErrors: {
      title: 'error of the output',
      unit: '% of the output',
      label: 'Error of the row’s output, step by step',
      before: 'before any step',
      after: (steps: number) => `after step ${steps}`,
      rounding: (name: string, error: string) => `${name}: ${error}`,
      descent: (name: string, error: string) => `${name}: ${error}, descent`,
      ended: (name: string, error: string) => `${name}: ${error}, ended`,
      x: 'steps: columns rounded, then changes of the descent',
    },
    feedbackRow: {
      label: 'The row: weights, what is wanted of them, and what is stored',
      column: (column: number) => `column ${column}`,
      weight: (value: string) => `weight ${value}`,
      wanted: (value: string) => `wanted by now ${value}`,
      stored: (value: string) => `with feedback stored as ${value}`,
      notYet: 'not rounded yet',
      plain: (value: string) => `plainly stored as ${value}`,
      x: 'column',
      y: (units: string) => `value, ${units}`,
    },
    /** Of all tensors, or those that are looked at (focus.ts). */
    focus: {
      all: 'all converted tensors',
      layer: (layer: number) => `Layer ${layer}`,
      role: (role: string) => `${role}, every layer`,
      both: (layer: number, role: string) => `Layer ${layer} × ${role}`,
    },
    formatPlane: {
      label: 'Relative error over bits per weight',
      figures: (bits: string, error: string) => `${bits} bits per weight, ${error} relative error`,
      how: (blocks: string, search: string) => `${blocks}, scale search ${search}`,
      frontier: 'on the frontier',
      x: 'bits per weight, scales and lists of levels counted',
      y: 'relative error, logarithmic',
    },
    layerMap: {
      notFinished: 'not finished',
    },
    levelLine: {
      label: 'Levels, and the weights they stand for',
      level: (number: number, count: number) => `Level ${number} of ${count}`,
      value: (level: string, share: string) => `${level}, taken by ${share} of the weights`,
      x: 'level ÷ largest level; weight ÷ largest of its block',
      y: 'weights (light), share of each level (stems)',
    },
    metricMap: {
      label: 'H, the mean product of the inputs of each two columns',
      column: (column: number) => `column ${column}`,
      columns: (row: number, column: number) => `columns ${row} and ${column}`,
      square: (value: string) => `mean square ${value}`,
      product: (value: string) => `mean product ${value}`,
      correlation: (value: string) => `correlation ${value}`,
    },
    numberLine: {
      label: 'Weights on the number line',
      x: 'value, units of the weights',
      rows: 'weight',
      weight: (number: number) => `Weight ${number}`,
      clipped: (weight: string, decoded: string) => `${weight} → ${decoded}, clipped`,
      reading: (weight: string, decoded: string, error: string) => `${weight}, decodes to ${decoded}, error ${error}`,
      readingClipped: (weight: string, decoded: string, error: string) =>
        `${weight}, decodes to ${decoded}, error ${error}, clipped`,
      level: 'level',
    },
    rowOverlay: {
      label: 'Weights before and after',
      column: (column: number) => `column ${column}`,
      before: (value: string) => `before ${value}`,
      after: (value: string) => `after ${value}`,
      error: (value: string) => `error ${value}`,
      y: (units: string) => `weight, ${units}`,
      x: 'column of the row',
      yError: (units: string) => `error, after − before, ${units}`,
    },
    scaleCurve: {
      label: 'Error over the scale, kink by kink',
      choices: 'Every method’s choice on the curve',
      x: 'scale, units of the weights',
      xNegative: 'size of the negative scale, units of the weights',
      y: 'relative error, %',
      method: (name: string, scale: string, error: string) => `${name}: scale ${scale}, relative error ${error}`,
      kink: (scale: string, error: string) => `scale ${scale}, relative error ${error}`,
      /** What a weight does at a kink, from smaller scales to larger ones. */
      moves: (weight: number, value: string, codes: [number, number], levels: [string, string]) =>
        `weight ${weight} (${value}) moves from code ${codes[0]} to ${codes[1]}, level ${levels[0]} to ${levels[1]}`,
      more: (count: number) => `and ${count} more`,
      share: (weight: number, share: string) => `weight ${weight}: ${share} of the squared error`,
      weights: 'weights',
    },
    weightHistogram: {
      label: 'Weights of the sample by their size',
      bucket: (from: string, to: string) => `${from} to ${to} rms`,
      values: (from: string, to: string) => `weights from ${from} to ${to}`,
      count: (count: string, share: string) => `${count} weights, ${share}`,
      x: 'weight over the rms of the tensor’s weights',
      y: 'weights of the sample',
      from: 'from',
      to: 'to',
      weights: 'weights',
      share: 'share of the sample',
    },
    sizeError: {
      label: 'Size and error of file types and of the best mixes',
      tagged: (name: string, tag: string) => `${name}, ${tag}`,
      noError: 'no error',
      x: (unit: string) => `size of the file, ${unit}`,
      y: 'signal to noise, dB (more is better)',
    },
  },

  /** Outlier features. */
  outliers: {
    bases: {
      weights: 'the RMS of its weights (a proxy)',
      producers: 'the RMS of the row that produces its input (a proxy)',
      importance: 'the RMS of its activations',
    },
    inLayers: (input: string, column: number, layers: number, ofLayers: number) =>
      `${input} column ${column} (${layers} of ${ofLayers})`,
    label: 'Columns that stand out',
    intro:
      'Outliers, as LLM.int8() looks for them: a few columns may carry much of a tensor’s weight and error. This ' +
      'looks at every row (of large models at a sample) under the type and rules of the plan. No GGUF type keeps ' +
      'columns apart: it is analysis.',
    countsBy: 'A column counts by',
    outlierBeyond: 'and is an outlier beyond',
    times: (times: number) => `${times} times the median`,
    look: 'Look for outliers',
    read: (share: string) => `${share} read`,
    readPaused: (share: string) => `${share} read, paused`,
    heads: {
      name: 'name',
      columns: 'columns',
      outliers: 'outliers',
      outliersHint: 'Columns beyond the threshold',
      largest: 'largest',
      largestUnit: 'times the median',
      largestHint: 'The largest column over the median column',
      which: 'which',
      error: 'of the error',
      errorHint:
        'Share of the squared error that the outliers carry; with the importance matrix, of the error times importance',
      worst: 'worst 1 %',
      worstHint: 'Share of the squared error in the 1 % of columns that have most of it',
      by: 'by',
      type: 'type',
    },
    found: (outliers: number, tensors: number, type: string, method: string, weights: string, all: string) =>
      `${plural(outliers, 'outlier')} in ${plural(tensors, 'tensor')}, errors of ${type} with method ${method}, ` +
      `${weights} of ${all} weights.`,
    foundImportance: (outliers: number, tensors: number, type: string, method: string, weights: string, all: string) =>
      `${plural(outliers, 'outlier')} in ${plural(tensors, 'tensor')}, errors of ${type} with method ${method}, ` +
      `${weights} of ${all} weights, times the importance of the column.`,
    noShared: 'No column is an outlier in more than one layer.',
    shared: (list: string) => `In more than one layer: ${list}.`,
    keeping: {
      title: 'Keeping the worst columns at 16 bits',
      note:
        'Share of the squared error that would go, for each share of columns kept, at least one a tensor; the bits ' +
        'it would cost are in the table.',
      columns: 'columns kept',
      cost: 'cost',
      bits: 'bits per weight',
      saved: 'squared error saved',
      rmse: 'RMSE becomes',
      times: 'times',
      label: 'Error saved by keeping columns',
      axis: 'squared error saved, %',
      ofError: (share: string) => `${share} of the squared error`,
      rmseTimes: (ratio: string) => `RMSE times ${ratio}`,
      moreBits: (bits: string) => `${bits} more bits per weight`,
    },
    table: 'Outliers of each tensor',
    activations: {
      cannot: 'Activations cannot be looked at.',
      lookAt: (text: string) => `look at real activations on ${text}`,
      input: 'input of',
      column: 'column',
      layers: 'layers',
      layersOf: (layers: number, ofLayers: number) => `${layers} of ${ofLayers}`,
      layersHint: 'In which it reaches the threshold for at least one token',
      tokens: 'tokens',
      tokensHint: 'Share of the tokens of all layers for which it does',
      largest: 'largest',
      largestHint: 'Largest magnitude',
      error: 'of the error',
      errorHint: 'Share of the weights’ squared error times E[a²], over all matrices with this input',
      found: (tokens: number, threshold: number, layers: string, positions: string) =>
        `Outlier features in ${plural(tokens, 'token')}, as LLM.int8() defines them: columns whose activations reach ` +
        `${threshold} in at least ${layers} of the layers and for at least ${positions} of all tokens of all layers.`,
      foundInTurns: (tokens: number, threshold: number, layers: string, positions: string) =>
        `Outlier features in ${plural(tokens, 'token')} in the model’s chat template, as LLM.int8() defines them: ` +
        `columns whose activations reach ${threshold} in at least ${layers} of the layers and for at least ` +
        `${positions} of all tokens of all layers.`,
      inputs: (list: string) => `${list}.`,
      none: (input: string, columns: number, largest: string) =>
        `Input of ${input}: 0 of ${plural(columns, 'column')}, largest activation ${largest}`,
      some: (input: string, features: string, columns: number, error: string, largest: string) =>
        `Input of ${input}: ${features} of ${plural(columns, 'column')} with ${error} of the error, largest ` +
        `activation ${largest}`,
      table: 'Outlier features',
    },
  },

  /** The receipt of a run. */
  receipt: {
    label: 'Receipt',
    title: 'Receipt {name}',
    /** Head of a notice about it. */
    about: (name: string) => `Receipt ${name}`,
    verdicts: {
      output: (file: string) => `✓ ${file} is the file this run wrote: its SHA-256 is the one in the receipt.`,
      input: (file: string) => `✓ ${file} is the model this run read: its SHA-256 is the one in the receipt.`,
      matrix: (file: string) =>
        `✓ ${file} is the importance matrix this run used: its SHA-256 is the one in the receipt.`,
    },
    none: (file: string, sha: string) => `${file} is none of the receipt's files: its SHA-256 is ${sha}.`,
    reading: 'Reading…',
    hashing: (share: string) => `Hashing, ${share}`,
    aFile: 'A file to check',
    openFirst: (files: string) => `Open the model first: ${files}.`,
    set: '✓ The model is the one of the receipt, and its options are set.',
    setNext:
      '✓ The model is the one of the receipt, and its options are set. Quantize does the run again; the result says ' +
      'whether the bytes are the same.',
    putAway: 'Put away',
    run: 'run',
    runOf: (type: string, method: string, version: string) => `${type}, method ${method}, Nibble ${version}`,
    from: 'from',
    file: (size: string) => `{name}, ${size}, SHA-256 {sha}`,
    importance: 'importance',
    importanceOf: '{name}, SHA-256 {sha}',
    calibrated: 'calibrated',
    calibratedBy: {
      'one-pass': (tokens: string) => `in one pass by {name}, ${tokens}, SHA-256 {sha}`,
      layers: (tokens: string) => `layer after layer by {name}, ${tokens}, SHA-256 {sha}`,
    },
    tokens: (tokens: string, heldBack: string) => `${tokens} tokens and ${heldBack} to judge by`,
    tokensBy: (tokens: string, heldBack: string, engine: string) =>
      `${tokens} tokens and ${heldBack} to judge by, computed by ${engine}`,
    to: 'to',
    output: (size: string) => `${size}, SHA-256 {sha}`,
    rmse: (value: string) => `, {rmse} ${value}`,
    check: 'Check a file…',
    repeat: 'Repeat the run',
    notByStatistics: (file: string) =>
      `The run of the receipt was not calibrated by ${file}. Choose that, or a text, under Plan with the scale ` +
      'search “calibrated”.',
    otherStatistics: (file: string, wanted: string, sha: string) =>
      `The run of the receipt was not calibrated by ${file} but by what ${wanted} holds (SHA-256 ${sha}). Choose ` +
      'that, or a text, under Plan with the scale search “calibrated”.',
    byGpu: (engine: string, file: string | null) =>
      `What the receipt's run chose codes by was computed by ${engine}, whose last digits are its own. Choose the ` +
      `file that was saved then (${file ?? 'none was'}), under Plan with the scale search “calibrated”: “Use saved ` +
      'statistics…”.',
    withoutTemplate:
      'The run of the receipt read its text without the model’s chat template, which this page always uses. Repeat ' +
      'it on the command line: nibble repeat.',
    otherText: (wanted: string, sha: string, given: string) =>
      `The run of the receipt was calibrated by ${wanted} (SHA-256 ${sha}), and ${given} is not that. Choose that ` +
      'text, under Plan with the scale search “calibrated”.',
    noMatrix: 'The run of the receipt used no importance matrix. Remove the one that is open.',
    openMatrix: (name: string) => `The run of the receipt used the importance matrix ${name}. Open it first.`,
    otherMatrix: (given: string, sha: string) =>
      `${given} is not the importance matrix of the receipt: its SHA-256 is ${sha}.`,
    matrixName: (given: string, wanted: string) =>
      `The output names its matrix. Here it would be ${given}, in the receipt it is ${wanted}: the command line can ` +
      'repeat this run, or rename the matrix.',
  },

  /** The Lab. */
  lab: {
    title: 'Lab',
    views: 'Views of the Lab',
    tabs: {
      block: 'Block',
      blocks: 'All blocks',
      feedback: 'Error feedback',
      divisors: 'Best divisors',
      formats: 'Number formats',
      levels: 'Levels',
      groups: 'Symmetric or not',
    },
    storyButton: 'Story',
    projector: 'Projector',
    copyLink: 'Copy link',
    copyFrame: 'Copy frame',
    frameTitle: 'Nibble’s Lab',
    tooLong: 'Too many digits for a link',
    blockBefore: 'The block below is the one that was here before.',
    computing: 'Computing…',
    loading: 'Loading the core…',
    notLoaded: 'The core is not loaded yet.',
    workerBroke: (why: string) => `The worker of the Lab broke down: ${why}`,
    workerBrokeWhy: 'no reason was given',
    withModel: {
      divisors:
        'With a model open, this view shows where the best scales of its blocks lie, and what each search leaves ' +
        'against the exact optimum. A block of your own can be tried in the view Block.',
      formats:
        'With a model open, this view shows what other number formats would leave of its weights, error over bits ' +
        'per weight. A block of your own can be tried in the view Block.',
      levels:
        'With a model open, this view shows what levels of your own leave of a tensor while you drag them. A block ' +
        'of your own can be tried in the view Block.',
      groups:
        'With a model open, this view shows symmetric against asymmetric integers, at groups of 128, 64 and 32 ' +
        'weights. A block of your own can be tried in the view Block.',
    },
    noMatrix: 'This model has no matrix whose type the core can decode.',
    noTensor: 'No tensor has this name.',
    everyMatrix: 'every matrix',
    /** Heads of tables and names of figures. */
    heads: {
      method: 'method',
      scale: 'scale',
      offset: 'offset',
      relativeError: 'relative error',
      largestError: 'largest error',
      clipped: 'clipped',
      weight: 'weight',
      value: 'value',
      importance: 'importance',
      code: 'code',
      level: 'level',
      decoded: 'decoded',
      block: 'block',
      squaredUnits: 'squared units of the weights',
      bits: 'bits',
      bitsPerWeight: 'bits per weight',
      rmse: 'RMSE',
    },
    /** How a number is stored, in words. */
    storedAs: {
      real: 'any real number',
      f16: 'a half float',
      e8m0: 'a power of two (E8M0)',
      ue4m3: 'an E4M3 float without sign',
      multiples: 'a whole multiple of a number the super-block stores',
    },
    /** The same in a list of choices. */
    storages: {
      f16: 'half float',
      real: 'any real number',
      e8m0: 'power of two (E8M0)',
      ue4m3: 'E4M3 without sign',
    },
    formats: {
      own: 'levels of your own',
      uneven: (levels: number) => `${levels} uneven levels`,
      plain: (name: string, levels: string, stored: string) => `${name}: ${levels}, ${stored}`,
      offset: (name: string, levels: string, stored: string) => `${name}: ${levels} and an offset, ${stored}`,
      subBlock: (name: string, levels: string) => `${name}, one sub-block: ${levels}`,
      subBlockMinimum: (name: string, levels: string) => `${name}, one sub-block: ${levels} and a minimum`,
    },
    /** Why a link shows nothing. */
    link: {
      problem: (why: string) => `The link shows no block: ${why}`,
      tooLong: (most: number) => `it is longer than ${most} characters.`,
      noNumber: (text: string, what: string) =>
        `“${text}” among its ${what} is not a number that a 32-bit float can hold.`,
      count: (count: number, what: string, needed: string) => `it has ${count} ${what} where ${needed} are needed.`,
      fromTo: (fewest: number, most: number) => `${fewest} to ${most}`,
      unknown: (what: string, name: string) => `it asks for the ${what} “${name}”, which the Lab does not know.`,
      noPlace: (text: string, what: string) => `“${text}” is no ${what}.`,
      empty: (what: string, low: number, high: number) => `the ${what} are ${low} and ${high}, in which nothing lies.`,
      weights: 'weights',
      importance: 'numbers of importance',
      levels: 'levels',
      superBlock: 'numbers of its super-block',
      onShow: 'numbers on show',
      candidate: 'candidate',
      ofCandidate: 'numbers of a candidate',
      step: 'step of the story',
      ofStep: 'numbers of a step of the story',
      scales: 'ends of its scales',
      offsets: 'ends of its offsets',
      format: 'format',
      storage: 'way to store a scale',
      view: 'view',
    },
    /** Numbers that are typed. */
    numbers: {
      noNumber: (text: string) => `“${text}” is not a number.`,
      count: (count: number, fewest: number, most: number) =>
        `There are ${count} numbers; ${fewest} to ${most} are needed.`,
      tooLarge: (number: number) => `Number ${number} is too large for a 32-bit float.`,
      ambiguous: (word: string, whole: string, parts: string[], apart: string) =>
        `“${word}” can be read as ${whole} or as ${parts.join(' and ')}: write “${whole}” or “${apart}”.`,
      separators: (numbers: string) => `Commas read as separators: ${numbers}`,
      separatorsMore: (numbers: string, more: number) => `Commas read as separators: ${numbers} and ${more} more`,
      decimals: (numbers: string) => `Commas read as decimal signs: ${numbers}`,
      decimalsMore: (numbers: string, more: number) => `Commas read as decimal signs: ${numbers} and ${more} more`,
    },
    editor: {
      weights: 'Weights',
      weightsNote: (most: number) => `1 to ${most} numbers with blanks, semicolons or commas between them; 0.1 or 0,1`,
      format: 'Format',
      levels: 'Levels',
      ownLevels: (levels: number) => `${plural(levels, 'level')} of your own`,
      storedAs: 'Scale stored as',
      back: 'Back to 0.1 0.2 0.3 0.6',
      importance: 'Importance',
      importanceAndLevels: 'Importance and levels',
      oneForEach: 'one number for each weight',
      allTheSame: 'every weight counts the same',
      importanceNote: (weights: number) => `${plural(weights, 'number')}, none negative; empty: all one`,
      importanceCount: (numbers: number, weights: number) =>
        `There are ${numbers} numbers for ${plural(weights, 'weight')}.`,
      importanceNegative: 'Importance cannot be negative.',
      levelsOfYourOwn: 'Levels of your own',
      levelsNote: '2 to 256 different numbers, some negative and some positive',
      twoTheSame: 'Two levels are the same.',
      bothEnds: 'The levels need a negative and a positive end.',
    },
    /** A block of the open model. */
    fromModel: {
      title: 'A block of this model',
      blockOf: (length: number) => `Block of ${length}`,
      show: 'Show',
      random: 'Random',
      worst: 'Worst',
      median: 'Median',
      outlier: 'With an outlier',
      largest: 'Largest weight',
      largestHint: 'Reads the whole tensor',
      all: 'All blocks',
      shown: (block: string, blocks: string) => `Block ${block} of ${blocks} is on the bench.`,
      shownLargest: (block: string, blocks: string) =>
        `Block ${block} of ${blocks} is on the bench, with the weight of largest magnitude.`,
      shownWorst: (block: string, blocks: string, error: string, sample: string, method: string) =>
        `Block ${block} of ${blocks} is on the bench: the largest relative error, ${error}, in ${sample} with ` +
        `${method}.`,
      shownMedian: (block: string, blocks: string, error: string, sample: string, method: string) =>
        `Block ${block} of ${blocks} is on the bench: the middle one by relative error, ${error}, in ${sample} with ` +
        `${method}.`,
      shownOutlier: (block: string, blocks: string, times: string, sample: string) =>
        `Block ${block} of ${blocks} is on the bench: the weight that stands out most, ${times} times the root mean ` +
        `square of its block, in ${sample}.`,
      sample: (some: string, all: string) => `a sample of ${some} of ${all} blocks`,
      whole: (all: string) => `all ${all} whole blocks`,
      measuredSample: (some: string, all: string, tensor: string) =>
        `A sample of ${some} of ${all} blocks of ${tensor} were measured.`,
      measuredAll: (all: string, tensor: string) => `All ${all} whole blocks of ${tensor} were measured.`,
      noWhole: 'This tensor has no whole block.',
      allZero: 'All weights of the blocks that were measured are zero.',
      cannotDecode: (tensor: string) => `${tensor} cannot be shown: the core cannot decode its type.`,
      which: 'Blocks that are measured for worst, median, outlier and all blocks',
      some: (blocks: string) => `of ${blocks} blocks`,
      most: (blocks: string) => `of ${blocks}`,
      every: (blocks: string) => `of all ${blocks}`,
      reading: (share: string) => `${share} of the tensor read`,
      readingLabel: 'Share of the tensor read',
      measuring: (share: string) => `${share} of the blocks measured`,
      measuringLabel: 'Share of the blocks measured',
      cancel: 'Cancel',
      cancelled: 'Cancelled.',
      blocks: (last: string, type: string) => `Blocks 0 to ${last}, ${type} in the file`,
    },
    blocks: {
      withModel: 'With a model open, all blocks of a tensor are plotted here: their range against their error.',
      choose:
        'Choose a tensor above and press All blocks: the range of each block’s weights is plotted against the error ' +
        'that two methods leave.',
      range: 'max |x|',
      rangeOffset: 'max x − min x',
      peak: 'max |x| / root mean square',
      errorWith: (method: string) => `relative error with ${method}`,
      title: 'All blocks: range against error',
      /** `sample`: of how many blocks. */
      note: (tensor: string, sample: string, weights: number, format: string) =>
        `${tensor}, ${sample} of ${weights} weights in ${format}.`,
      noteSample: (tensor: string, sample: string, weights: number, format: string) =>
        `${tensor}, ${sample} of ${weights} weights in ${format}, in runs of neighbours spread evenly.`,
      axes: (range: string) =>
        `Across: ${range}. Up: the relative error, the root of a {block|block}’s squared error over its squared ` +
        'weights, every weight counting the same.',
      axesOwn: (range: string) =>
        `Across: ${range}. Up: the relative error, the root of a {block|block}’s squared error over its squared ` +
        'weights, every weight counting the same, at {scale|scales} and {minimum|minima} of its own.',
      better: (second: string, first: string, share: string) =>
        `${second} leaves less error than ${first} in ${share} of them.`,
      zeros: (blocks: string) => `${blocks} of zeros are left out.`,
      equal: (blocks: string) => `${blocks} of equal weights are left out.`,
      click: 'Click a block, or press Enter on it, to put it on the bench.',
      dots: 'Dots',
      crosses: 'Crosses',
      methodOfDots: 'Method of the dots',
      methodOfCrosses: 'Method of the crosses',
    },
    map: {
      title: 'Error over scale and offset',
      note: (scale: string, offset: string) =>
        'Every cell is the relative error at its middle, computed by the core, in even steps of its logarithm. The ' +
        `{scale|scale} is stored as ${scale}, the {minimum|offset} as ${offset}. Click or drag on the map; arrow ` +
        'keys move by one cell, with Shift by one storable number.',
      noteAtMostZero: (scale: string, offset: string) =>
        'Every cell is the relative error at its middle, computed by the core, in even steps of its logarithm. The ' +
        `{scale|scale} is stored as ${scale}, the {minimum|offset} as ${offset}, and never above zero. Click or drag ` +
        'on the map; arrow keys move by one cell, with Shift by one storable number.',
      meaning: 'relative error',
      offset: 'Offset',
      reading: (offset: string, error: string) => `offset ${offset}, relative error ${error}`,
    },
    curve: {
      title: 'Error over the scale',
      cut: (offset: string) =>
        `At the offset ${offset}: a cut through the map; hollow markers belong to other offsets.`,
      note: (stored: string) =>
        'Relative error, here and in the figures: √(Σ w (x − y)² / Σ w x²), with w the {importance|importance}. The ' +
        'height is its square: between two kinks no weight changes its code, and that is a parabola, so the curve is ' +
        'drawn from these, not from samples (kinks closer than half a pixel are joined). The {scale|scale} is stored ' +
        `as ${stored}. The column at the right is the error at the scale on show, cut into what each weight adds to ` +
        'it.',
      negative: 'Negative scales mirror the levels; their branch is dashed while the other is in use.',
      sign: 'Sign of the scale',
      positiveScale: '+ scale',
      negativeScale: '− scale',
      scale: 'Scale',
      reading: (scale: string, error: string) => `scale ${scale}, relative error ${error}`,
      heads: {
        sign: 'sign',
        from: 'from |scale|',
        to: 'to |scale|',
        relative: 'relative error at from',
        squared: 'squared error at from',
        products: 'Σ w·x·level',
        productsOffset: 'Σ w·(x − offset)·level',
        squares: 'Σ w·level²',
        moves: 'weight that moves at from',
        above: 'code above',
        below: 'code below',
      },
    },
    line: {
      title: 'The weights on the number line',
      note:
        'Each level stands at {scale|scale} × level. A weight goes sideways to the nearest level, and the coloured ' +
        'length is its error; where there is none it falls straight down. Drag a weight, or use left and right (up ' +
        'and down go to the next weight).',
      noteOffset:
        'Each level stands at {scale|scale} × level + {minimum|offset}. A weight goes sideways to the nearest level, ' +
        'and the coloured length is its error; where there is none it falls straight down. Drag a weight, or use ' +
        'left and right (up and down go to the next weight).',
      difference: 'value − decoded',
      share: 'share of the squared error',
      clipped: 'clipped',
      notClipped: 'no',
    },
    methods: {
      label: 'Methods and their choices',
      divisor: 'divisor',
      divisorHint: 'max |x| / |scale|',
      divisorHintOffset: '(largest − smallest weight) / scale',
      relativeHint: '√(Σ w (x − y)² / Σ w x²), w the importance',
      tried: 'tried',
      bytes: 'bytes of the block',
      noBytes: 'Bytes are shown for a whole block of a format that stores one scale for each block.',
    },
    two: {
      label: 'The weights at two scales',
      scaleOf: (scale: string) => `{method}, scale ${scale}`,
      toLevel: '÷ scale → level',
      comesBack: 'comes back',
      /** Of 0.1 0.2 0.3 0.6: the errors of max7 and of the exact optimum. */
      first: (worse: string, better: string) =>
        'Here are four weights, and levels up to 7. The obvious {scale|scale} puts the largest weight on the last ' +
        'level: 0.6/7 = 0.0857 (the method max7). Then the other three fall between levels and are rounded: ' +
        `${worse} relative error. At 0.1 level 7 stays unused, but all four weights lie on a level, 1, 2, 3 and 6: ` +
        `${better}, because 0.1 is stored as a half float. The largest weight does not have to lie on the last level.`,
      any: (worse: string, atWorse: string, better: string, atBetter: string) =>
        'max7, which puts the largest weight on the end of the range, leaves ' +
        `${worse} relative error at {scale|scale} ${atWorse}; the exact minimum over all scales is ${better}, at ` +
        `${atBetter}.`,
      anyStorable: (worse: string, atWorse: string, better: string, atBetter: string) =>
        `max7, which puts the largest weight on the end of the range, leaves ${worse} relative error at ` +
        `{scale|scale} ${atWorse}; the exact minimum over the scales that can be stored is ${better}, at ${atBetter}.`,
    },
    zoom: {
      label: 'Zoom',
      out: 'Zoom out',
      in: 'Zoom in',
      whole: 'Whole range',
    },
    stage: {
      nothing:
        'All weights are zero, or none counts: every scale gives the same error, none. There is no curve to draw.',
      below: 'Under the curve',
      line: 'Number line',
      bits: 'Bits',
      figures: 'Figures',
      two: 'Two scales',
      methodsInFigures: 'Methods in figures',
      weightsAtTwo: 'The weights at two scales',
      side: 'Methods and figures',
      chooses: 'What each method chooses',
      errorHint: 'relative error: √(Σ w (x − y)² / Σ w x²), w the importance',
      besideNames:
        'Beside each name: relative error, {scale|scale}. A lower error means that these weights come back closer to ' +
        'what they were. It does not promise that a model answers better; only trying the model tells.',
      rangeOverScale: 'range / scale',
      maxOverScale: 'max |x| / scale',
      clippedOf: (clipped: number, weights: number) => `${clipped} of ${plural(weights, 'weight')}`,
      play: 'Play',
      whatPlays: 'What plays',
      allScales: 'all scales',
      candidates: (count: number, method: string) => `${plural(count, 'candidate')} of ${method}`,
      someCandidates: 'a method’s candidates',
      back: '‹ Back',
      pause: '❚❚ Pause',
      playButton: '▶ Play',
      step: 'Step ›',
      speed: 'Speed',
      openInNibble: 'Open in Nibble',
      leave: 'Leave the projector',
      moves: (weight: number, from: string, to: string) => `weight ${weight} goes from level ${from} to ${to}`,
      atScale: (scale: string) => `scale ${scale}`,
      chooseMethod: 'Choose a method whose candidates shall be shown.',
      candidate: (number: number, count: number, scale: string) => `candidate ${number} of ${count}: scale ${scale}`,
      candidateOffset: (number: number, count: number, scale: string, offset: string) =>
        `candidate ${number} of ${count}: scale ${scale}, offset ${offset}`,
      written: 'Scale, codes and error are those of the block as it is written; its search is not taken apart here.',
      oneScale: 'It computes one scale and takes it.',
      oneScaleAndOffset: 'It computes one scale and one offset and takes them.',
      triesScales: (count: string) => `It tries all ${count} scales that can be stored.`,
      triesPairs: (count: string) => `It tries all ${count} pairs of a scale and a minimum that can be stored.`,
      branchAndBound: (count: string) =>
        `Branch and bound: it computed the codes at ${count} points and proved that every other place is worse.`,
      parabolas: (count: string) => `It compares the minima of ${count} parabolas and goes straight to the lowest.`,
    },
    /** The stored block. */
    bits: {
      title: 'The block as it is stored',
      region: 'Bits',
      storedAs: 'Stored as',
      asBench: 'as the bench has it',
      wholeBlock: (format: string) => `${format}, a whole block`,
      parts: {
        code: 'code',
        point: 'point',
        sign: 'sign',
        shift: 'shift',
        scale: 'scale',
        minimum: 'minimum',
      },
      floats: { f16: 'half float', e8m0: 'power of two', ue4m3: 'E4M3 float', real: 'float' },
      float: (kind: string, hex: string) => `${kind} ${hex}`,
      integer: (bits: number, digits: string) => `${plural(bits, 'bit')} ${digits}`,
      level: 'level[code]',
      code: 'code',
      shifted: (shift: number) => `(code − ${shift})`,
      formulas: {
        codebook: 'd × step[scale] × point × sign',
        codebookShift: 'd × step[scale] × (point + shift)',
        superBlock: (level: string) => `d × scale × ${level}`,
        superBlockMinima: (level: string) => `d × scale × ${level} − dmin × minimum`,
        offset: (level: string) => `d × ${level} + m`,
        plain: (level: string) => `d × ${level}`,
      },
      formula: (formula: string) => `weight = ${formula}`,
      /** {sum}: with its numbers; {value}: what they give. */
      worked: (formula: string, weight: number, was: string) =>
        `weight = ${formula} · weight ${weight} = {sum} = {value} (was ${was})`,
      codeOf: (weight: number) => `code of weight ${weight}`,
      shared: (name: string) => `${name}, shared by the block`,
      ofRunOf: (name: string, run: number, runs: number) => `${name} of run ${run} of ${runs}`,
      ofRun: (name: string, run: number) => `${name} of run ${run}`,
      noWeight: (code: number) => `code ${code}, of no weight here`,
      codeOfRun: (run: number) => `a code of run ${run}`,
      ofWeight: (name: string, weight: number) => `${name} of weight ${weight}`,
      ofWeights: (name: string, first: number, last: number) => `${name} of weights ${first} to ${last}`,
      reading: (name: string, value: string) => `${name}: ${value}`,
      inByte: (byte: number) => `in byte ${byte}`,
      inBytes: (bytes: string) => `in bytes ${bytes}`,
      comesBack: (weight: string, decoded: string) => `weight ${weight} comes back as ${decoded}`,
      comesBackAs: (decoded: string, sum: string) => `comes back as ${decoded} = ${sum}`,
      weight: (number: number, value: string) => `weight ${number}: ${value}`,
      notHere: 'not on the bench',
      note: (bytes: number, format: string, weights: number) =>
        `The ${bytes} bytes of a {block|block} of ${format}, ${weights} weights, in the order of the file; in each ` +
        'byte the most significant bit is at the left, and bits that are set are filled. Point at a weight or at ' +
        'bits, or go through the numbers with the arrow keys.',
      noteRuns: (runs: number, run: number) =>
        `The block holds ${runs} runs; what belongs to others than run ${run} is faint.`,
      noteWhole: (bytes: number, format: string, weights: number, from: string) =>
        `The ${bytes} bytes of a {block|block} of ${format}, ${weights} weights (${from}), as llama.cpp’s search ` +
        'stores them. In each byte the most significant bit is at the left, and bits that are set are filled. Point ' +
        'at a weight or at bits, or go through the numbers with the arrow keys. Where the cells of weights have no ' +
        'room for numbers, they are darker the larger the weight, in one colour above zero and another below.',
      parity: 'The sign of every eighth weight is the parity of the seven before it, and has no bit.',
      relativeError: (share: string) => `relative error ${share}`,
      fromModel: (first: number, last: number, tensor: string) => `weights ${first} to ${last} of ${tensor}`,
      fromBench: 'those on the bench',
      fromBenchRepeated: 'those on the bench over and over',
      digits: (count: number, digits: string) => `${plural(count, 'digit')} of base 3: ${digits}`,
      digit: 'a digit of base 3',
      digitsOf: (weights: string) => `of weights ${weights}`,
      levels: (levels: string) => `levels ${levels}`,
      step: (step: string) => `step ${step}`,
      number: 'number',
      value: 'value',
      stored: 'as stored',
      bits: 'bits',
      places: 'byte and bit of each, the most significant first',
      store: (format: string) => `Store it as ${format}`,
      takeSuperBlock: (weights: number) =>
        `Take what llama.cpp gives a super-block of these ${plural(weights, 'weight')} over and over`,
    },
    /** Studies of the open model. */
    analysis: {
      format: 'Format',
      blocks: 'Blocks',
      weights: 'Weights',
      search: 'Scale search',
      /** The same at the head of a column. */
      searchHead: 'scale search',
      divisors: {
        title: 'Where the best scales lie',
        lead:
          'For every {block|block}, the {scale|scale} with the least error is found exactly. Its divisor is ' +
          'max|x| / |scale|. Where the divisors gather tells which fixed divisors are worth trying, and what each ' +
          'search gains.',
        aSample: 'a sample, seconds',
        allOfThem: 'all of them',
        analyse: 'Analyse',
        study: 'Analysis of scales',
        nothing: 'Nothing was analysed yet.',
        allZero: 'Every block is best left all zero: there are no divisors.',
        chart: 'Best divisors',
        note: (blocks: number, length: number, format: string, share: string) =>
          `${plural(blocks, 'block')} of ${length} in ${format}; in ${share} of them the largest weight lies on the ` +
          'shorter side of the levels (dark).',
        zeros: (blocks: number) => `${plural(blocks, 'block')} of zeros have no divisor.`,
        from: 'divisor from',
        to: 'divisor to',
        longSide: 'blocks with the largest weight on the long side',
        shortSide: 'blocks with it on the short side',
        share: 'share of the blocks',
        methods: 'What each method leaves',
        methodsTable: 'Error of each method',
        methodHint: 'How the scale of a block is chosen',
        rmseHint: 'Square root of the mean squared error',
        relativeHint: 'RMSE divided by the root mean square of the weights',
        overMax7: '÷ max7',
        overMax7Hint: 'RMSE divided by that of max7',
        overExact: '÷ exact',
        overExactHint: 'RMSE divided by that of the exact optimum',
        overExactBlocksHint: 'RMSE divided by that of the exact optimum of the same blocks',
        clippedHint: 'Share of the weights beyond the last level by more than half its distance to the next',
        tables: 'The best tables of divisors',
        tablesNote: (step: string, from: string, to: string, blocks: number) =>
          'Every block takes the divisor of the table that gives it the least error. Candidates are multiples of ' +
          `${step} from ${from} to ${to}; the tables are searched on ${plural(blocks, 'block')} at even distances. ` +
          'Tables of one and two are the best of all; larger ones cannot be improved by exchanging one divisor.',
        tablesTable: 'Tables of divisors',
        notYet: 'They are searched when all blocks were seen.',
        count: 'k',
        countHint: 'Divisors in the table',
        foundBy: 'found by',
        tryingAll: 'trying all',
        exchange: 'exchange',
        divisors: 'divisors',
      },
      formats: {
        title: 'Number formats',
        lead:
          'Four bits name sixteen values, and they can be any sixteen. Here every kind of number is tried on your ' +
          '{weight|weights}: integers with and without zero point or offset, floats, dynamic exponents, quantiles, ' +
          'and the levels that fit this {tensor|tensor} best, in {block|blocks} of 16 to 4096 or whole rows.',
        codeBits: 'Bits of a code',
        absmax: 'absmax',
        absmaxHint: 'The largest magnitude lands on the last level',
        grid: 'grid',
        gridHint: '32 scales from 1.1 down to 0.22 of absmax, then a least-squares fit',
        exact: 'exact, slow',
        exactHint: 'The proven minimum over storable scales; not for offsets and zero points',
        scalesAndOffsets: 'Scales and offsets',
        bits16: '16 bits each',
        bits32: '32 bits each',
        compare: 'Compare',
        study: 'Comparison of number formats',
        nothing: 'Nothing was compared yet.',
        ofLlama: 'types of llama.cpp',
        ofLlamaMeans: 'As llama-quantize writes them, without importance.',
        chart: 'Error over bits',
        note:
          'Relative error is the square root of the summed squared errors over the summed squared weights. Bits ' +
          'count codes, {scale|scales}, offsets, and lists of levels that belong to the tensor. The line is the ' +
          'frontier: no other way has as few bits and less error.',
        which: 'Which points',
        best: 'best search and split',
        everything: 'everything tried',
        numbers: 'numbers',
        size: 'size',
        frontier: 'on the frontier',
        yes: 'yes',
        kinds: 'What the kinds of numbers are',
      },
      groups: {
        title: 'Symmetric or asymmetric',
        lead:
          'Four-bit integers in groups of 128, 64 and 32, {scale|scaled} by the largest magnitude, over every ' +
          'matrix. Leaving the zero point out makes inference simpler; this is what it costs on your model. Errors ' +
          'are sums of squares over a {tensor|tensor}, as if all its weights had been looked at.',
        compare: 'Compare groups',
        study: 'Comparison of groups',
        ways: (ways: string) => `${ways} ways.`,
        table: 'Integers in groups',
        group: 'group',
        weights: 'weights',
        groupHint: 'Weights that share a scale',
        largestHint: 'Largest sum of squared errors of a tensor',
        of: 'of',
        mean: 'mean error',
        meanHint: 'Mean of the tensors’ sums of squared errors',
        largestRelative: 'largest relative',
        meanRelative: 'mean relative',
      },
      levels: {
        title: 'Levels of your own',
        lead:
          'Drag the levels, or type them, and watch what they leave of this {tensor|tensor}. Each {block|block} has ' +
          'one {scale|scale}; the largest level stands for its largest weight when the scale is chosen by absmax.',
        startFrom: 'Start from',
        fit: 'Fit to this tensor',
        optimal: 'optimal levels…',
        count: (levels: number) => `${levels} levels`,
        label: 'Levels',
        note: '2 to 256 different numbers; they are taken into the comparison above as well',
        onBench: 'The block on the bench with these levels',
        needsEnds: 'The Lab needs a negative and a positive end',
        tryOnBlock: 'Try on a block',
        leave: 'What these levels leave',
        rmse: (value: string) => `RMSE ${value}`,
        relativeMeans: 'The square root of the summed squared errors over the summed squared weights of the sample.',
        codes: (bits: number) => `${bits}-bit codes`,
        bitsMeans: 'Codes, and a half float for the scale of every block. The list of levels is not counted.',
        information: 'information',
        bits: (bits: string) => `${bits} bits`,
        entropy: 'entropy of the codes',
        entropyMeans: 'The entropy of how often each level is taken: what a code really carries.',
        chart: 'Levels over the weights',
        chartNote: (weights: string, all: string, tensor: string, blocks: string) =>
          `${weights} of the ${all} weights of ${tensor}, rows spread evenly, ${blocks}. Optimal levels are exact ` +
          '1-D k-means on 2048 buckets of the weights divided by their block’s largest magnitude, errors weighted by ' +
          'its square.',
        share: 'share of the weights',
      },
    },
    feedback: {
      title: 'Why a worse weight can be a better answer',
      lead:
        'A {layer|layer} puts out Σ {weight|weight} × input. Where inputs of columns rise and fall together, an ' +
        'error in one column can be made good in the next. The method {em|calibrated} rounds column by column and ' +
        'hands each error on to the columns that follow ({em|feedback}), then moves single codes as long as the ' +
        'output gains ({em|descent}). What counts is eᵀHe: e the errors of the weights, H the mean product of the ' +
        'inputs of each two columns.',
      bitsOf: 'Bits of a weight',
      bits: (bits: string) => `${bits} bits`,
      backToInvented: 'Back to the invented row',
      invented: (correlation: string) =>
        'An invented row. All its inputs have a mean square of 1; those of neighbours have a correlation of ' +
        `${correlation}, of columns further apart less.`,
      piece: (row: number, tensor: string, first: number, last: number, tokens: number, text: string) =>
        `Row ${row} of ${tensor}, columns ${first} to ${last}; H of what they met in ${tokens} tokens of ${text}.`,
      pieceInTurns: (row: number, tensor: string, first: number, last: number, tokens: number, text: string) =>
        `Row ${row} of ${tensor}, columns ${first} to ${last}; H of what they met in ${tokens} tokens of ${text}, as ` +
        'turns in the chat template.',
      pieceOfModel: 'A piece of this model',
      noPiece: 'A piece of this model cannot be shown: its inputs are not known.',
      row: 'Row',
      firstColumn: 'First column',
      showColumns: 'Show these columns',
      read: (share: string) => `${share} read`,
      readPaused: (share: string) => `${share} read, paused`,
      reads: (tokens: string, text: string) => `The model reads ${tokens} tokens of ${text} as far as that layer.`,
      steps: 'Steps',
      beginning: 'To the beginning',
      stepBack: 'A step back',
      stepOn: 'A step on',
      hold: 'Hold',
      play: 'Play',
      step: 'Step',
      stepOf: (step: number, last: number) => `step ${step} of ${last}`,
      nothingYet: 'Nothing is rounded yet.',
      onlyPlain: 'With feedback no change of a single code helps any more; plain rounding is still descending.',
      descent: (column: number, stored: string, wanted: string) =>
        `Descent: column ${column} goes to ${stored}, nearest to ${wanted}, where the output’s error is least.`,
      /** What became of a column: the first; others, on which so much was handed; the last, with nowhere to go. */
      first: (column: number, weight: string, error: string, stored: string) =>
        `Column ${column}: weight ${weight}, its error of ${error} (stored as ${stored}) is handed on to the columns ` +
        'that follow, as far as they go together.',
      next: (column: number, weight: string, handed: string, wanted: string, error: string, stored: string) =>
        `Column ${column}: weight ${weight}, ${handed} was handed on to it, so ${wanted} is wanted; its error of ` +
        `${error} (stored as ${stored}) is handed on to the columns that follow, as far as they go together.`,
      nextNothing: (column: number, weight: string, wanted: string, error: string, stored: string) =>
        `Column ${column}: weight ${weight}, nothing was handed on to it, so ${wanted} is wanted; its error of ` +
        `${error} (stored as ${stored}) is handed on to the columns that follow, as far as they go together.`,
      last: (column: number, weight: string, handed: string, wanted: string, error: string, stored: string) =>
        `Column ${column}: weight ${weight}, ${handed} was handed on to it, so ${wanted} is wanted; its error of ` +
        `${error} (stored as ${stored}) has nowhere to go.`,
      lastNothing: (column: number, weight: string, wanted: string, error: string, stored: string) =>
        `Column ${column}: weight ${weight}, nothing was handed on to it, so ${wanted} is wanted; its error of ` +
        `${error} (stored as ${stored}) has nowhere to go.`,
      plainPath: 'plain rounding, then descent',
      feedbackPath: 'feedback, then descent',
      pathError: (path: string, what: string) => `${path}: ${what}`,
      map: {
        title: 'H: which inputs go together',
        note:
          'The mean product of the inputs of each two columns, in squared units of the inputs; on the diagonal their ' +
          'mean squares, which an {importance|importance matrix} has. A tenth of the mean of the diagonal is added ' +
          'to it.',
        column: 'column',
        withColumn: (column: number) => `with column ${column}, inputs squared`,
      },
      rowChart: {
        title: 'The row',
        note: (scale: string) =>
          'What each weight was, what is wanted of it by now, and what is stored: whole multiples of ' +
          `${scale}, the {scale|scale} with the least error weighted by the diagonal of H (faint lines).`,
        weight: 'weight',
        wanted: 'wanted, with errors handed on',
        stored: 'stored, with feedback',
        plain: 'stored plainly',
        wantedByNow: 'wanted by now',
        storedWith: 'stored with feedback',
      },
      errors: {
        title: 'Error of the row’s output',
        note:
          '√(eᵀHe / wᵀHw) after each step; columns that are not rounded yet count as right. Behind the line, the ' +
          'descent: one code changes a step.',
        step: 'step',
      },
      ends: {
        nearest: 'each weight to its nearest',
        nearestDescent: '… then descent: one pass',
        feedback: 'feedback',
        feedbackDescent: '… then descent: layer after layer',
        label: 'Errors of weights and output, each way',
        way: 'way',
        ofWeights: 'error of the weights',
        ofOutput: 'error of the output',
        nothing:
          'Here nothing is gained: plain rounding is as good for the output, for these eight inputs hardly go ' +
          'together. In a whole row each column has hundreds of others to hand its error to.',
        worseWeights: (weights: [string, string], outputs: [string, string]) =>
          `The weights end further from what they were (${weights[1]} instead of ${weights[0]}), and the output ` +
          `nearer to what it was: ${outputs[1]} instead of ${outputs[0]}.`,
        better: (outputs: [string, string]) =>
          'Here the weights end no further from what they were, and the output is nearer to what it was: ' +
          `${outputs[1]} instead of ${outputs[0]}.`,
      },
    },
    story: {
      label: 'Story',
      place: (step: number, steps: number) => `${step} of ${steps}`,
      openModel: 'Open a model, and show the block of it that has the largest error.',
      openModelButton: 'Open a model…',
      showWorst: 'Show the worst block',
      before: '‹ Before',
      next: 'Next ›',
      end: 'End',
      leave: 'Leave',
      /** By the ids of story/steps.ts: a title, what it is about, and what to try. */
      steps: {
        obvious: {
          title: 'Four weights and the obvious scale',
          text:
            'A {block|block} stores one {scale|scale}, and for each weight a small whole number, its level. The ' +
            'obvious scale, 0.6/7, puts the largest weight on the last level; the other three fall between levels ' +
            'and are rounded.',
          task: 'Press Play: the scale goes from one end to the other, and weights snap from level to level.',
        },
        better: {
          title: 'Why 0.1 is better',
          text:
            'At 0.1 the last level stays unused, but all four weights lie on a level. The best {scale|scale} is the ' +
            'lowest valley of the curve, not the end of the range.',
          task: 'Drag the handle under the curve into another valley, and see which weights are right there.',
        },
        outlier: {
          title: 'An outlier arrives',
          text:
            'One weight is far larger than the others. A {scale|scale} that reaches it leaves the small ones hardly ' +
            'a level: all of them share one scale.',
          task: 'Drag weight 11 on the number line towards the others, and watch the error fall.',
        },
        offset: {
          title: 'An offset',
          text:
            'All these weights lie on one side of zero, where half of the levels are of no use. With an ' +
            '{minimum|offset} beside the {scale|scale} the levels begin at the smallest weight, and the error is a ' +
            'map over two numbers.',
          task: 'Choose Q4_0 as the format, compare the relative error, and come back with Q4_1.',
        },
        superBlock: {
          title: 'A super-block',
          text:
            'A {scale|scale} and an {minimum|offset} for 32 weights cost 32 bits in Q4_1. Q4_K stores them as two ' +
            'whole numbers of six bits, multiples of two numbers, d and dmin, that 256 weights share: a ' +
            '{superBlock|super-block}.',
          task: 'Point at a weight below: its code lights up, and with it the numbers its value is computed from.',
        },
        feedback: {
          title: 'Rounding that repairs itself',
          text:
            'What counts is what a {layer|layer} puts out, and its inputs rise and fall together. Error feedback ' +
            'rounds column by column and hands each error on to the columns that follow: worse weights, a better ' +
            'answer.',
          task: 'Play the steps below, and compare the two errors of the output at the end.',
        },
        worst: {
          title: 'The worst block of your model',
          text:
            'Every {tensor|tensor} is made of many such {block|blocks}. The one with the largest relative error ' +
            'shows what a format finds hardest.',
          task: 'Choose another tensor or format, show its worst block, and play through the scales.',
        },
      },
    },
  },
};

/** What a language must say: all that English says. */
export type Texts = typeof en;
