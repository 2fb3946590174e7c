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

  plan: {},

  run: {},

  state: {},

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
