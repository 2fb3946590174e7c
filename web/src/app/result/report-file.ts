/** The result as one HTML file: figures, charts and their tables. It loads nothing and runs nothing. */
import { chartsIn } from '../../charts/mounted';
import { standalone } from '../../charts/save';
import { type ChartTable, written } from '../../charts/table';
import { language, texts } from '../../text/texts';
import { bitsPerWeight, bytes, decibels, duration, exactBytes, precise, tabular, weightUnits } from '../../text/units';
import type { Result } from '../state/results';

const STYLE = `
:root { color-scheme: light dark; }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; }
code { overflow-wrap: anywhere; }
table { border-collapse: collapse; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.15rem 0.6rem; text-align: left; border-bottom: 1px solid #8884; }
td.number { text-align: right; }
figure { margin: 2rem 0; }
svg { max-width: 100%; height: auto; }
.wide { overflow-x: auto; }
dt { font-weight: 600; }
dd { margin: 0 0 0.6rem; }
`;

/** What is on the page of this result, as a file of its own. `places` hold the charts to take along. */
export function reportFile(shown: Result, places: readonly Element[]): string {
  const { report, plan } = shown;
  const words = texts().result.report;
  const { heads } = texts().result;
  const { definitions } = texts();
  const charts = places.flatMap(chartsIn).flatMap(({ figure, chart }) => {
    const drawing = figure.querySelector<SVGSVGElement>('.chart-plot svg');
    const note = figure.querySelector('.chart-note')?.textContent ?? '';
    if (!drawing || figure.closest('.shelf')) return []; // of other results
    return [
      `<figure><h2>${escaped(chart.title)}</h2><p>${escaped(note)}</p>`,
      standalone(drawing, chart.title),
      `<details><summary>${words.table}</summary>${tableOf(chart.table())}</details></figure>`,
    ].join('');
  });
  const facts: [string, string][] = [
    [words.model, shown.opened.title],
    [words.type, words.typeOf(plan.fileType, plan.method)],
    [
      words.size,
      words.sizeOf(
        bytes(report.outputBytes),
        exactBytes(report.outputBytes),
        bytes(report.inputBytes),
        bitsPerWeight(report.bitsPerWeight),
      ),
    ],
    ...report.files.map((file): [string, string] => ['SHA-256', file.sha256 ?? '']),
    [words.run, words.runOf(report.tensors.length, duration(report.seconds), report.workers, report.version)],
    [words.options, JSON.stringify(report.options)],
  ];
  const total = report.total;
  const figures: [string, string, string][] = total
    ? [
        [words.sqnr, decibels(total.sqnrDb), definitions.sqnr],
        [words.rmse, precise(total.rmse), definitions.rmse],
        ...(report.reference
          ? [
              [words.rmseWith(report.reference.method), precise(report.reference.total.rmse), definitions.ratio] as [
                string,
                string,
                string,
              ],
            ]
          : []),
        [words.max, precise(total.maxError), definitions.max],
        [words.median, precise(total.median), definitions.median],
        [words.p95, precise(total.p95), definitions.p95],
        [words.bias, precise(total.bias), definitions.bias],
      ]
    : [];
  const tensors: ChartTable = {
    columns: [
      { title: heads.tensor },
      { title: heads.from },
      { title: heads.to },
      { title: heads.method },
      { title: heads.size, unit: heads.bytes },
      { title: words.rmse, unit: weightUnits() },
      { title: heads.largestError, unit: weightUnits() },
      { title: heads.signalToNoise, unit: 'dB' },
    ],
    rows: report.tensors.map(({ name, from, to, method, bytes: size, error }) => [
      name,
      from,
      to,
      method,
      size,
      error?.rmse ?? null,
      error?.maxError ?? null,
      error?.sqnrDb ?? null,
    ]),
  };
  return [
    '<!doctype html>',
    `<html lang="${language()}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escaped(words.title(shown.output))}</title><style>${STYLE}</style></head><body>`,
    `<h1>${escaped(shown.output)}</h1>`,
    `<table>${facts.map(factRow).join('')}</table>`,
    `<h2>${words.error}</h2><dl>${figures.map(figureItem).join('')}</dl><p>${escaped(definitions.caveat)}</p>`,
    ...charts,
    `<h2>${words.tensors}</h2>${tableOf(tensors)}`,
    '</body></html>\n',
  ].join('\n');
}

function factRow([name, value]: [string, string]): string {
  return `<tr><th scope="row">${name}</th><td><code>${escaped(value)}</code></td></tr>`;
}

function figureItem([name, value, definition]: [string, string, string]): string {
  return `<dt>${name}: ${escaped(value)}</dt><dd>${escaped(definition)}</dd>`;
}

function cellOf(value: string | number | null): string {
  if (value === null) return '<td>–</td>';
  if (typeof value === 'string') return `<td>${escaped(value)}</td>`;
  return `<td class="number">${tabular(Number.isInteger(value) ? value : Number(value.toPrecision(6)))}</td>`;
}

function tableOf(table: ChartTable): string {
  const { header, rows } = written(table);
  const head = header.map((text) => `<th scope="col">${escaped(text)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map(cellOf).join('')}</tr>`).join('');
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
