/**
 * All words of the page in German, in one file like English (en.ts).
 *
 * Controls are in the infinitive ("Modell öffnen"); a person is addressed with "Sie", rarely. Typography: „…“, decimal
 * comma, narrow space before units and %, en dash. One word for one thing:
 *
 *   weight Gewicht · tensor Tensor, Tensoren · layer Schicht · row Zeile · column Spalte · shape Form · role Rolle
 *   block Block · super-block Super-Block · scale Skala, Skalen · minimum Minimum · offset Versatz · code Code
 *   level Stufe · codebook Codebuch · grid Raster · step Schrittweite · clipped abgeschnitten · to round runden
 *   quantize quantisieren · quantization Quantisierung · file type Dateityp · type Typ · format Format
 *   scale search Skalensuche · method Verfahren · mix Mischung · target Ziel · share Anteil · budget Budget
 *   importance matrix Importance-Matrix · importance Wichtigkeit · to calibrate kalibrieren · activation Aktivierung
 *   error Fehler · signal to noise Signal-Rausch-Abstand · RMSE · relative error relativer Fehler · bias Bias
 *   KL divergence KL-Divergenz · perplexity Perplexität · probability Wahrscheinlichkeit · answers Antworten
 *   original Original · output Ausgabe (the file made) · result Ergebnis · run Lauf · receipt Beleg · shelf Ablage
 *   Model, Plan, Run, Result, Lab Modell, Plan, Lauf, Ergebnis, Labor · sample model Beispielmodell · story Geschichte
 *   outlier Ausreißer · feature Merkmal · attention Attention · feed-forward Feed-Forward · expert Experte
 *   token Token · context Kontext · KV cache KV-Cache · scratch Zwischenspeicher · memory Arbeitsspeicher
 *   storage (of the browser) Speicher des Browsers · disk Festplatte · worker Worker · core Kern · page Seite
 *   to measure messen · measurement Messung · study, text text Text · chunk Abschnitt · scored token bewertetes Token
 *   error feedback Fehlerrückführung · evidence Nachweis · note Hinweis · Stop Anhalten · Save Speichern · Open Öffnen
 */
import type { Pair, Texts } from './en';
import { integer, percent, plural, quantity } from './units';

const definitions = {
  sqnr: 'Signal zu Quantisierungsrauschen: 10 log₁₀(Σ x² / Σ (x − y)²). Sechs Dezibel mehr halbieren den Fehler.',
  relative:
    'RMS-Fehler durch RMS der Gewichte: √(Σ (x − y)² / Σ x²). Er vergleicht Tensoren, deren Gewichte verschieden ' +
    'groß sind.',
  rmse: 'Wurzel aus dem mittleren quadratischen Fehler: √(Σ (x − y)² / n), in Einheiten der Gewichte.',
  weighted:
    'RMSE, in dem jedes Gewicht mit der Wichtigkeit q seiner Spalte zählt: √(Σ q (x − y)² / Σ q), über Gewichte, ' +
    'die eine haben. Ihn macht die Importance-Matrix kleiner.',
  ratio:
    'Der RMSE des verwendeten Verfahrens durch den des verglichenen, an denselben Gewichten in gleichem Typ und ' +
    'gleicher Größe. Unter 1 verlor das verwendete weniger.',
  max: 'Das größte |x − y| aller Gewichte.',
  median:
    'Die Hälfte der Gewichte hat ein |x − y| von höchstens diesem Wert. Abgelesen an einem feinen logarithmischen ' +
    'Histogramm, höchstens um 1/128 zu hoch.',
  p95: '95 von 100 Gewichten haben ein |x − y| von höchstens diesem Wert, abgelesen wie der Median.',
  bias: 'Das Mittel von y − x: positiv, wo dekodierte Gewichte im Mittel zu groß sind.',
  clipped: 'Gewichte außerhalb des Bereichs, den die Codes ihres Blocks erreichen, an dessen Ende abgeschnitten.',
  zeros: 'Gewichte, die vorher nicht null sind und zu genau null dekodiert werden.',
  bits: 'Bits an Tensordaten in der Ausgabe, die Skalen der Blöcke eingeschlossen, je Gewicht des Modells.',
  notFinite: 'Gewichte, die keine Zahlen oder unendlich sind. In den anderen Zahlen fehlen sie.',
  caveat:
    'Diese Zahlen sagen, wie weit sich die Gewichte bewegt haben, nicht, wie gut das Modell antwortet. Ein ' +
    'kleinerer Fehler hilft meistens, aber zwei Dateien mit gleichem Fehler können verschieden antworten; das zeigt ' +
    'nur ein Versuch.',
};

const answersOf = ({ first, second }: Pair) => ({
  divergence:
    'Mittlere Kullback-Leibler-Divergenz: wie viel an jedem bewerteten Token verloren geht, wenn für das nächste ' +
    `Token die Wahrscheinlichkeiten gelten, die ${second} nennt, und nicht die, die ${first} nennt. 0 nur, wenn ` +
    'alle gleich sind. Nach ±: der Standardfehler des Mittels.',
  worst: '99 von 100 bewerteten Token haben eine Divergenz unter diesem Wert.',
  top:
    'Anteil der bewerteten Token, nach denen beide dasselbe nächste Token für das wahrscheinlichste halten. Nach ±: ' +
    'der Standardfehler.',
  kept:
    `Was ${second} im Mittel von der Wahrscheinlichkeit übrig lässt, die ${first} dem wahrscheinlichsten nächsten ` +
    `Token gibt. Mehr als 100\u202f%, wo ${second} sicherer ist.`,
  perplexity:
    `Unter wie vielen gleich wahrscheinlichen Token ${second} im Mittel zu wählen scheint: e hoch das Mittel von ` +
    '−ln p des Tokens, das wirklich folgt. Weniger ist besser. Unterschiede, die kleiner sind als der Fehler, ' +
    'bedeuten wenig.',
});
const answers = answersOf({ first: 'das Original', second: 'die kleinere Datei' });

