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
import type { Texts } from './en';

export const de: Texts = {
  language: {
    name: 'Deutsch',
    choose: 'Sprache',
  },

  units: {},

  common: {},

  page: {},

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
  },

  model: {},

  plan: {},

  run: {},

  state: {},

  definitions: {},

  glossary: {},

  numberFormats: {},

  onGrid: {},

  core: {},

  result: {},

  answers: {},

  compare: {},

  charts: {},

  outliers: {},

  receipt: {},

  lab: {},
};
