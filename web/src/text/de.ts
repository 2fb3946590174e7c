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
 *   bench (of the Lab) Werkbank · run, sub-block Teilblock · kink Knick · divisor Teiler · frontier Grenzlinie
 *   candidate Kandidat · descent Abstieg · number line Zahlenstrahl · range (of weights) Spannweite
 *   half float Half-Float · first choice erste Wahl · nats nat · stretch (of a text) Abschnitt
 *   turns (of a chat) Gespräch · 16 Bit, 18 Byte
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
    places: 'Bereiche',
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
    tryStory: (size) => `Mit Geschichtenmodell (${size}) ausprobieren`,
    whatItBecomes:
      'Es wird eine kleinere {gguf|GGUF}-Datei des gewählten Typs, bei fast allen Typen mit denselben Bytes, die ' +
      'llama-quantize schreibt, und mit Zahlen, die sagen, wo der Fehler geblieben ist. Alles geschieht auf diesem ' +
      'Computer: Nichts wird hochgeladen, und nach dem ersten Besuch geht die Seite auch ohne Netz.',
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
    whereBytesNote:
      'Tensordaten der Datei, nach dem, was jeder Tensor in seiner Schicht tut. Dezimale Einheiten: 1 MB sind 10⁶ ' +
      'Byte.',
    bytesUnit: 'Byte',
    tensorsTab: (count) => `Tensoren, ${count}`,
    metadataTab: (keys) => `Metadaten, ${plural(keys, 'Schlüssel', 'Schlüssel')}`,
    standOut: 'Auffällige Spalten',
    compare: 'Mit anderer Datei vergleichen',
    check: 'Prüfen',
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
    histogramOf: (tensor) => `Die Gewichte von ${tensor} als Diagramm zeigen`,
    weightsOf: 'Gewichte eines Tensors',
    weightsNote: (weights, rms) =>
      `{tensor}: ${weights} Gewichte der Stichprobe, in Schritten von einem Drittel ihres RMS, ${rms}; was über 4 ` +
      'RMS hinausgeht, ist in den äußersten Balken. Ein Tensor wird mit seinem Histogramm in der Tabelle darüber ' +
      'gewählt.',
    folder: 'Hugging-Face-Ordner',
  },

  plan: {
    title: 'Wie klein, wie gut, passt es?',
    typeSummaries: {
      F32: 'Einfache Genauigkeit: so genau wie die Quelle, vier Byte je Gewicht.',
      F16: 'Halbe Genauigkeit: der übliche Ausgangspunkt, zwei Byte je Gewicht.',
      BF16: 'Brain Floats: genau bei Modellen, die in bfloat16 trainiert sind, zwei Byte je Gewicht.',
      Q8_0: '8 Bit, von der Quelle kaum zu unterscheiden.',
      Q6_K: 'Überall 6 Bit, der Quelle sehr nahe.',
      Q5_1: '5 Bit mit einer Skala und einem Minimum je 32 Gewichte.',
      Q5_K_M: '5 Bit, 6 für die Hälfte der Value- und Down-Projektionen.',
      Q5_K_S: 'Überall 5 Bit, außer in der Ausgabeschicht.',
      Q5_0: '5 Bit mit einer Skala je 32 Gewichte; für Zeilen, die kein K-Typ mit 5 Bit fasst.',
      Q4_1: '4 Bit mit einer Skala und einem Minimum je 32 Gewichte.',
      Q4_K_M: '4 Bit, 6 für die Hälfte der Value- und Down-Projektionen; die übliche Wahl.',
      Q4_K_S: '4 Bit, 5 für die ersten Value- und Down-Projektionen.',
      Q4_0: '4 Bit mit einer Skala je 32 Gewichte; überall einfach und schnell.',
      IQ4_NL: '4 Bit in ungleichen Stufen, eine Skala je 32 Gewichte.',
      IQ4_XS: '4 Bit in ungleichen Stufen, kleiner als Q4_K_S bei etwas mehr Fehler.',
      MXFP4_MOE: '4-Bit-Gleitkommazahlen für die Experten, sonst Q8_0; für Mixture-of-Experts-Modelle.',
      Q3_K_L: '3 Bit, 5 für Value-, Ausgabe- und Down-Projektionen.',
      Q3_K_M: '3 Bit, 4 und 5 für Value-, Ausgabe- und Down-Projektionen.',
      Q3_K_S: 'Überall 3 Bit, außer in der Ausgabeschicht.',
      IQ3_M: '3 Bit aus einem Codebuch, 4 für Value-, Ausgabe- und die ersten Down-Projektionen.',
      IQ3_S: '3 Bit aus einem Codebuch; so groß wie Q3_K_S.',
      IQ3_XS: '3 Bit aus zwei Codebüchern, das kleinere für Queries, Keys und die mittleren Feed-Forward-Schichten.',
      IQ3_XXS: '3 Bit aus einem kleinen Codebuch.',
      Q2_K: '2 Bit, 3 für Value-, Ausgabe- und Down-Projektionen.',
      Q2_K_S: '2 Bit, 4 für die ersten Down-Projektionen.',
      IQ2_M: '2 Bit aus einem großen Codebuch, 3 für Value- und Ausgabe-Projektionen.',
      IQ2_S: '2 Bit aus einem Codebuch, 3 für Value- und Ausgabe-Projektionen.',
      IQ2_XS: '2 Bit aus einem Codebuch.',
      IQ2_XXS: '2 Bit aus einem kleinen Codebuch.',
      Q2_0: 'Drei Stufen in 2 Bit, eine Skala je 64 Gewichte; für Modelle, die so trainiert sind.',
      TQ2_0: 'Drei Stufen in 2 Bit; für Modelle, die auf drei Stufen trainiert sind.',
      TQ1_0: 'Drei Stufen, fünf Gewichte je Byte; für Modelle, die auf drei Stufen trainiert sind.',
      IQ1_M: 'Weniger als 2 Bit aus einem Codebuch; schwere Verluste.',
      IQ1_S: 'Der kleinste Codebuch-Typ; schwere Verluste.',
      Q1_0: 'Das Vorzeichen jedes Gewichts, eine Skala je 128 Gewichte; für Modelle, die so trainiert sind.',
      AUTO:
        'Aus einem Ordner: BF16 oder F16, wie er gespeichert ist, so wie das Konvertierungsskript von llama.cpp ' +
        'wählt; aus einer GGUF-Datei: wie sie ist.',
      COPY: 'Jeder Tensor, wie er ist; für neue Metadaten, zusammengefügte Dateien oder erneuerte Header.',
    },
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
    writtenTab: 'Was geschrieben wird',
    waiting: 'Hier gibt es etwas zu wählen, sobald ein Modell offen ist, das sich quantisieren lässt.',
    openFirst: 'Zuerst ein Modell öffnen: Dann hat hier jeder Typ seine genaue Größe und die Datei, die er ergibt.',
    quantize: 'Quantisieren',
    allowIt: 'Für diesen Lauf erlauben',
    shareOf: (share, size) => `${share} von ${size}`,
    substituted: (tensors) => `${plural(tensors, 'Tensor', 'Tensoren')}: {sentence} {names}`,
    bar: (size, bits, memory, workers) =>
      `{output}, {exact|${size}, }${bits} {bits|Bits pro Gewicht} · höchstens ${memory} RAM mit ` +
      `${plural(workers, 'Worker', 'Workern')}`,
    barCalibrated: (time) => `vorher kalibriert: ${time}`,
    barToRun: (memory) => `läuft in etwa ${memory}`,
    barFits: (memory, there) => `läuft in etwa ${memory}: passt in ${there}`,
    barFitsNot: (memory, there) => `läuft in etwa ${memory}: passt nicht in ${there}`,
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
    unchanged: 'bleibt',
    bits: (count) => plural(count, 'Bit', 'Bit'),
    bitsFromTo: (from, to) => `${from} bis ${to} Bit`,
    safetensorsTarget: 'safetensors, für Transformers und andere, die Schichten von bitsandbytes und GPTQ laden',
    layers: 'Schichten',
    noExl2:
      'EXL2 ist nicht dabei: Dessen Quantisierer lässt Texte durch das Modell laufen, um zu sehen, welche Gewichte ' +
      'zählen; eine Datei mit Gewichten allein sagt das nicht.',
    usualTypes: 'Die üblichen Typen zeigen',
    showAllTypes: (count) => `Alle ${count} Typen zeigen`,
    usualAnswers: 'Antworten der üblichen Typen messen',
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

    written: {
      nothing:
        'Das ganze Modell, und nichts daneben. Mehr zu wählen gibt es hier beim Ordner eines Modells, das Bilder ' +
        'ansieht, bei einem, das mehrere Token auf einmal vorhersagt (MTP), und mit einem LoRA-Adapter, dessen ' +
        'Ordner nach dem des Modells abgelegt wird; und aus einer GGUF-Datei kann wieder ein Ordner werden.',
      inModel: 'In der Datei des Modells',
      adapters: 'LoRA-Adapter',
      adaptersHow:
        'Legen Sie den Ordner ab, den PEFT geschrieben hat (adapter_config.json, adapter_model.safetensors). Der ' +
        'Adapter wird beim Lesen zu den Gewichten addiert, mal seiner Stärke, oder für sich allein geschrieben, ' +
        'weiter unten.',
      merge: (name) => `${name} einrechnen`,
      strength: 'Stärke',
      strengthOf: (name) => `Stärke von ${name}`,
      next: (layers) =>
        `${plural(layers, 'Schicht', 'Schichten')}, die weitere Token ${layers === 1 ? 'vorhersagt' : 'vorhersagen'}`,
      nextHow:
        'Vorhersage mehrerer Token (MTP): llama.cpp rät damit Token im Voraus. Ohne sie antwortet das Modell ' +
        'dasselbe und ist kleiner.',
      nextChoices: { keep: 'Behalten', drop: 'Weglassen', only: 'Allein schreiben' },
      dense: 'Auch die Schichten hinter dem Pooling',
      denseHow: 'Von sentence-transformers (2_Dense, 3_Dense): Einbettungen gehen zuletzt durch sie.',
      beside: 'Eine Datei daneben',
      projector: 'Was Bilder ansieht',
      projectorHow:
        'llama.cpp nimmt es neben dem Modell: llama-server --mmproj. Das Quantisieren des Modells lässt es, wie ' +
        'es ist.',
      adapterAlone: (name) => `Der Adapter ${name} für sich allein`,
      adapterHow: 'llama.cpp addiert ihn beim Ausführen zum Modell: llama-cli --lora. Das Modell bleibt, wie es ist.',
      back: 'Zurück zum Ordner',
      folder: 'Der Hugging-Face-Ordner, aus dem die Datei entstand',
      folderHow:
        'Namen, Formen und Folge der Zeilen, wie seine Klasse in transformers sie hat; quantisierte Gewichte werden ' +
        'dekodiert. Speichern Sie seine Dateien zusammen in einem Ordner.',
      typeOf: (what) => `Typ von: ${what}`,
      size: (size, files) => (files === 1 ? size : `${size} in ${plural(files, 'Datei', 'Dateien')}`),
      reading: 'Seine Header werden gelesen…',
      write: '{file} schreiben',
      writeFolder: 'Den Ordner schreiben',
    },

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
    keptForLater: 'Was geschrieben ist, bleibt, und ein Lauf kann damit weitermachen.',
    cutShort: 'Abgebrochene Läufe',
    wasCutShort: (type, share, size) =>
      `Der Lauf, der aus {title} ${type} macht, brach ab: ${share} von ${size} sind geschrieben.`,
    goOn: 'Weitermachen',
    chooseAgain: 'Dasselbe Modell wählen und weitermachen',
    discard: 'Verwerfen',
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
    adapterFirst:
      'Ein Adapter ändert ein Modell: Öffnen Sie zuerst den Ordner des Modells, für das er trainiert wurde, und ' +
      'legen Sie dann den des Adapters ab.',
    adapterNoFolder:
      'Ein Adapter nennt Schichten so, wie der Ordner seines Modells es tut, und was offen ist, ist kein solcher ' +
      'Ordner. Öffnen Sie den Ordner, in dem das Modell veröffentlicht wurde (config.json und safetensors-Dateien), ' +
      'und legen Sie dann den des Adapters ab.',
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
    takenUpElsewhere: 'Ein anderer Tab dieser Seite macht damit weiter.',
    matrixFirst: (name) =>
      `Der Lauf benutzte die Wichtigkeitsmatrix ${name}. Bitte auch sie öffnen und dann weitermachen.`,
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
    named: (bits, name) => `${bits}-Bit ${name}`,
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

  result: {
    title: 'Ergebnis',
    afterARun: 'nach einem Lauf',
    nothing:
      'Noch wurde nichts quantisiert. Nach einem Lauf stehen hier: die Datei, ihr SHA-256 und wo der Fehler ' +
      'entstand, nach Schicht und Rolle, über alle Gewichte, Tensor für Tensor.',
    more: 'Mehr vom Ergebnis',
    tabs: {
      answers: 'Antworten',
      try: 'Ausprobieren',
      calibrated: 'Kalibriert',
      layers: 'Schichten',
      distribution: 'Verteilung',
      blocks: 'Blöcke',
      tensors: 'Tensoren',
      bytes: 'Codes und Bytes',
      shelf: 'Ablage',
      receipt: 'Beleg',
    },
    tryIt: 'Ausprobieren',
    tryAnother: 'Anderen Typ versuchen',
    compareResults: (count) => `${count} Ergebnisse vergleichen`,
    size: '{after} statt {before}',
    made: (type, tensors, time, workers, kernel) =>
      ` als ${type}, ${plural(tensors, 'Tensor', 'Tensoren')}, in ${time} mit ` +
      `${plural(workers, 'Worker', 'Workern')} (Rechenkern: ${kernel})`,
    weights: 'Gewichte: {decibels} {sqnr|Signal-Rausch-Abstand}',
    answersGoing: (share) => `Antworten: werden verglichen, ${share}`,
    answersFound:
      'Antworten: gleiche erste Wahl bei {share} ± {error} der {tokens|Token}, {divergence} nat {apart|Abstand}',
    thisResult: 'dieses Ergebnis',
    copied: 'Alle Tensoren wurden unverändert kopiert; es gibt keinen Fehler zu zeigen.',
    copy: 'Kopieren',
    sameEverywhere: 'derselbe in jedem Browser und mit beliebig vielen Workern',
    sameAsReceipt: 'Dieselben Bytes wie beim Lauf des Belegs.',
    otherThanReceipt: (hashes) => `Andere Bytes, als der Beleg sagt: ${hashes}.`,
    heads: {
      role: 'Rolle',
      layer: 'Schicht',
      type: 'Typ',
      tensor: 'Tensor',
      tensors: 'Tensoren',
      block: 'Block',
      column: 'Spalte',
      code: 'Code',
      weights: 'Gewichte',
      from: 'von',
      to: 'zu',
      method: 'Verfahren',
      size: 'Größe',
      bytes: 'Bytes',
      before: 'vorher',
      after: 'nachher',
      error: 'Fehler',
      name: 'Name',
      largestError: 'größter Fehler',
      signalToNoise: 'Signal-Rausch-Abstand',
    },
    blocks: {
      label: 'Histogramm der Blockfehler',
      value: 'RMS-Fehler',
      x: 'RMS-Fehler eines Blocks',
      one: 'Block',
      many: 'Blöcke',
      none: 'Keiner dieser Blöcke hat einen Fehler.',
      title: 'Fehler der Blöcke',
      note: (blocks, length) =>
        `{looked}: ${blocks} Blöcke ${length === null ? 'verschiedener Länge' : `aus ${length} Gewichten`} nach ` +
        '√(Σ (x − y)² / n) über die n Gewichte des Blocks. {height}',
      worstMark: (error) => `schlechtester ${error}`,
      worst: (count) => `Die ${count} schlechtesten Blöcke`,
      closed:
        'Das Modell, aus dem sie stammen, ist nicht mehr geöffnet; öffnen Sie es wieder, um sie im Labor anzusehen.',
      list: 'Die schlechtesten Blöcke',
      table: 'Schlechteste Blöcke',
      firstWeight: 'erstes Gewicht',
      lab: 'Labor',
      alone: 'Nur diesen Tensor zeigen',
      toLab: (rank) => `Den schlechtesten Block Nummer ${rank} ins Labor`,
    },
    calibrated: {
      title: 'Kalibriert',
      expert: (name, expert) => `${name}, Experte ${expert}`,
      kept: {
        calibrated: 'kalibriert',
        'no better': 'nicht kalibriert: es war nicht besser',
        'too few tokens': 'nicht kalibriert: zu wenige Token trafen darauf',
      },
      matrix: 'Matrix',
      left: 'Restfehler',
      leftHint:
        'Was vom quadrierten Fehler ihrer Ausgaben über die zurückgehaltenen Token bleibt, gemessen an dem, was ' +
        'lowest-error lässt (IQ2, IQ3: die Suche von llama.cpp, gewichtet mit diesem Text, die sie auch behalten); ' +
        'Schicht für Schicht sind die Ausgaben die, auf die gezielt wird',
      tokens: 'Token',
      tokensHint: 'Die darauf trafen und kalibrierten',
      columns: 'Spalten',
      fromTo: (first, last) => `${first} bis ${last}`,
      writtenAs: 'geschrieben als',
      how: {
        'one-pass': (tokens, time) => `In einem Durchgang mit {text}, ${tokens} Token, in ${time}.`,
        layers: (tokens, time) => `Schicht für Schicht mit {text}, ${tokens} Token, in ${time}.`,
      },
      howInTurns: {
        'one-pass': (tokens, time) =>
          `In einem Durchgang mit {text}, als Gespräch in der Chat-Vorlage des Modells, ${tokens} Token, in ${time}.`,
        layers: (tokens, time) =>
          `Schicht für Schicht mit {text}, als Gespräch in der Chat-Vorlage des Modells, ${tokens} Token, in ${time}.`,
      },
      nearer: (heldBack, served, matrices) =>
        `Beurteilt an ${heldBack} anderen Token daraus: ${served} von ${plural(matrices, 'Matrix', 'Matrizen')} ` +
        'kommen mit ihren Ausgaben näher an das Gewünschte als ohne Kalibrieren.',
      nearerLeft: (heldBack, served, matrices) =>
        `Beurteilt an ${heldBack} anderen Token daraus: ${served} von ${plural(matrices, 'Matrix', 'Matrizen')} ` +
        'kommen mit ihren Ausgaben näher an das Gewünschte als ohne Kalibrieren; {left} ihres quadrierten Fehlers ' +
        'bleiben (Median).',
      stay: (matrices) => `${plural(matrices, 'Matrix bleibt', 'Matrizen bleiben')} wie ohne Kalibrieren: {names}.`,
      evidence: (damping) => `SHA-256 des Texts {sha}, Dämpfung ${damping}. {repeatable}`,
      repeatable:
        'Mit demselben Text, denselben Token und derselben Art entstehen dieselben Bytes, hier oder auf der ' +
        'Kommandozeile.',
      repeatableFromGpu: (engine) =>
        `Berechnet von ${engine}, dessen letzte Stellen seine eigenen sind: Dieselben Bytes entstehen nur aus der ` +
        'Datei seiner Statistik.',
      statistics: (size) =>
        `Statistik: ${size}, SHA-256 {sha}. Codes, die damit noch einmal gewählt werden, sind dieselben, und es muss ` +
        'kein Text gelesen werden.',
      saveStatistics: 'Statistik speichern',
      matrixByMatrix: 'Matrix für Matrix',
      whatIsLeft: 'was vom Fehler ihrer Ausgaben bleibt',
      table: 'Was das Kalibrieren vom Fehler jeder Matrix lässt',
      beside: 'Antworten vorher und nachher',
      answers: 'Antworten, verglichen mit dem Original',
      lowestError: 'lowest-error',
      after: 'kalibriert',
      rows: {
        divergence: 'mittlere KL-Divergenz, nat',
        divergenceHint:
          'Mittlere KL-Divergenz der Wahrscheinlichkeiten des nächsten Tokens von denen des Originals, ± ' +
          'Standardfehler',
        worst: '99\u202f% darunter, nat',
        worstHint: 'Bei 99 von 100 Stellen liegt die KL-Divergenz darunter',
        top: 'gleiche erste Wahl',
        topHint: 'Anteil der Stellen, an denen dasselbe Token das wahrscheinlichste ist; ± Standardfehler',
        kept: 'Wahrscheinlichkeit erhalten',
        keptHint: 'Was im Mittel von der Wahrscheinlichkeit bleibt, die das Original dem nächsten Token des Texts gibt',
      },
      measured: (positions, heldBack, time) =>
        `Dieselben Typen und Bytes; ${positions} Stellen der ${heldBack} zurückgehaltenen Token, gemessen in ${time}.`,
      helped: (share) => `Kalibrieren lässt ${share} der KL-Divergenz von lowest-error.`,
      notHelped: 'Kalibrieren half hier nicht: lowest-error antwortet bei diesen Token mindestens so gut.',
    },
    layers: {
      title: 'Fehler nach Schicht',
      note: (definition) =>
        'Eine Linie je Rolle. Wählen Sie einen Punkt oder unten eine Rolle, und alle Ansichten des Ergebnisses ' +
        `zeigen diesen Teil. ${definition}`,
      measure: 'Maß',
      relative: 'relativer Fehler',
      relativeUnit: '% des RMS der Gewichte',
      relativeValue: (value) => `${value} relativer Fehler`,
      sqnr: 'Signal-Rausch-Abstand',
      sqnrValue: (value) => `${value} Signal-Rausch-Abstand`,
    },
    histogram: {
      label: 'Histogramm des absoluten Fehlers',
      labelSigned: 'Histogramm des Fehlers mit Vorzeichen',
      value: 'Fehler',
      x: 'absoluter Fehler eines Gewichts',
      xSigned: 'dekodiert minus original',
      one: 'Gewicht',
      many: 'Gewichte',
      title: 'Wie groß die Fehler sind',
      buckets: 'Klassen',
      fine: 'logarithmisch',
      signed: 'beide Vorzeichen',
      coarse: (width) => `je ${width}`,
      noteFine: (weights) => `{looked}: ${weights} Gewichte nach |x − y|.`,
      noteFineZero: (weights, zero) =>
        `{looked}: ${weights} Gewichte nach |x − y|; ${zero} ganz ohne Fehler sind nicht gezeichnet.`,
      noteSigned: (weights) =>
        `{looked}: ${weights} Gewichte nach y − x, x vorher und y nachher; die Marken gelten dem Betrag.`,
      noteSignedZero: (weights, zero) =>
        `{looked}: ${weights} Gewichte nach y − x, x vorher und y nachher; die Marken gelten dem Betrag; ${zero} ` +
        'ganz ohne Fehler sind nicht gezeichnet.',
      noteCoarse: (weights, width) =>
        `{looked}: ${weights} Gewichte nach |x − y|, in den ${width} breiten Klassen von quantize-stats (die letzte ` +
        'der 150, blasser, ist offen).',
      halfFloats:
        'Einzelne Balken, die unter den kleinen Fehlern herausragen, liegen an den Gewichten: In 16 Bit ' +
        'gespeichert, unterscheiden sie sich um ganze Schritte.',
      quantiles: 'Quantile sind von einzelnen Tensoren bekannt und von allen zusammen.',
      marks: {
        median: (value) => `Median ${value}`,
        p95: (value) => `95\u202f% ${value}`,
        p999: (value) => `99,9\u202f% ${value}`,
        max: (value) => `größter ${value}`,
      },
      none: (weights) => `Keines dieser Gewichte hat einen Fehler (${plural(weights, 'Gewicht', 'Gewichte')}).`,
      all: 'Alle umgewandelten Tensoren',
      part: (name, tensors) => `${name} (${plural(tensors, 'Tensor', 'Tensoren')})`,
    },
    table: {
      title: 'Tensor für Tensor',
      label: 'Fehler jedes Tensors',
      alone: 'Nur diesen Tensor in allen Ansichten zeigen',
      relative: 'relativ',
      weighted: 'gewichtet',
      ofReference: (method) => `zu ${method}`,
      noError: 'kein Fehler',
      largest: 'größter',
      median: 'Median',
      p95: '95\u202f%',
      bias: 'Bias',
      clipped: 'abgeschnitten',
      zeros: 'Nullen',
      notFinite: 'nicht endlich',
      worst: 'schlechtester Block',
      worstHint: 'Nummer des Blocks mit dem größten RMS-Fehler, von 0 an; zeigt ihn im Labor',
      showWorst: (block, tensor) => `Block ${block} von ${tensor} im Labor zeigen`,
    },
    focus: {
      label: 'Was die Ansichten zeigen',
      layer: 'Schicht',
      everyLayer: 'alle Schichten',
      oneLayer: (layer) => `Schicht ${layer}`,
      role: 'Rolle',
      everyRole: 'alle Rollen',
      all: (tensors) => `alle ${tensors} umgewandelten Tensoren`,
      everything: (name) => `Alles zeigen, nicht nur ${name}`,
      some: (tensors, all) => `${tensors} von ${all} Tensoren`,
      worst: (block, tensor, error) => `Block ${block} von ${tensor}, RMS-Fehler ${error}`,
      closed: 'Das Modell, aus dem er stammt, ist nicht mehr geöffnet',
      openWorst: 'Schlechtesten Block im Labor öffnen',
      openItsWorst: 'Schlechtesten Block davon im Labor öffnen',
    },
    pair: {
      ratio: 'relativer Fehler des zweiten durch den des ersten',
      ratioValue: (value) => `das ${value}-Fache des relativen Fehlers des ersten`,
      title: 'Fehler des zweiten, verglichen mit dem ersten',
      note: (second, first, definition) =>
        `Der relative Fehler der Tensoren von ${second} geteilt durch den von ${first}, nach Schicht, eine Linie je ` +
        `Rolle. Unter 1 hat das zweite weniger verloren. ${definition}`,
      twoModels:
        'Sie sind aus zwei Modellen gemacht, {first} und {second}: Die Zahlen sagen, wie weit jedes von seinem ' +
        'eigenen entfernt ist.',
      sameSize: 'Beide sind gleich groß.',
      larger: (by, share) => `Das zweite ist um ${by} größer: ${share} des ersten.`,
      smaller: (by, share) => `Das zweite ist um ${by} kleiner: ${share} des ersten.`,
      sameError: (ratio) => `Die Gewichte des zweiten haben das ${ratio}-Fache des relativen Fehlers des ersten.`,
      moreError: (ratio, decibels) =>
        `Die Gewichte des zweiten haben das ${ratio}-Fache des relativen Fehlers des ersten (${decibels} mehr).`,
      lessError: (ratio, decibels) =>
        `Die Gewichte des zweiten haben das ${ratio}-Fache des relativen Fehlers des ersten (${decibels} weniger).`,
      sameTypes: 'Alle Tensoren haben in beiden denselben Typ.',
      otherTypes: (tensors, list) => `${plural(tensors, 'Tensor hat', 'Tensoren haben')} einen anderen Typ: ${list}.`,
      change: (tensors, from, to) => `${tensors} ${from} → ${to}`,
      only: (first, second) => `${plural(first, 'Tensor', 'Tensoren')} nur im ersten, ${second} nur im zweiten.`,
      neither: 'Die Antworten keines von beiden wurden gemessen.',
      notFirst: 'Die Antworten des ersten wurden nicht gemessen: Zeigen Sie es und vergleichen Sie unter „Antworten“.',
      notSecond:
        'Die Antworten des zweiten wurden nicht gemessen: Zeigen Sie es und vergleichen Sie unter „Antworten“.',
      otherTexts: (tokens, texts) =>
        `Die Antworten wurden an verschiedenen Texten gemessen (${tokens[0]} Token von ${texts[0]}, ${tokens[1]} von ` +
        `${texts[1]}), darum werden ihre Zahlen nicht verglichen.`,
      answers: (top, divergence, tokens, text) =>
        `Die erste Wahl ist bei ${top[1]} der Token die des Originals, statt bei ${top[0]}; die mittlere ` +
        `KL-Divergenz ist ${divergence[1]} statt ${divergence[0]} nat, an ${tokens} Token von ${text}.`,
      answersTimes: (top, divergence, times, tokens, text) =>
        `Die erste Wahl ist bei ${top[1]} der Token die des Originals, statt bei ${top[0]}; die mittlere ` +
        `KL-Divergenz ist ${divergence[1]} statt ${divergence[0]} nat, das ${times}-Fache, an ${tokens} Token von ` +
        `${text}.`,
      facts: {
        model: 'Modell',
        type: 'Typ',
        search: 'Skalensuche',
        importance: 'Wichtigkeit',
        noImportance: 'keine',
        size: 'Größe',
        bits: 'Bits pro Gewicht',
        sqnr: 'Signal-Rausch-Abstand',
        relative: 'relativer Fehler',
        rmse: 'RMSE',
        largest: 'größter Fehler',
        top: 'gleiche erste Wahl',
        divergence: 'mittlere KL-Divergenz, nat',
        worst: '99\u202f% darunter, nat',
        tokens: 'bewertete Token',
        tokensOf: (tokens, text) => `${tokens}, ${text}`,
        run: 'Lauf',
        runOn: (time, workers) => `${time} mit ${plural(workers, 'Worker', 'Workern')}`,
        sha: 'SHA-256 beginnt mit',
      },
      figures: 'Beide Ergebnisse in Zahlen',
      whole: 'von der ganzen Datei',
      first: 'erstes',
      second: 'zweites',
      used: (type, entropy, bits) => `${type} ${entropy} von ${bits} Bit`,
      noneUsed: 'keine',
      codes: (first, second) =>
        `Bits, die ein Code trägt (Entropie, −Σ p log₂ p): das erste ${first}; das zweite ${second}.`,
      noCommonType: 'Kein Typ kommt in beiden vor.',
      codesTitle: 'Nutzung der Codes in beiden',
      codesNote: (type) =>
        `Balken: ${type} des ersten; Umriss: des zweiten; die gestrichelte Linie ist gleichmäßige Nutzung.`,
      codeType: 'Typ',
      ofFirst: 'Gewichte des ersten',
      ofSecond: 'Gewichte des zweiten',
    },
    readBack: {
      packed: (tensors) => `Zurückgelesen: ${plural(tensors, 'Tensor', 'Tensoren')}, an den geplanten Stellen.`,
      asPlanned: (tensors) =>
        `Zurückgelesen: ${plural(tensors, 'Tensor', 'Tensoren')}, Namen, Typen, Größen und Stellen wie geplant.`,
      differs: 'der Kopf der Ausgabe weicht vom Plan ab',
      differsAt: (tensor) => `der Kopf der Ausgabe weicht bei ${tensor} vom Plan ab`,
      failed: (why) => `Die Ausgabe ließ sich nicht zurücklesen: ${why}. Verwenden Sie diese Datei nicht.`,
      doNotUse: (file) => `${file} nicht verwenden`,
      why: (why) => `Sie ließ sich nicht zurücklesen: ${why}.`,
    },
    report: {
      title: (file) => `${file}: Bericht`,
      table: 'Tabelle',
      model: 'Modell',
      type: 'Typ',
      typeOf: (type, method) => `${type}, Verfahren ${method}`,
      size: 'Größe',
      sizeOf: (after, exact, before, bits) => `${after} (${exact}) statt ${before}, ${bits} Bits pro Gewicht`,
      run: 'Lauf',
      runOf: (tensors, time, workers, version) =>
        `${plural(tensors, 'Tensor', 'Tensoren')} in ${time} mit ${plural(workers, 'Worker', 'Workern')}, Nibble ` +
        version,
      options: 'Optionen',
      sqnr: 'Signal-Rausch-Abstand',
      rmse: 'RMSE',
      rmseWith: (method) => `RMSE mit ${method}`,
      max: 'größter Fehler',
      median: 'Median der Fehler',
      p95: '95\u202f% darunter',
      bias: 'Bias',
      error: 'Der Fehler',
      tensors: 'Tensor für Tensor',
    },
    figures: {
      output: 'Die Ausgabe',
      outputAndError: 'Die Ausgabe und ihr Fehler',
      errorOf: (part) => `Der Fehler: ${part}`,
      bits: 'Bits pro Gewicht',
      ofSize: (share) => `${share} der Größe`,
      sqnr: 'Signal-Rausch-Abstand',
      relative: (share) => `${share} relativ`,
      rmse: 'RMSE',
      rmsWeight: (value) => `Gewichte haben ein RMS von ${value}`,
      over: (method) => `RMSE zu ${method}`,
      reference: (method, rmse) => `${method}: ${rmse}`,
      weighted: 'gewichteter RMSE',
      byImportance: 'gewichtet mit der Wichtigkeit',
      largest: 'größter Fehler',
      median: 'Median der Fehler',
      p95: '95\u202f% darunter',
      bias: 'Bias',
      clipped: 'abgeschnitten',
      zeros: 'Nullen',
      weights: (count) => `${count} Gewichte`,
      notFinite: 'NaN oder unendlich',
      none: 'keine',
    },
    row: {
      title: 'Eine Zeile vorher und nachher',
      failed: (row, tensor) => `Zeile ${row} von ${tensor} konnte nicht gelesen werden`,
      noOutput: 'Eine Zeile vorher und nachher wird aus beiden Dateien gelesen: Die Ausgabe ist nicht mehr da.',
      noModel: 'Eine Zeile vorher und nachher wird aus beiden Dateien gelesen: Das Modell ist nicht mehr da.',
      note: (row, first, last, error) =>
        `{tensor}, Zeile ${row}, Spalten ${first} bis ${last}: Die Linie ist das Original, ein Punkt, wozu es ` +
        `dekodiert wird; darunter der Unterschied, mit eigenem Maßstab: zusammen ein RMS-Fehler von ${error}. Wählen ` +
        'Sie einen Tensor in der Tabelle darüber.',
      row: 'Zeile',
      fromColumn: 'ab Spalte',
      reading: 'Die Zeile wird gelesen.',
    },
    save: {
      gone:
        'Die Ausgabe ist nicht mehr aufbewahrt, ihre Zahlen bleiben. In der Ablage ist ein Knopf, der sie noch ' +
        'einmal herstellt.',
      picked: 'Gespeichert als {name}, in der gewählten Datei.',
      together: (files) =>
        `Legen Sie ${files === 1 ? 'diese Datei' : `diese ${files} Dateien`} unter diesen Namen in einen Ordner: ` +
        'Transformers, GPTQModel und vLLM öffnen den Ordner, wie er ist.',
      private: (size) =>
        `Aufbewahrt im privaten Speicher dieses Browsers, ${size}, solange Platz ist oder bis Sie sie {deleteIt}. ` +
        'Ist dieser Tab geschlossen oder neu geladen, lässt sie sich nicht mehr speichern und wird beim nächsten ' +
        'Öffnen der Seite entfernt.',
      deleteIt: 'löschen',
      memory: 'Im Arbeitsspeicher, bis die Seite geschlossen wird oder ein weiterer Lauf fertig ist.',
      button: (size) => `{name} speichern (${size})`,
    },
    shelf: {
      label: 'Ergebnisse dieses Besuchs',
      intro: (results, kept, most, mostResults) =>
        `${plural(results, 'Ergebnis', 'Ergebnisse')} dieses Besuchs, das neueste zuerst. Die Seite bewahrt ${kept} ` +
        `an Ausgaben auf, neben der neuesten höchstens ${most} und so viel der Browser Platz hat, und die Zahlen von ` +
        `${mostResults} Ergebnissen: Die ältesten gehen zuerst. Nach dem Schließen dieses Tabs bleibt nichts.`,
      two: 'Zwei nebeneinander',
      and: 'und',
      first: 'Erstes Ergebnis',
      second: 'Zweites Ergebnis',
      chooseTwo: 'Wählen Sie zwei verschiedene Ergebnisse.',
      afterAnother: 'Nach einem weiteren Lauf lassen sich hier zwei vergleichen.',
      name: (number, type, method) => `${number}: ${type}, ${method}`,
      nameOf: (number, type, method, model) => `${number}: ${type}, ${method}, ${model}`,
      onShow: 'gezeigt',
      of: (size) => `von ${size}`,
      sqnr: 'Gewichte, Signal-Rausch-Abstand',
      answers: (tokens, divergence) => `gleiche erste Wahl, ${tokens} Token; ${divergence} nat`,
      notMeasured: 'Antworten nicht gemessen',
      sha: 'SHA-256 beginnt so',
      show: 'Zeigen',
      remove: 'Entfernen',
      removeFrom: (name) => `${name} aus der Ablage entfernen`,
      openAgain: (model) => `Für einen neuen Lauf öffnen Sie ${model} noch einmal.`,
      matrixAgain: (matrix) => `Für einen neuen Lauf wählen Sie seine Importance-Matrix noch einmal: ${matrix}.`,
      noMatrix: 'Für einen neuen Lauf wählen Sie keine Importance-Matrix.',
      fromPlan: 'Neu geschrieben wird es unter Plan, bei „Was geschrieben wird“.',
      going: 'Ein Lauf ist im Gange.',
      notStarted: (file) => `Nicht begonnen: ${file}`,
      picked: 'gespeichert in der gewählten Datei',
      frees: (size) => `Macht ${size} frei; die Zahlen bleiben`,
      delete: 'Ausgabe löschen',
      gone: (why) => `Seine Ausgabe ist nicht mehr aufbewahrt. ${why}`,
      sameAgain: 'Dieselben Einstellungen ergeben wieder dieselben Bytes.',
      runAgain: 'Noch einmal laufen lassen',
    },
    spending: {
      title: 'Bytes nach Rolle',
      note:
        'Tensordaten in der Ausgabe, dahinter, blasser, im Eingang, von allen Schichten. Dezimale Einheiten: 1 MB ' +
        'sind 10⁶ Byte. Wählen Sie eine Rolle, und alle Ansichten des Ergebnisses zeigen diesen Teil.',
      axis: 'Byte',
      bytes: (count) => `${count} Byte`,
      bytesBefore: (count) => `${count} Byte vorher`,
      codes: 'Nutzung der Codes',
      codesNote: (type, codes, bits, entropy, spent) =>
        `${type}: ${codes} Codes aus ${bits} Bit tragen je ${entropy} Bit (Entropie, −Σ p log₂ p); mit Skalen ` +
        `verbraucht der Typ ${spent} Bit je Gewicht. Die gestrichelte Linie ist gleichmäßige Nutzung.`,
      codesNoteOf: (part, type, codes, bits, entropy, spent) =>
        `${part}, ${type}: ${codes} Codes aus ${bits} Bit tragen je ${entropy} Bit (Entropie, −Σ p log₂ p); mit ` +
        `Skalen verbraucht der Typ ${spent} Bit je Gewicht. Die gestrichelte Linie ist gleichmäßige Nutzung.`,
      type: 'Typ',
      share: 'Anteil an den Gewichten',
    },
    takeAlong: {
      receipt: 'Beleg speichern',
      report: 'Bericht speichern',
      failed: 'Der Beleg wurde nicht erstellt',
      what: (size) =>
        'Der Beleg (JSON) enthält die Hashes, die Entscheidungen und die Zahlen: Hier wieder abgelegt, prüft er eine ' +
        `Datei oder wiederholt den Lauf. Für die Hashes werden die ${size} des Modells noch einmal gelesen. Der ` +
        'Bericht (HTML) enthält die Diagramme und lässt sich überall öffnen.',
      hashing: (share) => `Hash des Modells wird berechnet, ${share}`,
      stop: 'Anhalten',
    },
  },

  answers: {
    title: 'Antworten',
    names: {
      original: {
        first: 'das Original',
        second: 'die Ausgabe',
        ofFirst: 'des Originals',
        ofSecond: 'der Ausgabe',
        inFirst: 'im Original',
        inSecond: 'in der Ausgabe',
        shortFirst: 'Original',
        shortSecond: 'Ausgabe',
      },
      here: {
        first: 'das geöffnete Modell',
        second: 'die andere Datei',
        ofFirst: 'des geöffneten Modells',
        ofSecond: 'der anderen Datei',
        inFirst: 'im geöffneten Modell',
        inSecond: 'in der anderen Datei',
        shortFirst: 'hier',
        shortSecond: 'dort',
      },
    },
    cannot: {
      original: 'Was die Ausgabe antwortet, lässt sich nicht messen.',
      here: 'Was die andere Datei antwortet, lässt sich nicht messen.',
    },
    intro: {
      original: (text, length) =>
        `Original und Ausgabe lesen denselben Text (${text}) in Abschnitten von ${length} {tokens|Token}. In der ` +
        'zweiten Hälfte jedes Abschnitts werden ihre Wahrscheinlichkeiten für das nächste Token verglichen.',
      here: (text, length) =>
        `Das geöffnete Modell und die andere Datei lesen denselben Text (${text}) in Abschnitten von ${length} ` +
        '{tokens|Token}. In der zweiten Hälfte jedes Abschnitts werden ihre Wahrscheinlichkeiten für das nächste ' +
        'Token verglichen.',
    },
    ownText: 'der mit dieser Seite kommt',
    comparing: 'Vergleich der Antworten',
    stop: 'Vergleich anhalten',
    reading: 'Der Text wird gelesen…',
    going: (tokens, text, share, time) => `${tokens} Token von ${text}: ${share}, noch etwa ${time}`,
    paused: (tokens, text, share) => `${tokens} Token von ${text}: ${share}, Pause`,
    compare: 'Antworten vergleichen',
    compareMore: 'Mit mehr Text vergleichen',
    differs: 'Was sich an den Antworten unterscheidet',
    top: 'gleiche erste Wahl',
    topOf: (error, tokens) => `± ${error}, von ${tokens} Token`,
    divergence: 'mittlere KL-Divergenz',
    nats: 'nat',
    natsError: (error) => `± ${error} nat`,
    worst: '99\u202f% darunter',
    kept: 'Wahrscheinlichkeit erhalten',
    plusMinus: (error) => `± ${error}`,
    perplexity: 'Perplexität',
    perplexityOf: (error, first, value) => `± ${error}; ${first} ${value}`,
    measured: (stretches, text, time) =>
      `Gemessen an ${plural(stretches, 'Abschnitt', 'Abschnitten')} von ${text} in ${time}, auf diesem Rechner.`,
    measuredInTurns: (stretches, text, time) =>
      `Gemessen an ${plural(stretches, 'Abschnitt', 'Abschnitten')} von ${text}, als Gespräch in der Chat-Vorlage ` +
      `des Modells, in ${time}, auf diesem Rechner.`,
    openAgain: 'Öffnen Sie das Original wieder, um zu vergleichen, was die beiden Dateien antworten.',
    sameBy: (methods) => `Dasselbe mit ${methods} messen`,
    drift: {
      title: 'Wie weit sie auseinanderlaufen',
      note: (ofFirst, ofSecond) =>
        `Nach jeder Schicht: wie weit der Residualstrom ${ofSecond} von dem ${ofFirst} entfernt ist, als Anteil an ` +
        'dessen Länge; im Mittel über alle Token des Texts.',
    },
    outputs: {
      value: 'quadrierter Fehler der Ausgaben',
      unit: '% ihrer Quadrate',
      share: (share) => `${share} vom Quadrat der Ausgabe`,
      roleOf: (role, layer) => `${role} der Schicht ${layer}`,
      type: (second, first) => `${second} statt ${first}`,
      title: 'Fehler der Ausgaben jeder Schicht',
      note: (ofFirst, ofSecond, inFirst) =>
        `W sind die Gewichte ${ofFirst}, V die ${ofSecond}, a, womit W ${inFirst} multipliziert wird: |(W − V) a|² ` +
        'durch |W a|², beide summiert über alle Token des Texts. Eine Linie je Rolle; Experten zählen zusammen.',
    },
    measuredList: {
      label: 'Gemessene Antworten dieses Modells',
      type: 'Typ',
      search: 'Skalensuche',
      calibrated: {
        'one-pass': (tokens, text) => `in einem Durchgang kalibriert, ${tokens} Token von ${text}`,
        layers: (tokens, text) => `Schicht für Schicht kalibriert, ${tokens} Token von ${text}`,
      },
      size: 'Größe',
      divergenceHint: 'Der Wahrscheinlichkeiten des nächsten Tokens von denen des Originals, und ihr Standardfehler',
      scored: 'bewertete Token',
      text: 'Text',
      measuring: 'Messung der Antworten',
      going: (type, method, number, total) =>
        `${type} mit ${method}, ${number} von ${total}: wird beiseite geschrieben und dann neben dem Original gelesen`,
      paused: (type, method, number, total) => `${type} mit ${method}, ${number} von ${total}, Pause`,
      how:
        'Jedes wird beiseite geschrieben, in den privaten Speicher dieses Browsers, neben dem Original über den ' +
        'kurzen Text gelesen und entfernt; das dauert je so lange wie ein Lauf und ein kurzer Vergleich.',
    },
    tokenView: {
      help:
        'Gefärbt danach, wie viel sich geändert hat, nach der Skala unten. Grauer Text gibt nur Kontext. Zeigen Sie ' +
        'auf ein Token oder nutzen Sie die Pfeiltasten, um zu sehen, was beide Dateien dort für wahrscheinlich ' +
        'hielten.',
      label: 'Der Text, Token für Token',
      legend: 'KL-Divergenz in nat',
      more: 'mehr',
      detail: (first, inFirst, second, inSecond, divergence) =>
        `{token} kommt als Nächstes: Wahrscheinlichkeit ${first} ${inFirst}, ${second} ${inSecond}; KL-Divergenz ` +
        `${divergence} nat.`,
      noText: '(kein Text)',
    },
    try: {
      label: 'Ausprobieren',
      intro: 'Was Original und Ausgabe auf dieselben Worte sagen, in llama.cpp.',
      saySomething: 'Etwas sagen',
      sayIt: 'Sagen',
      stop: 'Anhalten',
      note:
        'Lädt einmal die WebAssembly-Fassung von llama.cpp (9 MB), von dort, woher diese Seite kam. Beide nehmen ' +
        'jedes Mal das wahrscheinlichste Token; was sich unterscheidet, liegt also an den Dateien.',
      original: 'Original',
      output: 'Ausgabe',
      waiting: 'wartet, bis es an der Reihe ist',
      loading: 'wird geladen…',
    },
  },

  check: {
    label: 'Was an den Dateien falsch ist',
    intro:
      'Kopf, Metadaten und jedes Gewicht werden angesehen: Orte und Namen der Tensoren, Arten der Einträge, ' +
      'Wortschatz gegen Einbettung, Gewichte, die keine Zahlen oder unendlich sind. Jeder Befund sagt, ' +
      'was llama.cpp dazu tut. Auch für Dateien, die sich nicht öffnen lassen.',
    files: 'Dateien zum Prüfen',
    start: 'Dieses Modell prüfen',
    choose: 'Andere Dateien prüfen…',
    going: (share) => `${share} gelesen`,
    paused: (share) => `${share} gelesen, Pause`,
    stopped: 'Vor dem Ende angehalten.',
    sound: (names) => `${names}: nichts ist falsch.`,
    found: (names, findings) => `${names}: ${findings === 1 ? '1 Befund' : `${findings} Befunde`}.`,
    read: (weights, tensors) =>
      `${weights} Gewichte von ${tensors === 1 ? '1 Tensor' : `${tensors} Tensoren`} wurden gelesen.`,
    unread: (tensors) =>
      tensors === 1
        ? '1 Tensor, dessen Werte keine Gewichte sind, wurde ausgelassen.'
        : `${tensors} Tensoren, deren Werte keine Gewichte sind, wurden ausgelassen.`,
    levels: { error: 'Fehler:', warning: 'Warnung:' },
  },

  compare: {
    label: 'Mit einer anderen Datei vergleichen',
    intro:
      'Die Gewichte der anderen Datei, ob quantisiert, das Original oder aus einem anderen Programm, werden mit ' +
      'denen dieses Modells verglichen: x ist ein Gewicht hier, y dasselbe Gewicht dort, beide dekodiert.',
    files: 'Ein Modell zum Vergleichen',
    choose: 'Datei wählen…',
    stop: 'Anhalten',
    going: (share) => `${share} verglichen`,
    paused: (share) => `${share} verglichen, Pause`,
    matches: {
      reshaped: 'andere Form',
      resized: 'andere Größe',
      renamed: 'umbenannt, nach der Form',
      onlyA: 'nur hier',
      onlyB: 'nur dort',
    },
    probablyAnother: 'gleiche Form, wohl ein anderer Tensor',
    heads: {
      name: 'Name',
      note: 'Anmerkung',
      here: 'hier',
      there: 'dort',
      bytesHere: 'Bytes hier',
      bytesThere: 'Bytes dort',
      relative: 'relativ',
      sqnr: 'Signal-Rausch-Abstand',
      rmse: 'RMSE',
      largest: 'größter',
      bias: 'Bias',
      notFinite: 'nicht endlich',
    },
    answers: 'Antworten beider Dateien',
    table: 'Verglichene Tensoren',
    summary: (tensors) =>
      `${plural(tensors, 'Tensor', 'Tensoren')}, alle mit einem gleichen Namens und gleicher Form auf der anderen ` +
      'Seite.',
    summaryChanged: (tensors, changes) => `${plural(tensors, 'Tensor', 'Tensoren')}: ${changes}.`,
    change: (count, what) => `${count} ${what}`,
    figures: {
      label: 'Die andere Datei, verglichen mit diesem Modell',
      size: 'Größe der Tensoren',
      here: (value) => `hier ${value}`,
      sizeMeans: 'Bytes aller Tensoren, ohne Kopf und Füllbytes.',
      bits: 'Bits pro Gewicht',
      sqnr: 'Signal-Rausch-Abstand',
      relative: (share) => `${share} relativ`,
      rmse: 'RMSE',
      largest: 'größter Unterschied',
      bias: 'Bias',
    },
    nothingInCommon: 'Die beiden Modelle haben keinen Tensor gemeinsam, der verglichen werden könnte.',
  },

  charts: {
    frame: {
      table: 'Tabelle',
      howToRead: 'Lesehilfe',
      save: (title) => `Diagramm speichern: ${title}`,
      asTable: (title) => `${title}, als Tabelle`,
      firstRows: (shown, all) => `Die ersten ${shown} von ${all} Zeilen; die CSV-Datei hat alle.`,
    },
    pointing: {
      kind: 'Diagramm',
      read: (label) => `${label}. Pfeiltasten lesen die Werte vor.`,
      choose: (label) => `${label}. Pfeiltasten lesen die Werte vor; Eingabe wählt aus.`,
    },
    roles: {
      token_embd: 'Token-Einbettung',
      output: 'Ausgabematrix',
      q: 'Query der Attention',
      k: 'Key der Attention',
      v: 'Value der Attention',
      qkv: 'Query, Key und Value der Attention in einem',
      o: 'Ausgabe der Attention',
      gate: 'Gate des Feed-Forward',
      up: 'Up des Feed-Forward',
      down: 'Down des Feed-Forward',
      norm: 'Normalisierung',
      other: 'alles andere',
    },
    layer: 'Schicht',
    roleInLayer: (role, layer) => `${role}, Schicht ${layer}`,
    bitMap: {
      label: 'Die gespeicherten Zahlen, eine nach der anderen',
    },
    blockScatter: {
      label: 'Blöcke des Tensors, links und rechts nach Spannweite, auf und ab nach Fehler',
      block: (block, rangeName, range) => `Block ${block}, ${rangeName} ${range}`,
      error: (method, error) => `${method}: ${error} relativer Fehler`,
      x: (rangeName) => `${rangeName} des Blocks, Einheiten der Gewichte`,
      xLogarithmic: (rangeName) => `${rangeName} des Blocks, Einheiten der Gewichte, logarithmisch`,
      y: 'relativer Fehler des Blocks, %',
    },
    codeShares: {
      label: 'Nutzung der einzelnen Codes',
      code: (code) => `Code ${code}`,
      weights: (count) => `${count} Gewichte`,
      second: (count, share) => `das zweite: ${count}, ${share}`,
      x: 'Code, wie seine Bits gespeichert sind',
      y: 'Anteil an den Gewichten, %',
    },
    divisors: {
      label: 'Histogramm der besten Teiler',
      divisor: (range) => `Teiler ${range}`,
      blocks: (count, share) => `${plural(count, 'Block', 'Blöcke')}, ${share}`,
      shortSide: (count) => `in ${count} davon liegt das größte Gewicht auf der kurzen Seite`,
      x: 'bester Teiler, max|x| / |Skala|',
      y: (step) => `Blöcke je Schritt von ${step}`,
      mean: (divisor) => `Mittel ${divisor}`,
      orMore: (from) => `ab ${from}`,
      fromTo: (from, to) => `${from} bis ${to}`,
    },
    drift: {
      title: 'Abstand',
      unit: '% der Länge des Stroms',
      label: (what) => `${what}, nach Schicht`,
      after: (layer) => `nach Schicht ${layer}`,
      apart: (share) => `${share} Abstand`,
      x: 'nach Schicht',
    },
    errorByLayer: {
      label: (what) => `${what}, nach Schicht`,
      tensors: (count) => plural(count, 'Tensor', 'Tensoren'),
      without: (list) => `Ohne Schicht: ${list}.`,
      loose: (role, type, value) => `${role} als ${type}, ${value}`,
    },
    errorHistogram: {
      density: (many, value) => `${many} je Verdopplung (${value})`,
      height: (density) =>
        `Höhe: ${density}, die Anzahl in einer Klasse durch log₂(bis / von), damit man die Breite der Klassen nicht ` +
        'sieht.',
      from: 'von',
      to: 'bis',
      shareOfAll: (many) => `Anteil an allen (${many})`,
      orMore: (value, from) => `${value} ab ${from}`,
      fromTo: (value, from, to) => `${value} ${from} bis ${to}`,
      count: (count, noun, share) => `${count} ${noun}, ${share} von allen`,
      perDoubling: (count, density) => `${count} ${density}`,
      y: (density) => `${density}, logarithmisch`,
      ySteps: (many, step) => `${many} je Schritt von ${step}, logarithmisch`,
    },
    errorMap: {
      label: 'Relativer Fehler über Skala und Versatz',
      kind: 'Karte',
      x: 'Skala, Einheiten der Gewichte',
      y: 'Versatz, Einheiten der Gewichte',
      place: (scale, offset, error) =>
        `Stelle auf der Karte: Skala ${scale}, Versatz ${offset}, relativer Fehler ${error}. ` +
        'Pfeiltasten bewegen sie um ein Feld, mit Umschalt um eine speicherbare Zahl.',
      method: (name, scale, offset, error) => `${name}: Skala ${scale}, Versatz ${offset}, relativer Fehler ${error}`,
    },
    feedbackErrors: {
      title: 'Fehler der Ausgabe',
      unit: '% der Ausgabe',
      label: 'Fehler der Ausgabe der Zeile, Schritt für Schritt',
      before: 'vor dem ersten Schritt',
      after: (steps) => `nach Schritt ${steps}`,
      rounding: (name, error) => `${name}: ${error}`,
      descent: (name, error) => `${name}: ${error}, Abstieg`,
      ended: (name, error) => `${name}: ${error}, zu Ende`,
      x: 'Schritte: gerundete Spalten, dann Änderungen des Abstiegs',
    },
    feedbackRow: {
      label: 'Die Zeile: Gewichte, was von ihnen verlangt wird und was gespeichert ist',
      column: (column) => `Spalte ${column}`,
      weight: (value) => `Gewicht ${value}`,
      wanted: (value) => `inzwischen verlangt ${value}`,
      stored: (value) => `mit Rückführung gespeichert als ${value}`,
      notYet: 'noch nicht gerundet',
      plain: (value) => `einfach gespeichert als ${value}`,
      x: 'Spalte',
      y: (units) => `Wert, ${units}`,
    },
    focus: {
      all: 'alle umgewandelten Tensoren',
      layer: (layer) => `Schicht ${layer}`,
      role: (role) => `${role}, alle Schichten`,
      both: (layer, role) => `Schicht ${layer} × ${role}`,
    },
    formatPlane: {
      label: 'Relativer Fehler über Bits pro Gewicht',
      figures: (bits, error) => `${bits} Bits pro Gewicht, ${error} relativer Fehler`,
      how: (blocks, search) => `${blocks}, Skalensuche ${search}`,
      frontier: 'auf der Grenzlinie',
      x: 'Bits pro Gewicht, mit Skalen und Stufenlisten',
      y: 'relativer Fehler, logarithmisch',
    },
    layerMap: {
      notFinished: 'nicht fertig',
    },
    levelLine: {
      label: 'Stufen und die Gewichte, für die sie stehen',
      level: (number, count) => `Stufe ${number} von ${count}`,
      value: (level, share) => `${level}, von ${share} der Gewichte genommen`,
      x: 'Stufe ÷ größte Stufe; Gewicht ÷ größtes seines Blocks',
      y: 'Gewichte (hell), Anteil jeder Stufe (Stiele)',
    },
    metricMap: {
      label: 'H, das mittlere Produkt der Eingaben von je zwei Spalten',
      column: (column) => `Spalte ${column}`,
      columns: (row, column) => `Spalten ${row} und ${column}`,
      square: (value) => `mittleres Quadrat ${value}`,
      product: (value) => `mittleres Produkt ${value}`,
      correlation: (value) => `Korrelation ${value}`,
    },
    numberLine: {
      label: 'Gewichte auf dem Zahlenstrahl',
      x: 'Wert, Einheiten der Gewichte',
      rows: 'Gewicht',
      weight: (number) => `Gewicht ${number}`,
      clipped: (weight, decoded) => `${weight} → ${decoded}, abgeschnitten`,
      reading: (weight, decoded, error) => `${weight}, wird zu ${decoded}, Fehler ${error}`,
      readingClipped: (weight, decoded, error) => `${weight}, wird zu ${decoded}, Fehler ${error}, abgeschnitten`,
      level: 'Stufe',
    },
    rowOverlay: {
      label: 'Gewichte vorher und nachher',
      column: (column) => `Spalte ${column}`,
      before: (value) => `vorher ${value}`,
      after: (value) => `nachher ${value}`,
      error: (value) => `Fehler ${value}`,
      y: (units) => `Gewicht, ${units}`,
      x: 'Spalte der Zeile',
      yError: (units) => `Fehler, nachher − vorher, ${units}`,
    },
    scaleCurve: {
      label: 'Fehler über der Skala, Knick für Knick',
      choices: 'Die Wahl jedes Verfahrens auf der Kurve',
      x: 'Skala, Einheiten der Gewichte',
      xNegative: 'Betrag der negativen Skala, Einheiten der Gewichte',
      y: 'relativer Fehler, %',
      method: (name, scale, error) => `${name}: Skala ${scale}, relativer Fehler ${error}`,
      kink: (scale, error) => `Skala ${scale}, relativer Fehler ${error}`,
      moves: (weight, value, codes, levels) =>
        `Gewicht ${weight} (${value}) geht von Code ${codes[0]} zu ${codes[1]}, Stufe ${levels[0]} zu ${levels[1]}`,
      more: (count) => `und ${count} weitere`,
      share: (weight, share) => `Gewicht ${weight}: ${share} des quadrierten Fehlers`,
      weights: 'Gewichte',
    },
    weightHistogram: {
      label: 'Gewichte der Stichprobe nach ihrer Größe',
      bucket: (from, to) => `${from} bis ${to} RMS`,
      values: (from, to) => `Gewichte von ${from} bis ${to}`,
      count: (count, share) => `${count} Gewichte, ${share}`,
      x: 'Gewicht durch RMS der Gewichte des Tensors',
      y: 'Gewichte der Stichprobe',
      from: 'von',
      to: 'bis',
      weights: 'Gewichte',
      share: 'Anteil an der Stichprobe',
    },
    sizeError: {
      label: 'Größe und Fehler der Dateitypen und der besten Mischungen',
      tagged: (name, tag) => `${name}, ${tag}`,
      noError: 'kein Fehler',
      x: (unit) => `Größe der Datei, ${unit}`,
      y: 'Signal-Rausch-Abstand, dB (mehr ist besser)',
    },
  },

  outliers: {
    bases: {
      weights: 'dem RMS ihrer Gewichte (ein Ersatzmaß)',
      producers: 'dem RMS der Zeile, die ihre Eingabe erzeugt (ein Ersatzmaß)',
      importance: 'dem RMS ihrer Aktivierungen',
    },
    inLayers: (input, column, layers, ofLayers) => `${input} Spalte ${column} (${layers} von ${ofLayers})`,
    label: 'Spalten, die herausragen',
    intro:
      'Ausreißer, wie LLM.int8() sie sucht: Wenige Spalten können viel vom Gewicht und vom Fehler eines Tensors ' +
      'tragen. Angesehen wird jede Zeile (bei großen Modellen eine Stichprobe), mit dem Typ und den Regeln des ' +
      'Plans. Kein GGUF-Typ hält Spalten gesondert: Dies ist eine Analyse.',
    countsBy: 'Eine Spalte zählt nach',
    outlierBeyond: 'und ist ein Ausreißer über',
    times: (times) => `dem ${times}-Fachen des Medians`,
    look: 'Ausreißer suchen',
    read: (share) => `${share} gelesen`,
    readPaused: (share) => `${share} gelesen, Pause`,
    heads: {
      name: 'Name',
      columns: 'Spalten',
      outliers: 'Ausreißer',
      outliersHint: 'Spalten über der Schwelle',
      largest: 'größte',
      largestUnit: 'mal der Median',
      largestHint: 'Die größte Spalte, geteilt durch die mittlere (Median)',
      which: 'welche',
      error: 'vom Fehler',
      errorHint:
        'Anteil am quadrierten Fehler, den die Ausreißer tragen; mit der Importance-Matrix am Fehler mal Wichtigkeit',
      worst: 'schlechteste 1\u202f%',
      worstHint: 'Anteil am quadrierten Fehler in dem 1\u202f% der Spalten, das am meisten davon hat',
      by: 'nach',
      type: 'Typ',
    },
    found: (outliers, tensors, type, method, weights, all) =>
      `${plural(outliers, 'Ausreißer', 'Ausreißer')} in ${plural(tensors, 'Tensor', 'Tensoren')}, Fehler von ${type} ` +
      `mit dem Verfahren ${method}, ${weights} von ${all} Gewichten.`,
    foundImportance: (outliers, tensors, type, method, weights, all) =>
      `${plural(outliers, 'Ausreißer', 'Ausreißer')} in ${plural(tensors, 'Tensor', 'Tensoren')}, Fehler von ${type} ` +
      `mit dem Verfahren ${method}, ${weights} von ${all} Gewichten, mal der Wichtigkeit der Spalte.`,
    noShared: 'Keine Spalte ist in mehr als einer Schicht ein Ausreißer.',
    shared: (list) => `In mehr als einer Schicht: ${list}.`,
    keeping: {
      title: 'Die schlechtesten Spalten in 16 Bit lassen',
      note:
        'Anteil des quadrierten Fehlers, der wegfiele, für jeden Anteil behaltener Spalten, mindestens eine je ' +
        'Tensor; die Bits, die es kostete, stehen in der Tabelle.',
      columns: 'behaltene Spalten',
      cost: 'Kosten',
      bits: 'Bits pro Gewicht',
      saved: 'gesparter quadrierter Fehler',
      rmse: 'RMSE wird',
      times: 'mal',
      label: 'Durch behaltene Spalten gesparter Fehler',
      axis: 'gesparter quadrierter Fehler, %',
      ofError: (share) => `${share} des quadrierten Fehlers`,
      rmseTimes: (ratio) => `RMSE mal ${ratio}`,
      moreBits: (bits) => `${bits} Bits pro Gewicht mehr`,
    },
    table: 'Ausreißer jedes Tensors',
    activations: {
      cannot: 'Aktivierungen lassen sich nicht ansehen.',
      lookAt: (text) => `echte Aktivierungen ansehen, an ${text}`,
      input: 'Eingabe von',
      column: 'Spalte',
      layers: 'Schichten',
      layersOf: (layers, ofLayers) => `${layers} von ${ofLayers}`,
      layersHint: 'In denen sie bei mindestens einem Token die Schwelle erreicht',
      tokens: 'Token',
      tokensHint: 'Anteil der Token aller Schichten, bei denen sie es tut',
      largest: 'größte',
      largestHint: 'Größter Betrag',
      error: 'vom Fehler',
      errorHint: 'Anteil am quadrierten Fehler der Gewichte mal E[a²], über alle Matrizen mit dieser Eingabe',
      found: (tokens, threshold, layers, positions) =>
        `Ausreißer-Merkmale in ${plural(tokens, 'Token', 'Token')}, wie LLM.int8() sie definiert: Spalten, deren ` +
        `Aktivierungen ${threshold} in mindestens ${layers} der Schichten und bei mindestens ${positions} aller ` +
        'Token aller Schichten erreichen.',
      foundInTurns: (tokens, threshold, layers, positions) =>
        `Ausreißer-Merkmale in ${plural(tokens, 'Token', 'Token')} in der Chat-Vorlage des Modells, wie LLM.int8() ` +
        `sie definiert: Spalten, deren Aktivierungen ${threshold} in mindestens ${layers} der Schichten und bei ` +
        `mindestens ${positions} aller Token aller Schichten erreichen.`,
      inputs: (list) => `${list}.`,
      none: (input, columns, largest) =>
        `Eingabe von ${input}: 0 von ${plural(columns, 'Spalte', 'Spalten')}, größte Aktivierung ${largest}`,
      some: (input, features, columns, error, largest) =>
        `Eingabe von ${input}: ${features} von ${plural(columns, 'Spalte', 'Spalten')} mit ${error} des Fehlers, ` +
        `größte Aktivierung ${largest}`,
      table: 'Ausreißer-Merkmale',
    },
  },

  receipt: {
    label: 'Beleg',
    title: 'Beleg {name}',
    about: (name) => `Beleg ${name}`,
    verdicts: {
      output: (file) => `✓ ${file} ist die Datei, die dieser Lauf schrieb: Ihr SHA-256 ist der im Beleg.`,
      input: (file) => `✓ ${file} ist das Modell, das dieser Lauf las: Sein SHA-256 ist der im Beleg.`,
      matrix: (file) => `✓ ${file} ist die Importance-Matrix, die dieser Lauf benutzte: Ihr SHA-256 ist der im Beleg.`,
    },
    none: (file, sha) => `${file} ist keine der Dateien des Belegs: Ihr SHA-256 ist ${sha}.`,
    reading: 'Wird gelesen…',
    hashing: (share) => `Hash wird berechnet, ${share}`,
    aFile: 'Eine Datei zum Prüfen',
    openFirst: (files) => `Öffnen Sie zuerst das Modell: ${files}.`,
    set: '✓ Das Modell ist das des Belegs, und seine Optionen sind eingestellt.',
    setNext:
      '✓ Das Modell ist das des Belegs, und seine Optionen sind eingestellt. „Quantisieren“ wiederholt den Lauf; das ' +
      'Ergebnis sagt, ob die Bytes dieselben sind.',
    putAway: 'Weglegen',
    run: 'Lauf',
    runOf: (type, method, version) => `${type}, Verfahren ${method}, Nibble ${version}`,
    from: 'aus',
    file: (size) => `{name}, ${size}, SHA-256 {sha}`,
    importance: 'Wichtigkeit',
    importanceOf: '{name}, SHA-256 {sha}',
    calibrated: 'kalibriert',
    calibratedBy: {
      'one-pass': (tokens) => `in einem Durchgang mit {name}, ${tokens}, SHA-256 {sha}`,
      layers: (tokens) => `Schicht für Schicht mit {name}, ${tokens}, SHA-256 {sha}`,
    },
    tokens: (tokens, heldBack) => `${tokens} Token und ${heldBack} zum Beurteilen`,
    tokensBy: (tokens, heldBack, engine) => `${tokens} Token und ${heldBack} zum Beurteilen, berechnet von ${engine}`,
    to: 'zu',
    output: (size) => `${size}, SHA-256 {sha}`,
    rmse: (value) => `, {rmse} ${value}`,
    check: 'Datei prüfen…',
    repeat: 'Lauf wiederholen',
    notByStatistics: (file) =>
      `Der Lauf des Belegs wurde nicht mit ${file} kalibriert. Wählen Sie dessen Statistik oder einen Text, unter ` +
      '„Plan“ mit der Skalensuche „calibrated“.',
    otherStatistics: (file, wanted, sha) =>
      `Der Lauf des Belegs wurde nicht mit ${file} kalibriert, sondern mit dem Inhalt von ${wanted} (SHA-256 ` +
      `${sha}). Wählen Sie diese Datei oder einen Text, unter „Plan“ mit der Skalensuche „calibrated“.`,
    byGpu: (engine, file) =>
      `Wonach der Lauf des Belegs Codes wählte, wurde von ${engine} berechnet, dessen letzte Stellen seine eigenen ` +
      `sind. Wählen Sie die Datei, die damals gespeichert wurde (${file ?? 'es war keine'}), unter „Plan“ mit der ` +
      'Skalensuche „calibrated“ bei der gespeicherten Statistik.',
    withoutTemplate:
      'Der Lauf des Belegs las seinen Text ohne die Chat-Vorlage des Modells, die diese Seite immer benutzt. ' +
      'Wiederholen Sie ihn auf der Kommandozeile: nibble repeat.',
    otherText: (wanted, sha, given) =>
      `Der Lauf des Belegs wurde mit ${wanted} kalibriert (SHA-256 ${sha}), und ${given} ist das nicht. Wählen Sie ` +
      'jenen Text, unter „Plan“ mit der Skalensuche „calibrated“.',
    noMatrix: 'Der Lauf des Belegs benutzte keine Importance-Matrix. Entfernen Sie die geöffnete.',
    openMatrix: (name) => `Der Lauf des Belegs benutzte die Importance-Matrix ${name}. Öffnen Sie sie zuerst.`,
    otherMatrix: (given, sha) => `${given} ist nicht die Importance-Matrix des Belegs: Ihr SHA-256 ist ${sha}.`,
    matrixName: (given, wanted) =>
      `Die Ausgabe nennt ihre Matrix. Hier hieße sie ${given}, im Beleg heißt sie ${wanted}: Die Kommandozeile kann ` +
      'diesen Lauf wiederholen, oder Sie benennen die Matrix um.',
  },

  lab: {
    title: 'Labor',
    views: 'Ansichten des Labors',
    tabs: {
      block: 'Block',
      blocks: 'Alle Blöcke',
      feedback: 'Fehlerrückführung',
      divisors: 'Beste Teiler',
      formats: 'Zahlenformate',
      levels: 'Stufen',
      groups: 'Symmetrisch oder nicht',
    },
    storyButton: 'Geschichte',
    projector: 'Projektor',
    copyLink: 'Link kopieren',
    copyFrame: 'Rahmen kopieren',
    frameTitle: 'Das Labor von Nibble',
    tooLong: 'Zu viele Stellen für einen Link',
    blockBefore: 'Der Block unten ist der, der vorher hier war.',
    computing: 'Wird berechnet…',
    loading: 'Der Kern wird geladen…',
    notLoaded: 'Der Kern ist noch nicht geladen.',
    workerBroke: (why) => `Der Worker des Labors ist abgebrochen: ${why}`,
    workerBrokeWhy: 'ein Grund wurde nicht genannt',
    withModel: {
      divisors:
        'Ist ein Modell geöffnet, zeigt diese Ansicht, wo die besten Skalen seiner Blöcke liegen und was jede Suche ' +
        'gegenüber dem exakten Optimum lässt. Einen eigenen Block kann man in der Ansicht „Block“ ausprobieren.',
      formats:
        'Ist ein Modell geöffnet, zeigt diese Ansicht, was andere Zahlenformate von seinen Gewichten ließen, Fehler ' +
        'über Bits pro Gewicht. Einen eigenen Block kann man in der Ansicht „Block“ ausprobieren.',
      levels:
        'Ist ein Modell geöffnet, zeigt diese Ansicht, was eigene Stufen von einem Tensor lassen, während Sie sie ' +
        'ziehen. Einen eigenen Block kann man in der Ansicht „Block“ ausprobieren.',
      groups:
        'Ist ein Modell geöffnet, zeigt diese Ansicht symmetrische gegen asymmetrische ganze Zahlen, in Gruppen von ' +
        '128, 64 und 32 Gewichten. Einen eigenen Block kann man in der Ansicht „Block“ ausprobieren.',
    },
    noMatrix: 'Dieses Modell hat keine Matrix, deren Typ der Kern dekodieren kann.',
    noTensor: 'Kein Tensor heißt so.',
    everyMatrix: 'alle Matrizen',
    heads: {
      method: 'Verfahren',
      scale: 'Skala',
      offset: 'Versatz',
      relativeError: 'relativer Fehler',
      largestError: 'größter Fehler',
      clipped: 'abgeschnitten',
      weight: 'Gewicht',
      value: 'Wert',
      importance: 'Wichtigkeit',
      code: 'Code',
      level: 'Stufe',
      decoded: 'dekodiert',
      block: 'Block',
      squaredUnits: 'quadrierte Einheiten der Gewichte',
      bits: 'Bits',
      bitsPerWeight: 'Bits pro Gewicht',
      rmse: 'RMSE',
    },
    storedAs: {
      real: 'beliebige reelle Zahl',
      f16: 'Half-Float',
      e8m0: 'Zweierpotenz (E8M0)',
      ue4m3: 'E4M3-Zahl ohne Vorzeichen',
      multiples: 'ganzes Vielfaches einer Zahl, die der Super-Block speichert',
    },
    storages: {
      f16: 'Half-Float',
      real: 'beliebige reelle Zahl',
      e8m0: 'Zweierpotenz (E8M0)',
      ue4m3: 'E4M3 ohne Vorzeichen',
    },
    formats: {
      own: 'eigene Stufen',
      uneven: (levels) => `${levels} ungleiche Stufen`,
      plain: (name, levels, stored) => `${name}: ${levels}, ${stored}`,
      offset: (name, levels, stored) => `${name}: ${levels} und ein Versatz, ${stored}`,
      subBlock: (name, levels) => `${name}, ein Teilblock: ${levels}`,
      subBlockMinimum: (name, levels) => `${name}, ein Teilblock: ${levels} und ein Minimum`,
    },
    link: {
      problem: (why) => `Der Link zeigt keinen Block: ${why}`,
      tooLong: (most) => `er ist länger als ${most} Zeichen.`,
      noNumber: (text, what) => `„${text}“ (${what}) ist keine Zahl, die ein 32-Bit-Float aufnimmt.`,
      count: (count, what, needed) => `${what}: ${count}, wo ${needed} nötig sind.`,
      fromTo: (fewest, most) => `${fewest} bis ${most}`,
      unknown: (what, name) => `${what} „${name}“ kennt das Labor nicht.`,
      noPlace: (text, what) => `„${text}“ passt nicht (${what}).`,
      empty: (what, low, high) => `${what}: ${low} und ${high}, dazwischen liegt nichts.`,
      weights: 'Gewichte',
      importance: 'Zahlen der Wichtigkeit',
      levels: 'Stufen',
      superBlock: 'Zahlen des Super-Blocks',
      onShow: 'gezeigte Zahlen',
      candidate: 'Kandidat',
      ofCandidate: 'Zahlen eines Kandidaten',
      step: 'Schritt der Geschichte',
      ofStep: 'Zahlen eines Schritts der Geschichte',
      scales: 'Enden der Skalen',
      offsets: 'Enden der Versätze',
      format: 'Format',
      storage: 'Speicherung der Skala',
      view: 'Ansicht',
    },
    numbers: {
      noNumber: (text) => `„${text}“ ist keine Zahl.`,
      count: (count, fewest, most) =>
        `${count === 1 ? 'Es ist 1 Zahl' : `Es sind ${count} Zahlen`}; nötig sind ${fewest} bis ${most}.`,
      tooLarge: (number) => `Zahl ${number} ist zu groß für einen 32-Bit-Float.`,
      ambiguous: (word, whole, parts, apart) =>
        `„${word}“ kann ${whole} heißen oder ${parts.join(' und ')}: Schreiben Sie „${whole}“ oder „${apart}“.`,
      separators: (numbers) => `Kommas als Trennzeichen gelesen: ${numbers}`,
      separatorsMore: (numbers, more) => `Kommas als Trennzeichen gelesen: ${numbers} und ${more} weitere`,
      decimals: (numbers) => `Kommas als Dezimalzeichen gelesen: ${numbers}`,
      decimalsMore: (numbers, more) => `Kommas als Dezimalzeichen gelesen: ${numbers} und ${more} weitere`,
    },
    editor: {
      weights: 'Gewichte',
      weightsNote: (most) => `1 bis ${most} Zahlen, getrennt durch Leerzeichen, Strichpunkte oder Kommas; 0.1 oder 0,1`,
      format: 'Format',
      levels: 'Stufen',
      ownLevels: (levels) => plural(levels, 'eigene Stufe', 'eigene Stufen'),
      storedAs: 'Skala gespeichert als',
      back: 'Zurück zu 0,1 0,2 0,3 0,6',
      importance: 'Wichtigkeit',
      importanceAndLevels: 'Wichtigkeit und Stufen',
      oneForEach: 'eine Zahl je Gewicht',
      allTheSame: 'jedes Gewicht zählt gleich',
      importanceNote: (weights) => `${plural(weights, 'Zahl', 'Zahlen')}, keine negativ; leer: alle eins`,
      importanceCount: (numbers, weights) =>
        `${plural(numbers, 'Zahl', 'Zahlen')} für ${plural(weights, 'Gewicht', 'Gewichte')}.`,
      importanceNegative: 'Wichtigkeit kann nicht negativ sein.',
      levelsOfYourOwn: 'Eigene Stufen',
      levelsNote: '2 bis 256 verschiedene Zahlen, negative und positive',
      twoTheSame: 'Zwei Stufen sind gleich.',
      bothEnds: 'Die Stufen brauchen ein negatives und ein positives Ende.',
    },
    fromModel: {
      title: 'Ein Block dieses Modells',
      blockOf: (length) => `Block aus ${length}`,
      show: 'Zeigen',
      random: 'Zufällig',
      worst: 'Schlechtester',
      median: 'Median',
      outlier: 'Mit Ausreißer',
      largest: 'Größtes Gewicht',
      largestHint: 'Liest den ganzen Tensor',
      all: 'Alle Blöcke',
      shown: (block, blocks) => `Block ${block} von ${blocks} liegt auf der Werkbank.`,
      shownLargest: (block, blocks) =>
        `Block ${block} von ${blocks} liegt auf der Werkbank, mit dem Gewicht des größten Betrags.`,
      shownWorst: (block, blocks, error, sample, method) =>
        `Block ${block} von ${blocks} liegt auf der Werkbank: der größte relative Fehler, ${error} (${sample}, mit ` +
        `${method}).`,
      shownMedian: (block, blocks, error, sample, method) =>
        `Block ${block} von ${blocks} liegt auf der Werkbank: der mittlere nach relativem Fehler, ${error} ` +
        `(${sample}, mit ${method}).`,
      shownOutlier: (block, blocks, times, sample) =>
        `Block ${block} von ${blocks} liegt auf der Werkbank: das Gewicht, das am meisten herausragt, das ` +
        `${times}-Fache des RMS seines Blocks (${sample}).`,
      sample: (some, all) => `Stichprobe von ${some} aus ${all} Blöcken`,
      whole: (all) => `alle ${all} ganzen Blöcke`,
      measuredSample: (some, all, tensor) =>
        `Eine Stichprobe von ${some} aus ${all} Blöcken von ${tensor} wurde gemessen.`,
      measuredAll: (all, tensor) => `Alle ${all} ganzen Blöcke von ${tensor} wurden gemessen.`,
      noWhole: 'Dieser Tensor hat keinen ganzen Block.',
      allZero: 'Alle Gewichte der gemessenen Blöcke sind null.',
      cannotDecode: (tensor) => `${tensor} kann nicht gezeigt werden: Der Kern kann seinen Typ nicht dekodieren.`,
      which: 'Blöcke, die für schlechtesten, Median, Ausreißer und alle gemessen werden',
      some: (blocks) => `von ${blocks} Blöcken`,
      most: (blocks) => `von ${blocks}`,
      every: (blocks) => `von allen ${blocks}`,
      reading: (share) => `${share} des Tensors gelesen`,
      readingLabel: 'Gelesener Anteil des Tensors',
      measuring: (share) => `${share} der Blöcke gemessen`,
      measuringLabel: 'Anteil der gemessenen Blöcke',
      cancel: 'Abbrechen',
      cancelled: 'Abgebrochen.',
      blocks: (last, type) => `Blöcke 0 bis ${last}, in der Datei ${type}`,
    },
    blocks: {
      withModel:
        'Ist ein Modell geöffnet, werden hier alle Blöcke eines Tensors gezeichnet: ihre Spannweite gegen ihren ' +
        'Fehler.',
      choose:
        'Wählen Sie oben einen Tensor und „Alle Blöcke“: Gezeichnet wird die Spannweite der Gewichte jedes Blocks ' +
        'gegen den Fehler, den zwei Verfahren lassen.',
      range: 'max |x|',
      rangeOffset: 'max x − min x',
      peak: 'max |x| / RMS',
      errorWith: (method) => `relativer Fehler mit ${method}`,
      title: 'Alle Blöcke: Spannweite gegen Fehler',
      note: (tensor, sample, weights, format) => `${tensor}, ${sample} aus ${weights} Gewichten in ${format}.`,
      noteSample: (tensor, sample, weights, format) =>
        `${tensor}, ${sample} aus ${weights} Gewichten in ${format}, in gleichmäßig verteilten Folgen von Nachbarn.`,
      axes: (range) =>
        `Waagrecht: ${range}. Senkrecht: der relative Fehler, die Wurzel aus dem quadrierten Fehler eines ` +
        '{block|Blocks} durch seine quadrierten Gewichte, wobei jedes Gewicht gleich zählt.',
      axesOwn: (range) =>
        `Waagrecht: ${range}. Senkrecht: der relative Fehler, die Wurzel aus dem quadrierten Fehler eines ` +
        '{block|Blocks} durch seine quadrierten Gewichte, wobei jedes Gewicht gleich zählt, mit eigener ' +
        '{scale|Skala} und eigenem {minimum|Minimum}.',
      better: (second, first, share) => `${second} lässt bei ${share} davon weniger Fehler als ${first}.`,
      zeros: (blocks) => `${blocks} aus lauter Nullen sind ausgelassen.`,
      equal: (blocks) => `${blocks} aus gleichen Gewichten sind ausgelassen.`,
      click: 'Ein Klick auf einen Block oder die Eingabetaste legt ihn auf die Werkbank.',
      dots: 'Punkte',
      crosses: 'Kreuze',
      methodOfDots: 'Verfahren der Punkte',
      methodOfCrosses: 'Verfahren der Kreuze',
    },
    map: {
      title: 'Fehler über Skala und Versatz',
      note: (scale, offset) =>
        'Jedes Feld ist der relative Fehler in seiner Mitte, vom Kern berechnet, in gleichen Schritten des ' +
        `Logarithmus. Speicherung der {scale|Skala}: ${scale}; des {minimum|Versatzes}: ${offset}. Klicken oder ` +
        'ziehen Sie auf der Karte; Pfeiltasten gehen ein Feld weiter, mit Umschalt eine speicherbare Zahl.',
      noteAtMostZero: (scale, offset) =>
        'Jedes Feld ist der relative Fehler in seiner Mitte, vom Kern berechnet, in gleichen Schritten des ' +
        `Logarithmus. Speicherung der {scale|Skala}: ${scale}; des {minimum|Versatzes}: ${offset}, und nie über ` +
        'null. Klicken oder ziehen Sie auf der Karte; Pfeiltasten gehen ein Feld weiter, mit Umschalt eine ' +
        'speicherbare Zahl.',
      meaning: 'relativer Fehler',
      offset: 'Versatz',
      reading: (offset, error) => `Versatz ${offset}, relativer Fehler ${error}`,
    },
    curve: {
      title: 'Fehler über der Skala',
      cut: (offset) =>
        `Beim Versatz ${offset}: ein Schnitt durch die Karte; hohle Marken gehören zu anderen Versätzen.`,
      note: (stored) =>
        'Relativer Fehler, hier und in den Zahlen: √(Σ w (x − y)² / Σ w x²), w die {importance|Wichtigkeit}. Die ' +
        'Höhe ist sein Quadrat: Zwischen zwei Knicken wechselt kein Gewicht seinen Code, und das ist eine Parabel; ' +
        'die Kurve ist aus diesen gezeichnet, nicht aus Proben (Knicke, die weniger als ein halbes Pixel ' +
        `auseinanderliegen, sind verbunden). Speicherung der {scale|Skala}: ${stored}. Die Säule rechts ist der ` +
        'Fehler bei der gezeigten Skala, aufgeteilt auf das, was jedes Gewicht beiträgt.',
      negative: 'Negative Skalen spiegeln die Stufen; ihr Ast ist gestrichelt, solange der andere benutzt wird.',
      sign: 'Vorzeichen der Skala',
      positiveScale: '+ Skala',
      negativeScale: '− Skala',
      scale: 'Skala',
      reading: (scale, error) => `Skala ${scale}, relativer Fehler ${error}`,
      heads: {
        sign: 'Vorzeichen',
        from: 'von |Skala|',
        to: 'bis |Skala|',
        relative: 'relativer Fehler bei „von“',
        squared: 'quadrierter Fehler bei „von“',
        products: 'Σ w·x·Stufe',
        productsOffset: 'Σ w·(x − Versatz)·Stufe',
        squares: 'Σ w·Stufe²',
        moves: 'Gewicht, das bei „von“ wechselt',
        above: 'Code darüber',
        below: 'Code darunter',
      },
    },
    line: {
      title: 'Die Gewichte auf dem Zahlenstrahl',
      note:
        'Jede Stufe steht bei {scale|Skala} × Stufe. Ein Gewicht geht seitwärts zur nächsten Stufe, und die farbige ' +
        'Strecke ist sein Fehler; ohne Fehler fällt es gerade herunter. Ziehen Sie ein Gewicht, oder nutzen Sie ' +
        'links und rechts (auf und ab gehen zum nächsten Gewicht).',
      noteOffset:
        'Jede Stufe steht bei {scale|Skala} × Stufe + {minimum|Versatz}. Ein Gewicht geht seitwärts zur nächsten ' +
        'Stufe, und die farbige Strecke ist sein Fehler; ohne Fehler fällt es gerade herunter. Ziehen Sie ein ' +
        'Gewicht, oder nutzen Sie links und rechts (auf und ab gehen zum nächsten Gewicht).',
      difference: 'Wert − dekodiert',
      share: 'Anteil am quadrierten Fehler',
      clipped: 'abgeschnitten',
      notClipped: 'nein',
    },
    methods: {
      label: 'Verfahren und ihre Wahl',
      divisor: 'Teiler',
      divisorHint: 'max |x| / |Skala|',
      divisorHintOffset: '(größtes − kleinstes Gewicht) / Skala',
      relativeHint: '√(Σ w (x − y)² / Σ w x²), w die Wichtigkeit',
      tried: 'versucht',
      bytes: 'Bytes des Blocks',
      noBytes: 'Bytes gibt es für einen ganzen Block eines Formats, das eine Skala je Block speichert.',
    },
    two: {
      label: 'Die Gewichte bei zwei Skalen',
      scaleOf: (scale) => `{method}, Skala ${scale}`,
      toLevel: '÷ Skala → Stufe',
      comesBack: 'kommt zurück als',
      first: (worse, better) =>
        'Hier sind vier Gewichte und Stufen bis 7. Die naheliegende {scale|Skala} legt das größte Gewicht auf die ' +
        'letzte Stufe: 0,6/7 = 0,0857 (das Verfahren max7). Dann fallen die anderen drei zwischen Stufen und werden ' +
        `gerundet: ${worse} relativer Fehler. Bei 0,1 bleibt Stufe 7 ungenutzt, aber alle vier Gewichte liegen auf ` +
        `einer Stufe, 1, 2, 3 und 6: ${better}, weil 0,1 als Half-Float gespeichert ist. Das größte Gewicht muss ` +
        'nicht auf der letzten Stufe liegen.',
      any: (worse, atWorse, better, atBetter) =>
        `max7, das das größte Gewicht auf das Ende des Bereichs legt, lässt ${worse} relativen Fehler bei der ` +
        `{scale|Skala} ${atWorse}; das exakte Minimum über alle Skalen ist ${better}, bei ${atBetter}.`,
      anyStorable: (worse, atWorse, better, atBetter) =>
        `max7, das das größte Gewicht auf das Ende des Bereichs legt, lässt ${worse} relativen Fehler bei der ` +
        `{scale|Skala} ${atWorse}; das exakte Minimum über alle speicherbaren Skalen ist ${better}, bei ${atBetter}.`,
    },
    zoom: {
      label: 'Vergrößerung',
      out: 'Verkleinern',
      in: 'Vergrößern',
      whole: 'Ganzer Bereich',
    },
    stage: {
      nothing:
        'Alle Gewichte sind null, oder keines zählt: Jede Skala ergibt denselben Fehler, keinen. Es gibt keine Kurve ' +
        'zu zeichnen.',
      below: 'Unter der Kurve',
      line: 'Zahlenstrahl',
      bits: 'Bits',
      figures: 'Zahlen',
      two: 'Zwei Skalen',
      methodsInFigures: 'Verfahren in Zahlen',
      weightsAtTwo: 'Die Gewichte bei zwei Skalen',
      side: 'Verfahren und Zahlen',
      chooses: 'Was jedes Verfahren wählt',
      errorHint: 'relativer Fehler: √(Σ w (x − y)² / Σ w x²), w die Wichtigkeit',
      besideNames:
        'Neben jedem Namen: relativer Fehler, {scale|Skala}. Ein kleinerer Fehler heißt, dass diese Gewichte näher ' +
        'an dem zurückkommen, was sie waren. Er verspricht nicht, dass ein Modell besser antwortet; das zeigt nur ' +
        'ein Versuch mit dem Modell.',
      rangeOverScale: 'Spannweite / Skala',
      maxOverScale: 'max |x| / Skala',
      clippedOf: (clipped, weights) => `${clipped} von ${plural(weights, 'Gewicht', 'Gewichten')}`,
      play: 'Abspielen',
      whatPlays: 'Was abgespielt wird',
      allScales: 'alle Skalen',
      candidates: (count, method) => `${plural(count, 'Kandidat', 'Kandidaten')} von ${method}`,
      someCandidates: 'Kandidaten eines Verfahrens',
      back: '‹ Zurück',
      pause: '❚❚ Pause',
      playButton: '▶ Abspielen',
      step: 'Schritt ›',
      speed: 'Tempo',
      openInNibble: 'In Nibble öffnen',
      leave: 'Projektor verlassen',
      moves: (weight, from, to) => `Gewicht ${weight} geht von Stufe ${from} zu ${to}`,
      atScale: (scale) => `Skala ${scale}`,
      chooseMethod: 'Wählen Sie ein Verfahren, dessen Kandidaten gezeigt werden sollen.',
      candidate: (number, count, scale) => `Kandidat ${number} von ${count}: Skala ${scale}`,
      candidateOffset: (number, count, scale, offset) =>
        `Kandidat ${number} von ${count}: Skala ${scale}, Versatz ${offset}`,
      written:
        'Skala, Codes und Fehler sind die des Blocks, wie er geschrieben wird; seine Suche wird hier nicht zerlegt.',
      oneScale: 'Es berechnet eine Skala und nimmt sie.',
      oneScaleAndOffset: 'Es berechnet eine Skala und einen Versatz und nimmt sie.',
      triesScales: (count) => `Es probiert alle ${count} Skalen, die gespeichert werden können.`,
      triesPairs: (count) => `Es probiert alle ${count} Paare aus Skala und Minimum, die gespeichert werden können.`,
      branchAndBound: (count) =>
        `Branch and Bound: Es berechnete die Codes an ${count} Stellen und bewies, dass jede andere Stelle ` +
        'schlechter ist.',
      parabolas: (count) => `Es vergleicht die Minima von ${count} Parabeln und geht gleich zum tiefsten.`,
    },
    bits: {
      title: 'Der Block, wie er gespeichert ist',
      region: 'Bits',
      storedAs: 'Gespeichert als',
      asBench: 'wie auf der Werkbank',
      wholeBlock: (format) => `${format}, ein ganzer Block`,
      parts: {
        code: 'Code',
        point: 'Punkt',
        sign: 'Vorzeichen',
        shift: 'Verschiebung',
        scale: 'Skala',
        minimum: 'Minimum',
      },
      floats: { f16: 'Half-Float', e8m0: 'Zweierpotenz', ue4m3: 'E4M3-Float', real: 'Float' },
      float: (kind, hex) => `${kind} ${hex}`,
      integer: (bits, digits) => `${plural(bits, 'Bit', 'Bit')} ${digits}`,
      level: 'Stufe[Code]',
      code: 'Code',
      shifted: (shift) => `(Code − ${shift})`,
      formulas: {
        codebook: 'd × Schritt[Skala] × Punkt × Vorzeichen',
        codebookShift: 'd × Schritt[Skala] × (Punkt + Verschiebung)',
        superBlock: (level) => `d × Skala × ${level}`,
        superBlockMinima: (level) => `d × Skala × ${level} − dmin × Minimum`,
        offset: (level) => `d × ${level} + m`,
        plain: (level) => `d × ${level}`,
      },
      formula: (formula) => `Gewicht = ${formula}`,
      worked: (formula, weight, was) => `Gewicht = ${formula} · Gewicht ${weight} = {sum} = {value} (war ${was})`,
      codeOf: (weight) => `Code von Gewicht ${weight}`,
      shared: (name) => `${name}, vom ganzen Block geteilt`,
      ofRunOf: (name, run, runs) => `${name} von Teilblock ${run} von ${runs}`,
      ofRun: (name, run) => `${name} von Teilblock ${run}`,
      noWeight: (code) => `Code ${code}, zu keinem Gewicht hier`,
      codeOfRun: (run) => `ein Code von Teilblock ${run}`,
      ofWeight: (name, weight) => `${name} von Gewicht ${weight}`,
      ofWeights: (name, first, last) => `${name} der Gewichte ${first} bis ${last}`,
      reading: (name, value) => `${name}: ${value}`,
      inByte: (byte) => `in Byte ${byte}`,
      inBytes: (bytes) => `in den Bytes ${bytes}`,
      comesBack: (weight, decoded) => `Gewicht ${weight} kommt als ${decoded} zurück`,
      comesBackAs: (decoded, sum) => `kommt zurück als ${decoded} = ${sum}`,
      weight: (number, value) => `Gewicht ${number}: ${value}`,
      notHere: 'nicht auf der Werkbank',
      note: (bytes, format, weights) =>
        `Die ${bytes} Byte eines {block|Blocks} in ${format}, ${weights} Gewichte, in der Reihenfolge der Datei; in ` +
        'jedem Byte steht das höchstwertige Bit links, und gesetzte Bits sind gefüllt. Zeigen Sie auf ein Gewicht ' +
        'oder auf Bits, oder gehen Sie mit den Pfeiltasten durch die Zahlen.',
      noteRuns: (runs, run) =>
        `Der Block enthält ${runs} Teilblöcke; was zu anderen als Teilblock ${run} gehört, ist blass.`,
      noteWhole: (bytes, format, weights, from) =>
        `Die ${bytes} Byte eines {block|Blocks} in ${format}, ${weights} Gewichte (${from}), wie die Suche von ` +
        'llama.cpp sie speichert. In jedem Byte steht das höchstwertige Bit links, und gesetzte Bits sind gefüllt. ' +
        'Zeigen Sie auf ein Gewicht oder auf Bits, oder gehen Sie mit den Pfeiltasten durch die Zahlen. Wo die ' +
        'Felder der Gewichte keinen Platz für Zahlen haben, sind sie desto dunkler, je größer das Gewicht, in einer ' +
        'Farbe über null und einer anderen darunter.',
      parity: 'Das Vorzeichen jedes achten Gewichts ist die Parität der sieben davor und hat kein Bit.',
      relativeError: (share) => `relativer Fehler ${share}`,
      fromModel: (first, last, tensor) => `Gewichte ${first} bis ${last} von ${tensor}`,
      fromBench: 'die auf der Werkbank',
      fromBenchRepeated: 'die auf der Werkbank, immer wieder',
      digits: (count, digits) => `${plural(count, 'Ziffer', 'Ziffern')} zur Basis 3: ${digits}`,
      digit: 'eine Ziffer zur Basis 3',
      digitsOf: (weights) => `der Gewichte ${weights}`,
      levels: (levels) => `Stufen ${levels}`,
      step: (step) => `Schritt ${step}`,
      number: 'Zahl',
      value: 'Wert',
      stored: 'wie gespeichert',
      bits: 'Bits',
      places: 'Byte und Bit von jedem, das höchstwertige zuerst',
      store: (format) => `Als ${format} speichern`,
      takeSuperBlock: (weights) =>
        weights === 1
          ? 'Nehmen, was llama.cpp einem Super-Block gibt, der aus diesem einen Gewicht immer wieder besteht'
          : `Nehmen, was llama.cpp einem Super-Block gibt, der aus diesen ${weights} Gewichten immer wieder besteht`,
    },
    analysis: {
      format: 'Format',
      blocks: 'Blöcke',
      weights: 'Gewichte',
      search: 'Skalensuche',
      searchHead: 'Skalensuche',
      divisors: {
        title: 'Wo die besten Skalen liegen',
        lead:
          'Für jeden {block|Block} wird die {scale|Skala} mit dem kleinsten Fehler exakt gesucht. Ihr Teiler ist ' +
          'max|x| / |Skala|. Wo sich die Teiler häufen, zeigt, welche festen Teiler einen Versuch wert sind und was ' +
          'jede Suche gewinnt.',
        aSample: 'Stichprobe, Sekunden',
        allOfThem: 'alle',
        analyse: 'Analysieren',
        study: 'Analyse der Skalen',
        nothing: 'Noch wurde nichts analysiert.',
        allZero: 'Jeder Block bleibt am besten ganz null: Es gibt keine Teiler.',
        chart: 'Beste Teiler',
        note: (blocks, length, format, share) =>
          `${plural(blocks, 'Block', 'Blöcke')} aus ${length} in ${format}; bei ${share} davon liegt das größte ` +
          'Gewicht auf der kürzeren Seite der Stufen (dunkel).',
        zeros: (blocks) =>
          blocks === 1
            ? '1 Block aus Nullen hat keinen Teiler.'
            : `${integer(blocks)} Blöcke aus Nullen haben keinen Teiler.`,
        from: 'Teiler von',
        to: 'Teiler bis',
        longSide: 'Blöcke mit dem größten Gewicht auf der langen Seite',
        shortSide: 'Blöcke mit ihm auf der kurzen Seite',
        share: 'Anteil der Blöcke',
        methods: 'Was jedes Verfahren lässt',
        methodsTable: 'Fehler jedes Verfahrens',
        methodHint: 'Wie die Skala eines Blocks gewählt wird',
        rmseHint: 'Wurzel aus dem mittleren quadrierten Fehler',
        relativeHint: 'RMSE geteilt durch das RMS der Gewichte',
        overMax7: '÷ max7',
        overMax7Hint: 'RMSE geteilt durch den von max7',
        overExact: '÷ exact',
        overExactHint: 'RMSE geteilt durch den des exakten Optimums',
        overExactBlocksHint: 'RMSE geteilt durch den des exakten Optimums derselben Blöcke',
        clippedHint:
          'Anteil der Gewichte, die um mehr als die halbe Entfernung zur nächsten Stufe über die letzte hinausgehen',
        tables: 'Die besten Tabellen von Teilern',
        tablesNote: (step, from, to, blocks) =>
          'Jeder Block nimmt den Teiler der Tabelle, der ihm den kleinsten Fehler gibt. Kandidaten sind Vielfache ' +
          `von ${step} von ${from} bis ${to}; gesucht werden die Tabellen an ${plural(blocks, 'Block', 'Blöcken')} ` +
          'in gleichen Abständen. Tabellen aus einem und zwei Teilern sind die besten überhaupt; größere lassen sich ' +
          'durch Tausch eines Teilers nicht verbessern.',
        tablesTable: 'Tabellen von Teilern',
        notYet: 'Sie werden gesucht, wenn alle Blöcke gesehen sind.',
        count: 'k',
        countHint: 'Teiler in der Tabelle',
        foundBy: 'gefunden durch',
        tryingAll: 'Probieren aller',
        exchange: 'Tausch',
        divisors: 'Teiler',
      },
      formats: {
        title: 'Zahlenformate',
        lead:
          'Vier Bits benennen sechzehn Werte, und das können beliebige sechzehn sein. Hier wird jede Art von Zahl an ' +
          'Ihren {weight|Gewichten} versucht: ganze Zahlen mit und ohne Nullpunkt oder Versatz, Gleitkommazahlen, ' +
          'dynamische Exponenten, Quantile und die Stufen, die zu diesem {tensor|Tensor} am besten passen, in ' +
          '{block|Blöcken} von 16 bis 4096 oder ganzen Zeilen.',
        codeBits: 'Bits eines Codes',
        absmax: 'absmax',
        absmaxHint: 'Der größte Betrag fällt auf die letzte Stufe',
        grid: 'grid',
        gridHint: '32 Skalen vom 1,1- bis zum 0,22-Fachen von absmax, dann kleinste Quadrate',
        exact: 'exact, langsam',
        exactHint: 'Das bewiesene Minimum über speicherbare Skalen; nicht für Versatz und Nullpunkt',
        scalesAndOffsets: 'Skalen und Versätze',
        bits16: 'je 16 Bit',
        bits32: 'je 32 Bit',
        compare: 'Vergleichen',
        study: 'Vergleich der Zahlenformate',
        nothing: 'Noch wurde nichts verglichen.',
        ofLlama: 'Typen von llama.cpp',
        ofLlamaMeans: 'Wie llama-quantize sie schreibt, ohne Wichtigkeit.',
        chart: 'Fehler über Bits',
        note:
          'Der relative Fehler ist die Wurzel aus der Summe der quadrierten Fehler durch die Summe der quadrierten ' +
          'Gewichte. Bits zählen Codes, {scale|Skalen}, Versätze und Stufenlisten, die zum Tensor gehören. Die Linie ' +
          'ist die Grenzlinie: Keine andere Art hat so wenige Bits und weniger Fehler.',
        which: 'Welche Punkte',
        best: 'beste Suche und Aufteilung',
        everything: 'alles Versuchte',
        numbers: 'Zahlen',
        size: 'Größe',
        frontier: 'auf der Grenzlinie',
        yes: 'ja',
        kinds: 'Was die Arten von Zahlen sind',
      },
      groups: {
        title: 'Symmetrisch oder asymmetrisch',
        lead:
          'Ganze Zahlen aus vier Bits in Gruppen von 128, 64 und 32, {scale|skaliert} mit dem größten Betrag, über ' +
          'alle Matrizen. Ohne Nullpunkt ist die Inferenz einfacher; hier steht, was das bei Ihrem Modell kostet. ' +
          'Fehler sind Quadratsummen über einen {tensor|Tensor}, als wären alle seine Gewichte angesehen worden.',
        compare: 'Gruppen vergleichen',
        study: 'Vergleich der Gruppen',
        ways: (ways) => `${ways} Arten.`,
        table: 'Ganze Zahlen in Gruppen',
        group: 'Gruppe',
        weights: 'Gewichte',
        groupHint: 'Gewichte, die eine Skala teilen',
        largestHint: 'Größte Summe der quadrierten Fehler eines Tensors',
        of: 'bei',
        mean: 'mittlerer Fehler',
        meanHint: 'Mittel der Summen der quadrierten Fehler der Tensoren',
        largestRelative: 'größter relativer',
        meanRelative: 'mittlerer relativer',
      },
      levels: {
        title: 'Eigene Stufen',
        lead:
          'Ziehen Sie die Stufen oder tippen Sie sie ein, und sehen Sie, was sie von diesem {tensor|Tensor} lassen. ' +
          'Jeder {block|Block} hat eine {scale|Skala}; die größte Stufe steht für sein größtes Gewicht, wenn die ' +
          'Skala mit absmax gewählt wird.',
        startFrom: 'Beginnen mit',
        fit: 'An diesen Tensor anpassen',
        optimal: 'optimale Stufen…',
        count: (levels) => `${levels} Stufen`,
        label: 'Stufen',
        note: '2 bis 256 verschiedene Zahlen; auch der Vergleich der Zahlenformate nimmt sie auf',
        onBench: 'Der Block auf der Werkbank mit diesen Stufen',
        needsEnds: 'Das Labor braucht ein negatives und ein positives Ende',
        tryOnBlock: 'An einem Block versuchen',
        leave: 'Was diese Stufen lassen',
        rmse: (value) => `RMSE ${value}`,
        relativeMeans:
          'Die Wurzel aus der Summe der quadrierten Fehler durch die Summe der quadrierten Gewichte der Stichprobe.',
        codes: (bits) => `Codes aus ${plural(bits, 'Bit', 'Bit')}`,
        bitsMeans: 'Codes und ein Half-Float für die Skala jedes Blocks. Die Liste der Stufen zählt nicht mit.',
        information: 'Information',
        bits: (bits) => `${bits} Bit`,
        entropy: 'Entropie der Codes',
        entropyMeans: 'Die Entropie daraus, wie oft jede Stufe genommen wird: was ein Code wirklich trägt.',
        chart: 'Stufen über den Gewichten',
        chartNote: (weights, all, tensor, blocks) =>
          `${weights} der ${all} Gewichte von ${tensor}, Zeilen gleichmäßig verteilt, ${blocks}. Optimale Stufen ` +
          'sind exaktes eindimensionales k-means auf 2048 Klassen der Gewichte, geteilt durch den größten Betrag ' +
          'ihres Blocks; Fehler zählen mit dessen Quadrat.',
        share: 'Anteil an den Gewichten',
      },
    },
    feedback: {
      title: 'Warum ein schlechteres Gewicht eine bessere Antwort sein kann',
      lead:
        'Eine {layer|Schicht} gibt Σ {weight|Gewicht} × Eingabe aus. Wo die Eingaben von Spalten gemeinsam steigen ' +
        'und fallen, lässt sich ein Fehler in einer Spalte in der nächsten gutmachen. Das Verfahren {em|calibrated} ' +
        'rundet Spalte für Spalte und gibt jeden Fehler an die folgenden Spalten weiter ({em|Rückführung}), dann ' +
        'bewegt es einzelne Codes, solange die Ausgabe gewinnt ({em|Abstieg}). Was zählt, ist eᵀHe: e die Fehler der ' +
        'Gewichte, H das mittlere Produkt der Eingaben von je zwei Spalten.',
      bitsOf: 'Bits eines Gewichts',
      bits: (bits) => `${bits} Bit`,
      backToInvented: 'Zurück zur erfundenen Zeile',
      invented: (correlation) =>
        'Eine erfundene Zeile. Alle ihre Eingaben haben ein mittleres Quadrat von 1; die von Nachbarn eine ' +
        `Korrelation von ${correlation}, die entfernterer Spalten eine kleinere.`,
      piece: (row, tensor, first, last, tokens, text) =>
        `Zeile ${row} von ${tensor}, Spalten ${first} bis ${last}; H aus dem, was sie in ${tokens} Token von ${text} ` +
        'trafen.',
      pieceInTurns: (row, tensor, first, last, tokens, text) =>
        `Zeile ${row} von ${tensor}, Spalten ${first} bis ${last}; H aus dem, was sie in ${tokens} Token von ${text} ` +
        'trafen, als Gespräch in der Chat-Vorlage.',
      pieceOfModel: 'Ein Stück dieses Modells',
      noPiece: 'Ein Stück dieses Modells lässt sich nicht zeigen: Seine Eingaben sind nicht bekannt.',
      row: 'Zeile',
      firstColumn: 'Erste Spalte',
      showColumns: 'Diese Spalten zeigen',
      read: (share) => `${share} gelesen`,
      readPaused: (share) => `${share} gelesen, Pause`,
      reads: (tokens, text) => `Das Modell liest ${tokens} Token von ${text} bis zu dieser Schicht.`,
      steps: 'Schritte',
      beginning: 'Zum Anfang',
      stepBack: 'Einen Schritt zurück',
      stepOn: 'Einen Schritt weiter',
      hold: 'Pause',
      play: 'Abspielen',
      step: 'Schritt',
      stepOf: (step, last) => `Schritt ${step} von ${last}`,
      nothingYet: 'Noch ist nichts gerundet.',
      onlyPlain: 'Mit Rückführung hilft kein Wechsel eines einzelnen Codes mehr; das einfache Runden steigt noch ab.',
      descent: (column, stored, wanted) =>
        `Abstieg: Spalte ${column} geht zu ${stored}, das am nächsten bei ${wanted} liegt, wo der Fehler der Ausgabe ` +
        'am kleinsten ist.',
      first: (column, weight, error, stored) =>
        `Spalte ${column}: Gewicht ${weight}; sein Fehler von ${error} (gespeichert als ${stored}) geht an die ` +
        'folgenden Spalten, soweit sie zusammenhängen.',
      next: (column, weight, handed, wanted, error, stored) =>
        `Spalte ${column}: Gewicht ${weight}; ${handed} wurde ihm weitergegeben, verlangt ist also ${wanted}; sein ` +
        `Fehler von ${error} (gespeichert als ${stored}) geht an die folgenden Spalten, soweit sie zusammenhängen.`,
      nextNothing: (column, weight, wanted, error, stored) =>
        `Spalte ${column}: Gewicht ${weight}; nichts wurde ihm weitergegeben, verlangt ist also ${wanted}; sein ` +
        `Fehler von ${error} (gespeichert als ${stored}) geht an die folgenden Spalten, soweit sie zusammenhängen.`,
      last: (column, weight, handed, wanted, error, stored) =>
        `Spalte ${column}: Gewicht ${weight}; ${handed} wurde ihm weitergegeben, verlangt ist also ${wanted}; sein ` +
        `Fehler von ${error} (gespeichert als ${stored}) kann nirgends mehr hin.`,
      lastNothing: (column, weight, wanted, error, stored) =>
        `Spalte ${column}: Gewicht ${weight}; nichts wurde ihm weitergegeben, verlangt ist also ${wanted}; sein ` +
        `Fehler von ${error} (gespeichert als ${stored}) kann nirgends mehr hin.`,
      plainPath: 'einfaches Runden, dann Abstieg',
      feedbackPath: 'Rückführung, dann Abstieg',
      pathError: (path, what) => `${path}: ${what}`,
      map: {
        title: 'H: welche Eingaben zusammenhängen',
        note:
          'Das mittlere Produkt der Eingaben von je zwei Spalten, in quadrierten Einheiten der Eingaben; auf der ' +
          'Diagonale ihre mittleren Quadrate, die eine {importance|Importance-Matrix} enthält. Ein Zehntel des ' +
          'Mittels der Diagonale ist dazugezählt.',
        column: 'Spalte',
        withColumn: (column) => `mit Spalte ${column}, quadrierte Eingaben`,
      },
      rowChart: {
        title: 'Die Zeile',
        note: (scale) =>
          'Was jedes Gewicht war, was inzwischen von ihm verlangt wird und was gespeichert ist: ganze Vielfache von ' +
          `${scale}, der {scale|Skala} mit dem kleinsten Fehler, gewichtet mit der Diagonale von H (blasse Linien).`,
        weight: 'Gewicht',
        wanted: 'verlangt, mit weitergegebenen Fehlern',
        stored: 'gespeichert, mit Rückführung',
        plain: 'einfach gespeichert',
        wantedByNow: 'inzwischen verlangt',
        storedWith: 'mit Rückführung gespeichert',
      },
      errors: {
        title: 'Fehler der Ausgabe der Zeile',
        note:
          '√(eᵀHe / wᵀHw) nach jedem Schritt; noch nicht gerundete Spalten zählen als richtig. Hinter der Linie der ' +
          'Abstieg: Je Schritt wechselt ein Code.',
        step: 'Schritt',
      },
      ends: {
        nearest: 'jedes Gewicht zu seiner nächsten Stufe',
        nearestDescent: '… dann Abstieg: ein Durchgang',
        feedback: 'Rückführung',
        feedbackDescent: '… dann Abstieg: Schicht für Schicht',
        label: 'Fehler von Gewichten und Ausgabe, auf jede Art',
        way: 'Art',
        ofWeights: 'Fehler der Gewichte',
        ofOutput: 'Fehler der Ausgabe',
        nothing:
          'Hier ist nichts gewonnen: Einfaches Runden ist für die Ausgabe genauso gut, denn diese acht Eingaben ' +
          'hängen kaum zusammen. In einer ganzen Zeile hat jede Spalte Hunderte andere, denen sie ihren Fehler geben ' +
          'kann.',
        worseWeights: (weights, outputs) =>
          `Die Gewichte enden weiter weg von dem, was sie waren (${weights[1]} statt ${weights[0]}), und die Ausgabe ` +
          `näher an dem, was sie war: ${outputs[1]} statt ${outputs[0]}.`,
        better: (outputs) =>
          'Hier enden die Gewichte nicht weiter weg von dem, was sie waren, und die Ausgabe ist näher an dem, was ' +
          `sie war: ${outputs[1]} statt ${outputs[0]}.`,
      },
    },
    story: {
      label: 'Geschichte',
      place: (step, steps) => `${step} von ${steps}`,
      openModel: 'Öffnen Sie ein Modell und zeigen Sie den Block mit dem größten Fehler.',
      openModelButton: 'Modell öffnen…',
      showWorst: 'Schlechtesten Block zeigen',
      before: '‹ Zurück',
      next: 'Weiter ›',
      end: 'Ende',
      leave: 'Verlassen',
      steps: {
        obvious: {
          title: 'Vier Gewichte und die naheliegende Skala',
          text:
            'Ein {block|Block} speichert eine {scale|Skala} und für jedes Gewicht eine kleine ganze Zahl, seine ' +
            'Stufe. Die naheliegende Skala, 0,6/7, legt das größte Gewicht auf die letzte Stufe; die anderen drei ' +
            'fallen zwischen Stufen und werden gerundet.',
          task:
            'Wählen Sie „Abspielen“: Die Skala geht von einem Ende zum anderen, und Gewichte springen von Stufe zu ' +
            'Stufe.',
        },
        better: {
          title: 'Warum 0,1 besser ist',
          text:
            'Bei 0,1 bleibt die letzte Stufe ungenutzt, aber alle vier Gewichte liegen auf einer Stufe. Die beste ' +
            '{scale|Skala} ist das tiefste Tal der Kurve, nicht das Ende des Bereichs.',
          task: 'Ziehen Sie den Griff unter der Kurve in ein anderes Tal, und sehen Sie, welche Gewichte dort stimmen.',
        },
        outlier: {
          title: 'Ein Ausreißer kommt',
          text:
            'Ein Gewicht ist viel größer als die anderen. Eine {scale|Skala}, die es erreicht, lässt den kleinen ' +
            'kaum eine Stufe: Alle teilen sich eine Skala.',
          task: 'Ziehen Sie Gewicht 11 auf dem Zahlenstrahl zu den anderen, und sehen Sie den Fehler fallen.',
        },
        offset: {
          title: 'Ein Versatz',
          text:
            'Alle diese Gewichte liegen auf einer Seite von null, wo die Hälfte der Stufen nichts nützt. Mit einem ' +
            '{minimum|Versatz} neben der {scale|Skala} beginnen die Stufen beim kleinsten Gewicht, und der Fehler ' +
            'ist eine Karte über zwei Zahlen.',
          task: 'Wählen Sie Q4_0 als Format, vergleichen Sie den relativen Fehler und kehren Sie mit Q4_1 zurück.',
        },
        superBlock: {
          title: 'Ein Super-Block',
          text:
            '{scale|Skala} und {minimum|Versatz} für 32 Gewichte kosten in Q4_1 32 Bit. Q4_K speichert sie als zwei ' +
            'ganze Zahlen aus sechs Bits, Vielfache zweier Zahlen, d und dmin, die sich 256 Gewichte teilen: ein ' +
            '{superBlock|Super-Block}.',
          task:
            'Zeigen Sie unten auf ein Gewicht: Sein Code leuchtet auf und mit ihm die Zahlen, aus denen sein Wert ' +
            'berechnet wird.',
        },
        feedback: {
          title: 'Runden, das sich selbst ausbessert',
          text:
            'Was zählt, ist, was eine {layer|Schicht} ausgibt, und ihre Eingaben steigen und fallen gemeinsam. ' +
            'Fehlerrückführung rundet Spalte für Spalte und gibt jeden Fehler an die folgenden Spalten weiter: ' +
            'schlechtere Gewichte, eine bessere Antwort.',
          task: 'Spielen Sie die Schritte unten ab, und vergleichen Sie am Ende die beiden Fehler der Ausgabe.',
        },
        worst: {
          title: 'Der schlechteste Block Ihres Modells',
          text:
            'Jeder {tensor|Tensor} besteht aus vielen solchen {block|Blöcken}. Der mit dem größten relativen Fehler ' +
            'zeigt, was einem Format am schwersten fällt.',
          task:
            'Wählen Sie einen anderen Tensor oder ein anderes Format, zeigen Sie seinen schlechtesten Block und ' +
            'spielen Sie die Skalen ab.',
        },
      },
    },
  },
};