export const de: Texts = {
  language: {
    name: 'Deutsch',
    choose: 'Sprache',
  },

  units: {
    decimal: ',',
    space: '\u202f',
    byte: 'Byte',
    bytes: 'Byte',
    noError: 'kein Fehler',
    scalar: 'Skalar',
    weightUnits: 'Einheiten der Gewichte',
    and: (items, last) => `${items} und ${last}`,
    more: (items, more) => `${items} und ${more} weitere`,
  },

  common: {
    close: 'Schließen',
    closeAll: 'Alle schließen',
    stop: 'Anhalten',
    pause: 'Pause',
    goOn: 'Weiter',
    lab: 'Labor',
    tensors: (count) => plural(count, 'Tensor', 'Tensoren'),
    tokens: (count) => plural(count, 'Token', 'Token'),
    outputs: (count) => plural(count, 'Ausgabe', 'Ausgaben'),
    bitsPerWeight: 'Bits pro Gewicht',
    relativeError: 'relativer Fehler',
    timeLeftUnknown: 'Restzeit noch nicht bekannt',
  },

  page: {
    title: 'Nibble: ein Modell in diesem Tab quantisieren',
    titleOfRun: (percentDone) => `${percentDone}\u202f% · Nibble`,
    skip: 'Zum Inhalt springen',
    open: 'Öffnen…',
    newer:
      'Eine neuere Version dieser Seite ist da. {use|Jetzt verwenden} (die Seite beginnt von vorn) oder ' +
      'weitermachen; beim nächsten Mal wird sie verwendet.',
    made: (version) =>
      `Nibble ${version}. Keine Datei verlässt diesen Computer; die Seite fragt bei keinem anderen Server an.`,
    madeWithCore: (version, core, kernel) =>
      `Nibble ${version}, Kern ${core}, Rechenkerne ${kernel}. Keine Datei verlässt diesen Computer; die Seite ` +
      'fragt bei keinem anderen Server an.',
    drop: 'Zum Öffnen hier ablegen',
    places: 'Orte',
    model: 'Modell',
    plan: 'Plan',
    run: 'Lauf',
    result: 'Ergebnis',
    aMix: 'eine Mischung',
    ended: { done: 'fertig', stopped: 'angehalten', failed: 'gescheitert' },
    wordsNotFetched: (language) => `${language} war nicht zu laden`,
    wordsNotFetchedWhy:
      'Die Wörter werden geladen, wenn sie zum ersten Mal gebraucht werden, und kamen nicht an. Die Seite bleibt, ' +
      'wie sie war. Versuchen Sie es mit Netz noch einmal.',
    coreNotLoaded: 'Der Quantisierer war nicht zu laden',
    reload: (problem) => `${problem} Laden Sie die Seite neu, um es noch einmal zu versuchen.`,
    somethingWrong: 'Etwas ist schiefgegangen',
    unsupported: {
      title: 'Nibble läuft in diesem Browser nicht',
      missing: (what) => `Es fehlt: ${what}.`,
      needs:
        'Nibble arbeitet auf diesem Computer, in WebAssembly und in Workern, die Module sind. Chromium 95, Firefox ' +
        '114, Safari 16.4 und neuere haben beides.',
      switchedOff:
        'In einem solchen Browser kann etwas sie abgeschaltet haben: ein Blockierungsmodus oder strenge ' +
        'Sicherheitseinstellungen, eine Richtlinie Ihrer Organisation oder eine Erweiterung. Erlauben Sie dieser ' +
        'Seite WebAssembly und Worker und laden Sie sie neu, oder nehmen Sie einen anderen Browser oder die ' +
        'Kommandozeile.',
      webWorkers: 'Web Worker',
      moduleWorkers: 'Worker als Module',
    },
    notices: 'Meldungen',
    noticesOpen: (count) => plural(count, 'Meldung', 'Meldungen'),
    closeNotice: (title) => `Schließen: ${title}`,
    otherTabsKeep: (outputs, size) =>
      `Andere Tabs dieser Seite halten ${plural(outputs, 'Ausgabe', 'Ausgaben')}, ${size}, im privaten Speicher ` +
      'dieses Browsers. Wenn sie geschlossen werden, wird er frei.',
    storageKeeps: (outputs, size) =>
      `Im privaten Speicher dieses Browsers liegen ${plural(outputs, 'Ausgabe', 'Ausgaben')}, ${size}, von früheren ` +
      'Besuchen oder von anderen Tabs dieser Seite. {delete|Jetzt löschen}, sofern kein anderer Tab sie noch ' +
      'braucht.',
    kinds: {
      models: 'Modelle und Importance-Matrizen',
      matrix: 'Importance-Matrix',
      text: 'Ein Text',
      statistics: 'Statistik einer Kalibrierung',
    },
    thisFolder: 'Dieser Ordner',
    dropped: 'Das Abgelegte',
    droppedNoFile: 'Es ist keine Datei. Legen Sie eine GGUF- oder safetensors-Datei ab oder den Ordner eines Modells.',
    openKeys: 'Strg+O',
  },

  parts: {
    table: {
      filter: (nouns) => `${nouns} filtern`,
      all: (count, nouns) => `${count} ${nouns}`,
      some: (found, count, nouns) => `${found} gefunden, insgesamt ${count} ${nouns}`,
      none: (nouns, filter) => `${nouns}: nichts passt zu „${filter}“.`,
      sortBy: (column) => `Nach „${column}“ sortieren`,
      tensors: { one: 'Tensor', other: 'Tensoren' },
      matrices: { one: 'Matrix', other: 'Matrizen' },
      measurements: { one: 'Messung', other: 'Messungen' },
      features: { one: 'Merkmal', other: 'Merkmale' },
      methods: { one: 'Verfahren', other: 'Verfahren' },
      tables: { one: 'Tabelle', other: 'Tabellen' },
      ways: { one: 'Art', other: 'Arten' },
    },
    copied: 'Kopiert',
    notCopied: 'Der Browser ließ das Kopieren nicht zu',
    useGpu: (adapter, gpu, worker) =>
      `GPU verwenden {quiet|(${adapter}): gemessen ${gpu}\u202fGFLOP/s; ein Worker des Prozessors hat etwa ` +
      `${worker}. Die letzten Stellen der Zahlen sind dann dieser GPU eigen.}`,
    warnings: 'Warnungen',
    warning: '{strong|Warnung:} {text}',
    notes: 'Hinweise',
    tensor: 'Tensor',
    studying: (share, piece, pieces) => `${share}, Stück ${piece} von ${pieces}`,
    studyingPaused: (share, piece, pieces) => `${share}, Stück ${piece} von ${pieces}, Pause`,
    studyStopped: 'Angehalten: Die Zahlen sind die der bis dahin gesehenen Stücke.',
    studyFinished: 'Fertig.',
    allWeights: (weights, tensors) => `Alle ${weights} Gewichte von ${plural(tensors, 'Tensor', 'Tensoren')}.`,
    sample: (weights, ofWeights, tensors) =>
      `Eine Stichprobe: ${weights} der ${ofWeights} Gewichte von ${plural(tensors, 'Tensor', 'Tensoren')}, ` +
      'gleichmäßig verteilte Zeilen.',
    leftOut: (matrices) => `${plural(matrices, 'Matrix', 'Matrizen')} ausgelassen, weil die Zeilen nicht passen.`,
    anotherText: 'Anderen Text verwenden…',
    shippedText: (name) => `Wieder ${name} verwenden`,
  },

  model: {
    title: 'Modell',
    titleFirst: 'Ein Modell kleiner machen, in diesem Tab',
    readingHeader: (name) => `liest den Kopf von ${name}`,
    fetching: (name, size) => `lädt ${name}, ${size}`,
    nothingUploaded: 'nichts wird hochgeladen',
    dropAModel:
      'Ein Modell irgendwo auf dieser Seite ablegen: eine GGUF-Datei oder den Ordner eines Hugging-Face-Modells.',
    chooseFile: 'Datei wählen',
    chooseFolder: 'Ordner wählen',
    tryStory: (size) => `Mit einem Geschichtenmodell von ${size} ausprobieren`,
    whatItBecomes:
      'Es wird eine kleinere {gguf|GGUF}-Datei des gewählten Typs, mit denselben Bytes, die llama-quantize ' +
      'schreibt, und mit Zahlen, die sagen, wo der Fehler geblieben ist. Alles geschieht auf diesem Computer: ' +
      'Nichts wird hochgeladen, und nach dem ersten Besuch geht die Seite auch ohne Netz.',
    aboutStory: (name) =>
      `Das Geschichtenmodell wurde für diese Seite trainiert und kommt mit ihr: Mit ${name} ist hier alles zu ` +
      'sehen, bis zu den Geschichten, die es noch erzählt. Oder im {lab|Labor} beginnen, das an vier Gewichten, 0,1 ' +
      '0,2 0,3 0,6, zeigt, was ein {quantize|Quantisierer} zu entscheiden hat.',
    usualStart:
      'F32-, F16- und BF16-Modelle sind der übliche Anfang. Alle Teile eines geteilten Modells gehören zusammen ' +
      'hinein. Auch eine einzelne safetensors-, PyTorch- oder NumPy-Datei eines beliebigen Netzes lässt sich messen ' +
      'und als GGUF schreiben.',
    about: 'Über dieses Modell',
    noArchitecture: 'keine Architektur genannt',
    tensors: (count) => `${integer(count)} {tensor|${count === 1 ? 'Tensor' : 'Tensoren'}}`,
    weights: (count) => `${count} {weight|Gewichte}`,
    views: 'Mehr vom Modell',
    whereBytes: 'Wo die Bytes sind',
    tensorsTab: (count) => `Tensoren, ${count}`,
    metadataTab: (keys) => `Metadaten, ${plural(keys, 'Schlüssel', 'Schlüssel')}`,
    standOut: 'Auffällige Spalten',
    compare: 'Mit anderer Datei vergleichen',
    showTensors: 'Tensoren zeigen',
    byLayer: 'Nach Schichten',
    inOneTable: 'Alle in einer Tabelle',
    tensorTable: 'Tensoren',
    tensorsByLayer: 'Tensoren nach Schichten',
    name: 'Name',
    layerAndName: '{layer|Schicht} und Name',
    role: 'Rolle',
    shape: 'Form',
    type: 'Typ',
    typeHint: 'Das Format, in dem seine Gewichte gespeichert sind.',
    stored: 'gespeichert',
    storedHint: 'Der Typ der Bytes in den Dateien; den Typ davor hat eine GGUF-Datei dieses Modells',
    weightsColumn: 'Gewichte',
    bytesColumn: 'Bytes',
    size: 'Größe',
    share: 'Anteil',
    shareHint: 'An den Bytes aller Tensoren',
    blocks: 'Blöcke',
    blocksHint: 'Zeigt einen Block des Tensors im Labor',
    showBlock: (tensor) => `Einen Block von ${tensor} im Labor zeigen`,
    tensorsColumn: 'Tensoren',
    openAll: 'Alle öffnen',
    closeAll: 'Alle schließen',
    foundOf: (found, all) => `${found} von ${plural(all, 'Tensor', 'Tensoren')}`,
    filterMetadata: 'Metadaten filtern',
    metadata: 'Metadaten',
    keys: (count) => plural(count, 'Schlüssel', 'Schlüssel'),
    keysOf: (shown, all) => `${shown} von ${all} Schlüsseln`,
    ofMetadata: 'der {metadata|Metadaten}',
    noMetadata: (filter) => `Keine Metadaten passen zu „${filter}“.`,
    entries: (type, count) => `${type}, ${count}`,
    branches: {
      comesIn: 'kommt herein',
      goesOut: 'geht hinaus',
      attention: 'Attention',
      stateSpace: 'Zustandsraum',
      feedForward: 'Feed-Forward',
      more: 'Weiteres',
      layer: (number) => `Schicht ${number}`,
    },
    sampleNote: (runs, length) =>
      `Minimum, Maximum, RMS, Ausreißer und Histogramm kommen aus einer Stichprobe: ${runs} Strecken von ${length} ` +
      'Gewichten in der Mitte gleicher Teile eines Tensors, oder ein kleinerer ganz. Seltene Extreme können ' +
      'außerhalb liegen.',
    min: 'Min.',
    minHint: 'Das kleinste Gewicht, in der Stichprobe',
    max: 'Max.',
    maxHint: 'Das größte Gewicht, in der Stichprobe',
    rms: 'RMS',
    rmsHint: 'Wurzel aus dem Mittel der quadrierten Gewichte, in der Stichprobe',
    outliers: 'Ausreißer',
    outliersHint: 'Gewichte mit einem Betrag von mehr als 6 RMS, in der Stichprobe',
    histogram: 'Histogramm',
    histogramHint: 'Gewichte der Stichprobe von −4 RMS bis 4 RMS; was darüber hinausgeht, ist in den äußersten Balken',
    histogramCounts: (counts) => `Anzahlen von −4 bis 4 RMS: ${counts}`,
  },

  plan: {
    title: 'Wie klein, wie gut, passt es?',
    modelInShort: (architecture, weights) => `{title}, ${architecture}, ${weights} Gewichte, {size}`,
    views: 'Mehr vom Plan',
    allTypes: 'Alle Typen',
    ownSize: 'Eigene Größe',
    importance: 'Wichtigkeit',
    importanceByMatrix: 'Wichtigkeit: eine Matrix',
    searchTab: (method) => `Skalensuche: ${method}`,
    options: 'Optionen',
    optionsSet: (count) => `Optionen, ${count} gesetzt`,
    eachTensor: 'Jeder Tensor',
    waiting: 'Hier gibt es etwas zu wählen, sobald ein Modell offen ist, das sich quantisieren lässt.',
    openFirst: 'Zuerst ein Modell öffnen: Dann hat hier jeder Typ seine genaue Größe und die Datei, die er ergibt.',
    quantize: 'Quantisieren',
    allowIt: 'Für diesen Lauf erlauben',
    shareOf: (share, size) => `${share} von ${size}`,
    substituted: (tensors) => `${plural(tensors, 'Tensor', 'Tensoren')}: {sentence} {names}`,
    bar: (size, bits, memory, workers) =>
      `{output}, {exact|${size}, }${bits} {bits|Bits pro Gewicht} · höchstens ${memory} Arbeitsspeicher mit ` +
      `${plural(workers, 'Worker', 'Workern')}`,
    barCalibrated: (time) => `vorher kalibriert: ${time}`,
    barToRun: (memory) => `etwa ${memory} zum Ausführen`,
    barFits: (memory, there) => `etwa ${memory} zum Ausführen: passt in ${there}`,
    barFitsNot: (memory, there) => `etwa ${memory} zum Ausführen: passt nicht in ${there}`,
    warning: '{strong|Warnung:} {text}',
    warningOf: (count) => `{strong|Warnung 1 von ${count}:} {text}`,
    outputFiles: (count) =>
      `Die Ausgabe besteht aus ${plural(count, 'Datei', 'Dateien')}: Wenn alle vollständig sind, hat jede einen ` +
      'Knopf zum Speichern.',
    askFirst: 'Vorher fragen, wohin gespeichert wird, und gleich in diese Datei schreiben',
    copyCommand: 'Als Befehl kopieren',
    runGoing: 'Ein Lauf ist im Gang: {run|abwarten oder anhalten}.',
    textIsRead: 'Der Text wird gelesen.',

    suggested: 'Vorschläge für dieses Modell',
    aims: { small: 'Kleinster, der sich lohnt', recommended: 'Empfohlen', lossless: 'Fast verlustfrei' },
    usualChoice: 'die übliche Wahl von llama.cpp',
    smallestBelow: (error) => `der kleinste, dessen Fehler höchstens ${error} der Gewichte ist`,
    smallestToMeasure: (error) =>
      `der kleinste, dessen Fehler höchstens ${error} der Gewichte ist; seine Antworten messen`,
    nothingFits: (memory) => `Kein Dateityp, der sich lohnt, passt in ${memory}.`,
    knownLater: 'bekannt, wenn einige Zeilen gemessen sind',
    sizeAndShare: (size, share) => `${size}, ${share} der Größe`,
    errorPredicted: (error, decibels, reason) => `Fehler ${error} (${decibels}) vorhergesagt: ${reason}`,
    answersApart: (reason, divergence) => `${reason}; Antworten gemessen: ${divergence} entfernt`,

    fits: 'Passt es?',
    fitsIn: 'Passt es in {memory}',
    memoryToRunIn: 'Arbeitsspeicher zum Ausführen',
    memoryExample: '8 GB',
    forContext: 'für {context}',
    contextInTokens: 'Kontext, in Token',
    contextTokens: (tokens) => `${tokens} Token`,
    ofContext: '{context|Kontext},',
    cache: 'Cache {type}',
    cacheType: 'Typ des KV-Caches',
    fitsHow:
      'Markiert die Dateien, die passen: Gewichte, der Cache für so viele Token und Zwischenspeicher, wie llama.cpp ' +
      'sie anlegt.',
    besideWeights: (cache, scratch) =>
      `Neben den Gewichten braucht llama.cpp ${cache} für den {cache|Cache} und etwa ${scratch} ` +
      '{scratch|Zwischenspeicher}.',

    plane: 'Größe und Fehler',
    planeNote:
      'Jeder Punkt ist ein Dateityp: Weiter oben ist der Fehler kleiner, weiter links die Datei. Die Linie ist die ' +
      'beste Mischung von Typen für jede Größe. Fehler sind aus der Stichprobe vorhergesagt, mit der Skalensuche ' +
      'von llama.cpp. Hinter dem Bruch der Achse liegen die Größen enger beieinander. Raute: was geplant ist. Ein ' +
      'Klick wählt.',
    planeOfResult: 'Wo dieses Ergebnis liegt',
    planeOfResultNote:
      'Jeder Punkt ist ein Dateityp: Weiter oben ist der Fehler kleiner, weiter links die Datei. Die Linie ist die ' +
      'beste Mischung von Typen für jede Größe. Fehler sind aus der Stichprobe vorhergesagt, mit der Skalensuche ' +
      'von llama.cpp. Hinter dem Bruch der Achse liegen die Größen enger beieinander. Raute: dieses Ergebnis, über ' +
      'alle seine Gewichte. Ein Klick wählt.',
    planeTags: { small: 'kleinster', recommended: 'empfohlen', lossless: 'fast verlustfrei' },
    sizeAndBits: (size, bits) => `${size}, ${bits} Bits pro Gewicht`,
    noWeightChanges: 'kein Gewicht ändert sich',
    signalToNoise: (decibels) => `Signal-Rausch-Abstand ${decibels}`,
    toRun: (memory) => `etwa ${memory} zum Ausführen`,
    fitsThere: (memory) => `passt in ${memory}`,
    fitsNotThere: (memory) => `passt nicht in ${memory}`,
    fitsWith: (memory, tokens) => `passt mit ${tokens} Token in ${memory}`,
    answersMeasured: (divergence) => `Antworten, gemessen: ${divergence} entfernt`,
    bestMixFor: (size) => `beste Mischung für ${size}`,
    yourMix: 'Ihre Mischung',
    kind: 'Art',
    kinds: { type: 'Typ', best: 'beste', chosen: 'gewählt' },
    signalToNoiseColumn: 'Signal-Rausch-Abstand',
    divergenceColumn: 'mittlere Divergenz der Antworten, gemessen',
    fileSize: 'Größe der Datei',
    planeEmpty: 'Mit einem offenen Modell steht hier jeder Dateityp nach Größe und Fehler, und was davon passt.',
    planeWaiting: 'Hier steht jeder Dateityp nach Größe und Fehler, sobald einige Zeilen gemessen sind.',
    legend: {
      type: 'Dateityp',
      suggested: 'vorgeschlagen',
      planned: 'geplant',
      mixes: 'beste Mischungen',
      fitsNot: 'passt nicht',
    },

    measuring: 'Eine Stichprobe der Zeilen wird gemessen.',
    measuringSome: (done, all) =>
      `Eine Stichprobe der Zeilen wird gemessen: bisher ${done} von ${plural(all, 'Tensor', 'Tensoren')}.`,
    summingUp: 'Das Gemessene wird zusammengezählt.',
    nothingToQuantize: 'Kein Tensor dieses Modells lässt sich quantisieren.',
    onAllRows: 'Die Fehler sind an allen Zeilen gemessen.',
    predictedFrom: (share) => `Die Fehler sind aus ${share} der Zeilen vorhergesagt.`,
    predictedFromFile: (share, file) => `Die Fehler sind aus ${share} der Zeilen vorhergesagt (${file}).`,
    whatThisMeans: 'Was das heißt',
    prediction:
      'Zeilen jeder Matrix, gleichmäßig verteilt und jedes Mal dieselben, werden im Hintergrund in jeden Typ ' +
      'quantisiert und mit sich selbst verglichen. Der Signal-Rausch-Abstand ist 10 log₁₀(Σ x² / Σ (x − y)²) über ' +
      'alle Tensoren, die sich quantisieren lassen, summiert über die Stichprobe jedes Tensors und auf seine Zeilen ' +
      'hochgerechnet. Das Intervall kommt daher, wie sehr sich Zeilen voneinander unterscheiden; es enthält den ' +
      'Fehler des ganzen Tensors bei mindestens 95 von 100 Tensoren und Typen. Ein kleiner Fehler der Gewichte ' +
      'verspricht keine guten Antworten.',
    stopMeasuring: 'Messen anhalten',
    measureAll: 'Alle Zeilen messen',
    saveMeasurement: 'Messung speichern',
    saveMeasurementHint:
      'Für eine andere Größe später, hier oder mit nibble solve, ohne die Gewichte noch einmal zu lesen',

    onGrids: 'Gewichte, die auf einem Raster liegen',
    useForThem: (type, method) => `${type} und ${method} für sie verwenden`,

    fileType: 'Dateityp',
    loadingQuantizer: 'Der Quantisierer wird geladen…',
    ggufTarget: 'GGUF, für llama.cpp und was darauf baut',
    blocksLead:
      'Quantisierte Typen halten Gewichte in {block|Blöcken}, jeden mit einer {scale|Skala} und manche mit einem ' +
      '{minimum|Minimum}; Typen mit K und die meisten mit IQ halten Blöcke in {superBlock|Super-Blöcken}.',
    sortTypes: 'Typen sortieren',
    sorts: { name: 'Typ', size: 'Größe', bits: 'je Gewicht', error: 'Vorhersage' },
    sizeHint: 'Der Ausgabedatei.',
    errorHint: (signalToNoise) => `Aus einer Stichprobe der Zeilen. ${signalToNoise}`,
    unchanged: 'unverändert',
    bits: (count) => plural(count, 'Bit', 'Bit'),
    bitsFromTo: (from, to) => `${from} bis ${to} Bit`,
    safetensorsTarget: 'safetensors, für Transformers und andere, die Schichten von bitsandbytes und GPTQ laden',
    layers: 'Schichten',
    noExl2:
      'EXL2 ist nicht dabei: Dessen Quantisierer lässt Texte durch das Modell laufen, um zu sehen, welche Gewichte ' +
      'zählen; eine Datei mit Gewichten allein sagt das nicht.',
    usualTypes: 'Die üblichen Typen zeigen',
    showAllTypes: (count) => `Alle ${count} Typen zeigen`,
    usualAnswers: 'Antworten der üblichen Typen',
    needsMatrix: 'braucht eine Importance-Matrix',
    substitutions: (count) => plural(count, 'Ersetzung', 'Ersetzungen'),
    answers: (divergence) => `Antworten: ${divergence}`,
    bitsOf: (bits) => `${bits} Bit`,
    lossless: 'verlustfrei',
    predicted: (error) => `Signal-Rausch-Abstand; relativer Fehler ${error}`,
    predictedBetween: (low, high, error) =>
      `Signal-Rausch-Abstand, zwischen ${low} und ${high}\u202fdB; relativer Fehler ${error}`,

    sizeNoModel: 'Mit einem offenen Modell lässt sich hier eine eigene Größe verlangen.',
    sizeNotMeasured:
      'Hier lässt sich nichts nach Größe wählen: Es wurde keine Stichprobe der Zeilen gemessen, oder kein Tensor ' +
      'lässt sich quantisieren.',
    mixLead:
      'Die {mix|Mischung} von Typen mit dem kleinsten Fehler dafür: Jeder Tensor bekommt den Typ, bei dem seine ' +
      'Bytes am meisten bewirken.',
    mixLater: 'Sie lässt sich wählen, wenn die Stichprobe der Zeilen gemessen ist.',
    mixIs: (bits, decibels, above) => {
      const figures = `{size}, ${bits} {bits|Bits pro Gewicht}, {sqnr|Signal-Rausch-Abstand} ${decibels} vorhergesagt`;
      if (above === undefined) return `${figures}; von Hand geändert.`;
      if (above === null) return `${figures}; keine Mischung dieser Typen hat bei dieser Größe weniger Fehler.`;
      return `${figures}; höchstens ${above} über dem kleinsten Fehler, den es bei dieser Größe gibt.`;
    },
    saveRecipe: 'recipe.json speichern',
    copyLlama: 'Den llama.cpp-Befehl kopieren',
    takeBack: (changes) => `${plural(changes, 'Änderung', 'Änderungen')} zurücknehmen`,
    backToType: 'Zurück zum Dateityp',
    outputSize: 'Größe der Ausgabe',
    atMost: 'höchstens',
    sizeExample: '4,2 GB',
    sizeForExample: 'Größe, zum Beispiel 4,2 GB',
    bestMix: 'Beste Mischung',
    bitsExample: '4,5',
    bitsField: 'Bits pro Gewicht',
    wrongSize: 'Schreiben Sie eine Größe in Byte oder mit Einheit, zum Beispiel 4,2 GB oder 3,9 GiB.',
    mixMap: 'Welcher Tensor welchen Typ bekommt',
    mixMapNote:
      'Ein Feld für jede Rolle in jeder Schicht, dunkler, wo es mehr Bits bekommt. Ein Klick auf ein Feld oder die ' +
      'Eingabetaste gibt ihm einen anderen Typ.',
    mixMapTitle: 'Typen nach Schicht und Rolle',
    bitsOfCell: (bits) => `${bits} Bits pro Gewicht`,
    tensor: 'Tensor',
    layer: 'Schicht',
    role: 'Rolle',
    type: 'Typ',
    size: 'Größe',
    roleInLayer: (role, layer) => `${role}, Schicht ${layer}`,
    choice: (type, size) => `${type}, ${size}`,
    choiceWithError: (type, size, error) => `${type}, ${size}, ${error} Fehler`,
    errorOfCell: (error) => `${error} relativer Fehler`,

    observe: 'Beobachten: Bits den schlechtesten Tensoren geben',
    observeHow:
      'Wie GPTQ-for-LLaMa es tut: Die Tensoren mit dem größten Fehler des Geplanten gehen durch Typen mit kleineren ' +
      'Blöcken, dann mit mehr Bits, bis jeder Fehler höchstens halb so groß ist wie vorher.',
    observeOutputs: 'Der Fehler ist, was sich an den Ausgängen des Tensors ändert, kalibriert.',
    worst: 'schlechteste',
    worstTensors: 'Tensoren',
    observeNow: 'Beobachten',
    observed: (halved, all, from, fromSize, to, toSize) =>
      `${plural(halved, 'Tensor', 'Tensoren')} von ${all} mit dem halben Fehler oder weniger: von ${from} und ` +
      `${fromSize} auf ${to} und ${toSize}. {plan|So planen}`,
    observedTable: 'Was das Beobachten ändert',
    typesTried: 'versuchte Typen',
    errorBefore: 'Fehler vorher',
    errorAfter: 'Fehler nachher',
    sizeBefore: 'Größe vorher',
    sizeAfter: 'Größe nachher',
    halved: 'halbiert',
    yes: 'ja',
    no: 'nein',
    squaredUnits: 'Einheiten der Gewichte, quadriert',
    squaredUnitsTimes: 'Einheiten der Gewichte, quadriert, mal Wichtigkeit',
    squaredHint: 'Σ (x − y)² über den Tensor, vorhergesagt',
    weightedHint: 'Σ q (x − y)² über den Tensor, vorhergesagt',
    outputsHint: 'Was der Typ an den Ausgängen des Tensors ändert, kalibriert: als Anteil an ihnen, mal Σ x²',

    whatIsMadeSmall: 'Was klein gemacht wird',
    rolesWeighed: (objective) => `${objective}, Rollen gewichtet`,
    sumOverTensors: 'Die Summe der Fehler aller Tensoren, jeder mal dem Faktor seiner Rolle.',
    objectives: {
      squared: {
        label: 'der quadratische Fehler Σ (x − y)²',
        note: 'Große Gewichte zählen mehr als kleine, wie sie es am Ausgang einer Schicht tun.',
      },
      weighted: {
        label: 'der Fehler nach Wichtigkeit',
        note:
          'Jedes Gewicht zählt mit dem mittleren Quadrat dessen, was es trifft. Tensoren, die die Matrix nicht ' +
          'kennt, zählen einfach.',
      },
      outputs: {
        label: 'die Änderung der Ausgänge',
        note:
          'Was ein Typ an den Ausgängen eines Tensors ändert, kalibriert, als Anteil an ihnen, mal Σ x²: der ' +
          'quadratische Fehler, von dem nur zählt, was die Ausgänge erreicht. Tensoren, durch die kein Text gelesen ' +
          'wird, zählen nach ihren Gewichten.',
      },
    },
    sizeFirst: 'Zuerst eine Größe wählen; dann stehen hier die Rollen dieses Modells.',
    roleTimes: (role) => `${role} ×`,
    measuringOutputs: (share) => `Ausgänge werden gemessen, ${share}…`,
    outputsNeedStatistics:
      'Auch die Änderung der Ausgänge kann zählen, sobald die Statistik einer Kalibrierung behalten oder geöffnet ' +
      'wurde (Skalensuche „kalibriert“).',
    measureOutputsBy: 'Ausgänge messen nach {file}',

    scaleSearch: 'Skalensuche',
    searches: {
      reference: 'dieselben Bytes wie llama-quantize',
      lowestError: 'kleinster Fehler',
      lowestErrorNote: 'Gewichte so nah wie möglich an dem, was sie waren',
      unbiased: 'unverzerrt',
      unbiasedNote: 'kein Ausgang zu klein; ohne Text das beste für 2 und 3 Bit',
      calibrated: 'kalibriert',
      calibratedNote: 'Antworten so nah wie möglich an dem, was sie waren; braucht einen Text',
      calibratedTime: (time) => `Antworten so nah wie möglich an dem, was sie waren; braucht einen Text. ${time}`,
      another: 'andere',
      none: 'keine',
    },
    searchBecause: (method) =>
      `„${method}“ steht hier, weil es in diesem Typ bei gleicher Größe die Antworten von allen Suchen ohne Text am ` +
      'wenigsten änderte: an zwei kleinen Modellen um 1 bis 26\u202f% weniger als die von llama.cpp.',
    notCalibrated: 'Dieses Modell lässt sich nicht kalibrieren. {why}',
    worseAnswers: (type, method, where) =>
      `${type} mit „${method}“ antwortete schlechter als die gleich große Datei von llama.cpp: Die mittlere ` +
      `Divergenz war größer, um ${where}.`,
    worseOn: {
      ts3m: (percent) => `${percent}\u202f% an einem Modell von 3 Millionen Gewichten`,
      wide: (percent) => `${percent}\u202f% an einem Modell von 20 Millionen Gewichten`,
    },
    worseWithMatrix: {
      ts3m: (percent) => `${percent}\u202f% an einem Modell von 3 Millionen Gewichten mit Importance-Matrix`,
      wide: (percent) => `${percent}\u202f% an einem Modell von 20 Millionen Gewichten mit Importance-Matrix`,
    },
    methods: 'Was eine andere Skalensuche brächte {aside}',
    methodsHow:
      'Die gewählten Typen, mit jedem Verfahren an einer Stichprobe der Zeilen dieses Modells geschrieben. ' +
      '„llama.cpp“ schreibt die Bytes von llama-quantize; die anderen schreiben gleich große Dateien, die jedes ' +
      'llama.cpp liest. „lowest-error“ behält den Block von llama.cpp, wo der weniger Fehler hat; „quick“ spart die ' +
      'Zeit dieses Vergleichs; „unbiased“ gibt etwas vom Fehler auf, damit kein Ausgang zu klein wird; das ändert ' +
      'die Antworten in Typen von 2 und 3 Bit weniger. Ein Typ ohne das Verfahren wird geschrieben, wie llama.cpp ' +
      'es tut (bei „unbiased“ wie bei „lowest-error“, wo es geht).',
    methodTable: 'Skalensuchen',
    method: 'Verfahren',
    againstLlama: 'gegen llama.cpp',
    methodChoice: 'Wahl',
    between: (low, high) => `zwischen ${low} und ${high}\u202fdB`,
    useMethod: (method) => `${method} verwenden`,

    calibratedLead:
      'Das Modell liest einen Text; dann werden Codes so gewählt, dass nahe bei dem bleibt, was jede Schicht ' +
      'ausgibt. Typ, Größe und die Programme, die die Datei lesen, bleiben gleich.',
    readingText: 'Der Text wird gelesen…',
    levels: { 'one-pass': 'ein Durchgang', layers: 'Schicht für Schicht' },
    byStatistics: (level, tokens, heldBack, engine) =>
      `{file}, wonach eine Kalibrierung Codes gewählt hat: ${level} nach {text}, ${tokens} Token und ${heldBack} ` +
      `zum Beurteilen. Berechnet von ${engine}. Kein Text wird gelesen. {flag} {again|Wieder einen Text verwenden}`,
    keepStatistics: 'Statistik behalten, um nach ihr wieder Codes zu wählen',
    statisticsFile: (size) => `Eine Datei von ${size} neben der Ausgabe.`,
    statisticsNeeded: 'Was eine GPU berechnet hat, ergibt nur nach dieser Datei dieselben Bytes.',
    tokensAtMost: 'Token des Textes, höchstens',
    howMuch: 'Wie viel getan wird',
    asTokensAllow: 'so viel die Token erlauben',
    asTokensAllowNow: (level) => `so viel die Token erlauben: ${level}`,
    ownText: 'Ihr eigener Text',
    shippedText: 'der mit dieser Seite kommt: Prosa in vielen Sprachen, Dialoge, Code, Tabellen und Mathematik',
    textIs: (what) => `{text}, ${what}. {choice} {statistics|Gespeicherte Statistik verwenden…}`,
    textIsOf: (what, tokens) => `{text}, ${what}: ${tokens}. {choice} {statistics|Gespeicherte Statistik verwenden…}`,
    aboutTokens: (count) => `etwa ${plural(count, 'Token', 'Token')}`,
    inTemplate: 'Er wird als Gespräch in der Chat-Vorlage des Modells gelesen.',
    fewSeconds: 'Wenige Sekunden',
    aboutTime: (time) => `Etwa ${time}`,
    fewSecondsInside: 'wenige Sekunden',
    aboutTimeInside: (time) => `etwa ${time}`,
    layerAfterLayer:
      'Schicht für Schicht: Jede Schicht zielt auf das, was das Original ausgibt, ausgehend von dem, was die ' +
      'quantisierten Schichten vor ihr liefern, und gibt ihre Rundungsfehler von Spalte zu Spalte weiter.',
    onePass:
      'Ein Durchgang: Codes rücken einer nach dem anderen dahin, wo die Eingänge des Originals am wenigsten aus dem ' +
      'Fehler machen. Das bringt weniger als Schicht für Schicht und braucht weniger Token.',
    fewTokens: 'Dafür sind es wenige Token: Ein Durchgang ist sicherer, oder mehr Text.',
    calibrates: ({ tokens, heldBack, time, memory }, stretch, basis, served, others) => {
      const from = basis === 'a timing' ? 'einem hier gemessenen Produkt' : 'der letzten Kalibrierung hier';
      const how =
        `${tokens} Token kalibrieren in Abschnitten von ${stretch}, ${heldBack} urteilen: Eine Matrix, deren ` +
        'Ausgänge sie nicht besser finden, behält lowest-error (Typen, die es nicht haben: die Suche von ' +
        `llama.cpp). {strong|${time}}, nach ${from}; bis zu ${memory} Arbeitsspeicher. Es dient ` +
        `${plural(served, 'Tensor', 'Tensoren')}`;
      return others === 0
        ? `${how}.`
        : `${how}; ${plural(others, 'Tensor wird', 'Tensoren werden')} mit anderen Verfahren geschrieben, wie die ` +
            'Liste unten sagt: {names}.';
    },
    fewest: (fewest, most) => `Weniger als ${fewest} Token werden abgelehnt; der Gewinn wächst bis etwa ${most}.`,

    keepOutput: 'Ausgabematrix lassen, wie sie ist',
    keepOutputNote: 'Sie macht aus der letzten Schicht Wörter und ist ihre Bytes oft wert.',
    pure: 'Derselbe Typ für jeden Tensor',
    pureNote: 'Sonst kann ein Dateityp nach den Regeln von llama.cpp manchen Tensoren mehr Bits geben.',
    requantize: 'Tensoren quantisieren, die schon quantisiert sind',
    requantizeNote: 'Fehler summieren sich; das Modell in voller Genauigkeit ergibt eine bessere Datei.',
    keepSplit: 'So viele Dateien, wie das Modell hat',
    keepSplitNote: 'Sonst ist die Ausgabe eine Datei.',
    outputType: 'Typ der Ausgabematrix',
    embeddingType: 'Typ der Token-Einbettung',
    asFileType: 'wie der Dateityp sagt',
    prune: 'Schichten, die wegbleiben',
    pruneNone: 'keine',
    pruneNote:
      'Zahlen ab 0, mit Kommas dazwischen. Schichten dahinter rücken auf. Was das mit den Antworten macht, zeigt ' +
      'nur das Ausführen der Ausgabe.',
    measureReference: 'Auch das Verfahren von llama.cpp messen',
    measureReferenceNote:
      'Das Ergebnis zeigt dann beide Fehler an Ihren Gewichten. Jeder Tensor wird zweimal durchsucht; die Datei ' +
      'bleibt gleich.',
    workers: 'Worker',
    workersNote: 'Die Bytes sind mit jeder Anzahl dieselben. Mehr sind schneller und brauchen mehr Arbeitsspeicher.',
    rules: 'Regeln nach Namen',
    rulesNote: 'Ein regulärer Ausdruck, der im Namen des Tensors gesucht wird; der erste gefundene entscheidet. {flag}',
    removeRule: (pattern) => `Regel ${pattern} entfernen`,
    remove: 'Entfernen',
    removeKey: (key) => `${key} entfernen`,
    pattern: 'Muster',
    typeForMatches: 'Typ für Tensoren, die passen',
    addRule: 'Regel hinzufügen',
    foundIn: (tensors) => `gefunden in ${plural(tensors, 'Tensor', 'Tensoren')}`,
    notExpression: 'kein regulärer Ausdruck',
    metadata: 'Metadaten setzen',
    metadataNote: 'Nur in der Ausgabe. {flag}',
    key: 'Schlüssel',
    typeOfValue: 'Typ des Wertes',
    value: 'Wert',
    valueExample: 'Wert',
    set: 'Setzen',

    becomes: 'Was aus jedem Tensor wird',
    name: 'Name',
    from: 'von',
    to: 'zu',
    why: 'warum',
    scaleSearchColumn: 'Skalensuche',
    scaleSearchHint: 'Das Verfahren, das ihn schreibt: das gewählte oder was es für diesen Tensor und Typ gibt',
    shape: 'Form',
    bytesBefore: 'Bytes vorher',
    bytesAfter: 'Bytes nachher',
    convertedTo: (types) => `zu ${types}`,
    copied: (count) => `${count} unverändert kopiert`,
    convertedAndCopied: (types, count) => `zu ${types}; ${count} unverändert kopiert`,

    matrixWaits: 'Eine hier abgelegte Importance-Matrix wartet auf ihr Modell.',
    noMatrix:
      'Keine {imatrix|Importance-Matrix}. Mit einer (imatrix.gguf oder imatrix.dat, hier abgelegt oder gewählt) ' +
      'gehen Fehler dahin, wo sie am wenigsten ausmachen. {choose|Matrix wählen}',
    matrixIs: (entries) => `{imatrix|Importance-Matrix} {file}: ${plural(entries, 'Eintrag', 'Einträge')}.`,
    matrixIsOf: (entries) =>
      `{imatrix|Importance-Matrix} {file}: ${plural(entries, 'Eintrag', 'Einträge')} aus {texts}.`,
    matrixMeasured: (entries, chunks) =>
      `{imatrix|Importance-Matrix} {file}: ${plural(entries, 'Eintrag', 'Einträge')}, gemessen an ` +
      `${plural(chunks, 'Abschnitt', 'Abschnitten')}.`,
    matrixMeasuredOf: (entries, chunks) =>
      `{imatrix|Importance-Matrix} {file}: ${plural(entries, 'Eintrag', 'Einträge')}, gemessen an ` +
      `${plural(chunks, 'Abschnitt', 'Abschnitten')} aus {texts}.`,
    removeMatrix: 'Matrix entfernen',
    saveMatrix: 'Speichern',
    matrixKept: 'Sie wird behalten, bis Sie das Modell öffnen, für das sie gemacht wurde.',
    matrixHas: (has, converted) =>
      `Sie kennt ${has} von ${plural(converted, 'Tensor', 'Tensoren')}, die umgewandelt werden.`,
    matrixLacks: (has, converted) =>
      `Sie kennt ${has} von ${plural(converted, 'Tensor', 'Tensoren')}, die umgewandelt werden; ohne Wichtigkeit: ` +
      '{names}.',
    makeFromText:
      'Aus einem Text eine machen {aside|das Modell liest ihn hier, und gemessen wird, was seine Spalten trifft}',
    makingMatrix: 'Die Importance-Matrix wird gemacht',
    paused: (share) => `${share}, Pause`,
    left: (share, time) => `${share}, noch etwa ${time}`,
    noneCanBeMade: 'Hier lässt sich keine machen. {why}',
    meanSquare: (text) =>
      'Für jede Spalte jeder Matrix: das mittlere Quadrat dessen, womit sie malgenommen wird, während das Modell ' +
      `${text} liest. Das Quantisieren irrt dann, wo das klein ist.`,
    makeMatrix: 'Importance-Matrix machen',
    whichMatter: 'Welche Schichten und Spalten zählen {aside|die Zahlen von llama-imatrix --show-statistics}',
    readingMatrix: 'Die Matrix wird gelesen…',
    importanceTable: 'Wichtigkeit jedes Tensors',
    columns: 'Spalten',
    columnsHint: 'Aller seiner Matrizen',
    sumHint: 'Summe über seine Spalten: mittleres Quadrat dessen, was sie trifft',
    largest: 'größte',
    timesMean: 'mal das Mittel',
    largestHint: 'Die wichtigste Spalte durch das Mittel aller',
    mostImportant: 'wichtigste Spalten',
    mostImportantHint: 'Die erste zuerst; bei Experten steht der Experte vor dem Doppelpunkt',
    evenness: 'Gleichmaß',
    evennessHint:
      'Entropie der Anteile der Spalten an Σ E[a²], durch die größte mögliche: 100\u202f%, wenn alle gleich zählen',
    active: 'aktiv',
    activeHint: 'Anteil der Spalten mit E[a²] über 0,00001',
    zdHint: 'Anteil der Spalten, die mehr als eine Standardabweichung über dem Mittel liegen',
    likeBefore: 'wie die Schicht davor',
    likeBeforeHint: 'Kosinus des Winkels zwischen seiner Wichtigkeit und der desselben Tensors eine Schicht davor',
    meanOf: 'Mittel von E[a²]',
    ofTheLargest: '% des größten',
    meanOfLargest: (share) => `${share} des größten Mittels von E[a²]`,
    columnsOf: (count) => `${count} Spalten`,
    importanceByLayer: 'Wichtigkeit nach Schichten',
    importanceByLayerNote:
      'E[a²] ist das mittlere Quadrat dessen, womit eine Spalte malgenommen wird; hier sein Mittel über die Spalten ' +
      'einer Matrix. Eine Linie für jeden Eingang: Matrizen mit demselben Eingang haben dieselbe Wichtigkeit.',
  },

  run: {
    title: 'Lauf',
    status: {
      none: 'nichts läuft',
      paused: 'Pause',
      calibrating: 'kalibriert',
      running: 'läuft',
      done: 'fertig',
      stopped: 'angehalten',
      failed: 'gescheitert',
    },
    nothingYet:
      'Noch läuft nichts: ein Modell öffnen und einen Typ wählen. Dann stehen hier der Fortschritt in Bytes, ' +
      'Tensoren und Gewichten pro Sekunde und eine Karte des Fehlers, die sich füllt, während Tensoren fertig ' +
      'werden.',
    nothingKept: 'Von der Ausgabe wurde nichts behalten.',
    stopped: 'Angehalten. Von der Ausgabe wurde nichts behalten.',
    calibrated: (share) => `{strong|${share}} kalibriert`,
    answersMeasured: (share) => `{strong|${share}} der Antworten gemessen`,
    layerOf: (layer, layers) => `{layer|Schicht} {strong|${layer}} von ${layers}`,
    leftOfCalibrating: (time) => `noch etwa {strong|${time}} Kalibrieren`,
    leftOfMeasuring: (time) => `noch etwa {strong|${time}} Messen`,
    choosingCodes: (matrix) => `wählt die Codes von ${matrix}`,
    throughLayer: (text) => `${text} geht durch die Schicht`,
    choosingBy: (statistics) => `wählt Codes nach ${statistics}`,
    whatAnswers: 'was lowest-error antworten würde und was kalibriert wurde',
    fromTo: '{from} {quiet|zu} {to}',
    again: 'Noch einmal ausführen',
    toResult: 'Zum Ergebnis',
    written: 'Geschrieben',
    answersMeasuredBar: 'Antworten gemessen',
    calibratedBar: 'Kalibriert',
    reading: (text) => `${text} wird gelesen…`,
    tensorsOf: (done, all) => `{strong|${done}} von ${integer(all)} {tensor|${all === 1 ? 'Tensor' : 'Tensoren'}}`,
    read: (done, all) => `{strong|${done}} von ${all} gelesen`,
    writtenOf: (done, all) => `{strong|${done}} von ${all} geschrieben`,
    speed: (weights, workers) =>
      `{strong|${weights}} Gewichte/s auf ${integer(workers)} {worker|${workers === 1 ? 'Worker' : 'Workern'}}`,
    left: (time) => `noch {strong|${time}}`,
    took: (time) => `in {strong|${time}}`,
    map: 'Relativer Fehler, Schicht nach Rolle',
    mapNote:
      'Ein Feld für jede Rolle in jeder Schicht, gefüllt, wenn ihr Tensor fertig ist: RMS-Fehler durch RMS der ' +
      'Gewichte.',
    mapTitle: 'Relativer Fehler nach Schicht und Rolle',
    layer: 'Schicht',
    errorOfRole: (role) => `relativer Fehler von ${role}`,
    errorOf: (share) => `${share} relativer Fehler`,
    tensorAs: (tensor, type) => `${tensor}, ${type}`,
    keepAwake: 'Bildschirm anlassen, solange er läuft',
    cannotStayAwake:
      'Dieser Browser kann den Bildschirm nicht anlassen: Achten Sie darauf, dass der Computer nicht einschläft, ' +
      'bevor der Lauf endet.',
    notAwake: (why) => `Der Browser tut es gerade nicht: ${why}`,
    notify: 'Benachrichtigen, wenn er endet und ich woanders bin',
    cannotNotify: 'Dieser Browser kennt keine Benachrichtigungen; der Titel des Tabs sagt, wie weit der Lauf ist.',
    mayNotNotify:
      'Der Browser erlaubt dieser Seite keine Benachrichtigungen; seine Einstellungen für diese Website können das ' +
      'ändern.',
  },

  state: {
    notOpened: (name) => `Nicht geöffnet: ${name}`,
    stillOpen: (name) => `Offen ist weiterhin ${name}.`,
    andOtherFiles: (name, others) => `${name} und ${plural(others, 'andere Datei', 'andere Dateien')}`,
    noWeights:
      'Darin sind keine Gewichte. Die Dateien neben den Gewichten eines Modells werden mit diesen geöffnet: Legen ' +
      'Sie den ganzen Ordner ab. Für sich allein nimmt diese Seite JSON-Dateien, die Nibble geschrieben hat: ' +
      'Belege, Messungen und Rezepte.',
    noFiles:
      'Der Browser zeigt keine Datei darin. Dateien, die Verknüpfungen sind, wie die eines Download-Caches, lässt ' +
      'er in einem Ordner aus: Wählen Sie die Dateien selbst oder legen Sie sie ab, alle zusammen.',
    notMatrix: (name) => `Nicht als Importance-Matrix verwendet: ${name}`,
    notReceipt: (name) => `Nicht als Beleg verwendet: ${name}`,
    notUsed: (name) => `Nicht verwendet: ${name}`,
    measuredOnOther: (files) =>
      `Gemessen wurde an ${files}, und ein anderes Modell ist offen. Öffnen Sie jenes Modell, oder messen Sie dieses.`,
    theText: (name) =>
      `Der Text, der mit dieser Seite kommt (${name}), kam nicht an: Er wird geladen, wenn er zum ersten Mal ` +
      'gebraucht wird, und von da an behalten. Versuchen Sie es mit Netz noch einmal, oder verwenden Sie einen ' +
      'eigenen Text.',
    theModel: (name) =>
      `Das Modell, das mit dieser Seite kommt (${name}), kam nicht an: Es wird geladen, wenn es zum ersten Mal ` +
      'gebraucht wird, und von da an behalten. Versuchen Sie es mit Netz noch einmal, oder verwenden Sie ein ' +
      'eigenes.',
    noRoom: (needed, room, missing, ways) =>
      `Die Ausgabe braucht ${needed}, und dieser Browser hat im privaten Speicher dieser Seite noch Platz für ` +
      `${room}: Es fehlen ${missing}. So geht es weiter: ${ways}.`,
    or: ' oder ',
    freeSpace: 'Platz auf der Festplatte schaffen',
    deleteOutput: 'die Ausgabe unter „Ergebnis“ löschen',
    askFirst: '„Vorher fragen, wohin gespeichert wird“ wählen',
    measureFewer: 'weniger Typen messen',
    removed: (size) => `Aus dem privaten Speicher entfernt: ${size}`,
    removedWhat: (outputs) =>
      outputs === 1
        ? 'Eine Ausgabe dieser Seite, dort behalten von einem Tab, der geschlossen oder neu geladen wurde.'
        : `${plural(outputs, 'Ausgabe', 'Ausgaben')} dieser Seite, dort behalten von einem Tab, der geschlossen ` +
          'oder neu geladen wurde.',
    notDeleted: 'Nicht alles war aus dem privaten Speicher zu löschen',
    notStarted: (output) => `Nicht begonnen: ${output}`,
    notFinished: (output) => `Nicht fertig geworden: ${output}`,
    finished: (output) => `Fertig: ${output}`,
    begunMeanwhile: 'Inzwischen wurde etwas anderes begonnen, deshalb lief nichts.',
    noPlace: 'Es wurde kein Ort zum Speichern gewählt, deshalb lief nichts.',
    notCompared: (name) => `Nicht verglichen mit ${name}`,
    answersNotCompared: (name) => `Antworten nicht verglichen: ${name}`,
    answersNotMeasured: 'Antworten nicht gemessen',
    outputsNotMeasured: 'Die Ausgänge wurden nicht gemessen',
    notSampled: 'Von den Gewichten war keine Stichprobe zu nehmen',
    onlyGguf: 'Hier werden nur GGUF-Dateien ausgeführt.',
    notReadBack: 'Die Ausgabe ist hier nicht zurückzulesen.',
    writtenNotReadBack: 'Das Geschriebene ist hier nicht zurückzulesen.',
    cost: (tokens, time, memory) => `${tokens} Token, etwa ${time}, bis zu ${memory} Arbeitsspeicher`,
    costWithGpu: (tokens, time, memory) =>
      `${tokens} Token, etwa ${time}, bis zu ${memory} Arbeitsspeicher und ebenso viel auf der GPU`,
    computedBy: (engine) => `Berechnet von ${engine}.`,
    noMatrix: 'Es wurde keine Importance-Matrix gemacht',
    matrixMade: 'Importance-Matrix gemacht',
    matrixRead: (model, tokens, text) => `${model} hat ${tokens} Token von ${text} gelesen.`,
    matrixInUse: 'Sie wird verwendet.',
    nothingToCalibrate:
      'Keine Matrix einer Schicht bekommt einen Typ, dessen Codes sich wählen lassen; es gibt also nichts zu ' +
      'kalibrieren.',
    textBeingRead: 'Der Text wird noch gelesen. Versuchen Sie es gleich noch einmal.',
    measuringStopped: 'Das Messen wurde angehalten; die Zahlen gelten für die bis dahin gemessenen Tensoren.',
    nats: (value) => `${value}\u202fnat`,
    divergenceHint: (error, tokens, text) =>
      `Gemessen: mittlere Divergenz seiner Antworten von denen des Originals, ±\u202f${error}, über ${tokens} ` +
      `bewertete Token von ${text}`,
    modelIsNoGguf: 'llama.cpp liest GGUF-Dateien, und dieses Modell ist keine.',
    outputIsNoGguf: 'llama.cpp liest GGUF-Dateien, und diese Ausgabe ist keine.',
    tooLargeToTry: (size, most) => `Sie hat ${size}; bis zu ${most} passen in diese Seite.`,
  },

  definitions: { ...definitions, answersOf },

  glossary: {
    quantize: {
      word: 'quantisieren',
      means: 'Gewichte in weniger Bits speichern: Jedes wird auf eine der wenigen Stufen gerundet, die sein Block hat.',
    },
    gguf: {
      word: 'GGUF',
      means:
        'Das Dateiformat von llama.cpp und von Programmen, die darauf bauen: Gewichte, Tokenizer und Einstellungen ' +
        'in einer Datei.',
    },
    weight: {
      word: 'Gewicht',
      means: 'Eine der Zahlen, die ein Modell gelernt hat, auch Parameter genannt.',
    },
    tensor: {
      word: 'Tensor',
      means: 'Eine benannte Anordnung von Gewichten, meist eine Matrix. Jede Schicht hat etwa zehn davon.',
    },
    layer: {
      word: 'Schicht',
      means:
        'Einer der gleich gebauten Schritte, durch die ein Text geht: meist Attention, die auf andere Token schaut, ' +
        'dann ein Feed-Forward-Netz, das jedes für sich bearbeitet.',
    },
    shape: {
      word: 'Form',
      means:
        'Wie viele Gewichte ein Tensor entlang jeder seiner Seiten hat; die Länge einer Zeile zuerst, wie GGUF sie ' +
        'speichert.',
    },
    metadata: {
      word: 'Metadaten',
      means: 'Was eine Datei neben ihren Gewichten sagt: Architektur, Größen, Tokenizer, Chat-Vorlage, Lizenz.',
    },
    architecture: {
      word: 'Architektur',
      means: 'Wie die Schichten eines Modells gebaut und verbunden sind. Programme führen nur aus, welche sie kennen.',
    },
    role: {
      word: 'Rolle',
      means:
        'Was ein Tensor in seiner Schicht tut: Query, Key, Value und Ausgang der Attention oder ein Teil des ' +
        'Feed-Forward-Netzes.',
    },
    type: {
      word: 'Dateityp',
      means:
        'In welchem Format jeder Tensor einer Datei gespeichert ist. Die Zahl im Namen ist ungefähr die der Bits je ' +
        'Gewicht; S, M und L sagen, wie viele Tensoren ein größeres Format bekommen.',
    },
    bits: { word: 'Bits pro Gewicht', means: definitions.bits },
    block: {
      word: 'Block',
      means: 'Gewichte, die in einer Zeile aufeinander folgen, in vielen Formaten 32, und sich eine Skala teilen.',
    },
    superBlock: {
      word: 'Super-Block',
      means:
        '256 Gewichte einer Zeile in Formaten wie Q4_K: mehrere Blöcke, deren Skalen auch in wenigen Bits ' +
        'gespeichert sind.',
    },
    scale: {
      word: 'Skala',
      means:
        'Die Zahl, mit der die kleinen ganzen Zahlen eines Blocks, seine Codes, malgenommen werden, um wieder ' +
        'Gewichte zu sein.',
    },
    minimum: {
      word: 'Minimum',
      means:
        'Ein Versatz, den Formate wie Q4_1 und Q4_K neben der Skala speichern, für Blöcke, deren Gewichte nicht ' +
        'gleichmäßig um null liegen.',
    },
    scaleSearch: {
      word: 'Skalensuche',
      means:
        'Wie die Skala jedes Blocks gewählt wird. Verfahren unterscheiden sich im Fehler, den sie lassen, und in ' +
        'der Zeit, die sie brauchen; Größe und Format der Datei bleiben gleich.',
    },
    imatrix: {
      word: 'Importance-Matrix',
      means:
        'Wie viel jede Spalte einer Matrix zählt: das mittlere Quadrat dessen, was in sie eingeht, während das ' +
        'Modell einen Text liest. Fehler in Spalten, die zählen, werden auf Kosten der anderen kleiner. Auch ' +
        'imatrix genannt.',
    },
    mix: {
      word: 'Mischung',
      means: 'Ein eigener Typ für jeden Tensor, sodass die Bytes dahin gehen, wo sie den meisten Fehler wegnehmen.',
    },
    sqnr: { word: 'Signal-Rausch-Abstand', means: definitions.sqnr },
    rmse: { word: 'RMSE', means: definitions.rmse },
    divergence: { word: 'Kullback-Leibler-Divergenz', means: answers.divergence },
    token: {
      word: 'Token',
      means: 'Ein Stück Text, ein Wort oder ein Teil davon: Modelle lesen und schreiben eines nach dem anderen.',
    },
    context: {
      word: 'Kontext',
      means:
        'Wie viele Token eines Gesprächs oder Textes ein Modell im Blick behält. Mehr davon brauchen einen größeren ' +
        'Cache.',
    },
    cache: {
      word: 'KV-Cache',
      means:
        'Was die Attention eines Modells von jedem Token im Blick behält: einen Key und einen Value in jeder ' +
        'Schicht. Er braucht Speicher neben den Gewichten, weniger, wo er als Q8_0 oder Q4_0 gespeichert ist.',
    },
    scratch: {
      word: 'Zwischenspeicher',
      means: 'Speicher für das, was ein Modell auf dem Weg von einem Token zum nächsten berechnet.',
    },
    worker: {
      word: 'Worker',
      means: 'Ein Thread des Browsers neben dem der Seite. Beliebig viele davon machen dieselben Bytes.',
    },
    checksum: {
      word: 'SHA-256',
      means: 'Ein Fingerabdruck einer Datei: Dateien mit demselben haben dieselben Bytes.',
    },
  },

  numberFormats: {
    named: (bits, name) => `${bits}-Bit-${name}`,
    row: 'Zeile',
    oneScalePerRow: 'eine Skala je Zeile',
    blocksOf: (length) => `Blöcke von ${length}`,
  },

  onGrid: {
    sentence: (tensors, type, method, blocks, kept) => {
      const lie = `${plural(tensors, 'Tensor liegt', 'Tensoren liegen')} schon auf dem Raster von ${type}`;
      const how =
        kept === 1
          ? `bleiben sie in allen ${quantity(blocks)} betrachteten Blöcken genau erhalten.`
          : `bleiben sie in ${percent(kept)} der ${quantity(blocks)} betrachteten Blöcke genau erhalten. In den ` +
            'anderen kommt für manche Gewichte ein Nachbar des Gespeicherten heraus.';
      return `${lie}: Mit Typ ${type} und Verfahren ${method} ${how}`;
    },
  },

  core: {},

  result: {},

  answers: {},

  compare: {},

  charts: {},

  outliers: {},

  receipt: {},

  lab: {},
};
