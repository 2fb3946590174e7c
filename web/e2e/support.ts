/** What the end-to-end tests share: a page that is watched, and a person's ways through it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Locator, type Page } from '@playwright/test';

/** Whole-file hashes of what llama-quantize writes. */
const VECTORS = JSON.parse(
  readFileSync(new URL('../../tests/data/llama-quantize-sha256.json', import.meta.url), 'utf8'),
) as {
  input: string;
  type: string;
  options: string[];
  sha256: string | null;
}[];

export const TS3M = 'ts3m-F16.gguf';

export const MATRIX = 'ts3m-imatrix.gguf';

export function expectedSha256(input: string, type: string, ...options: string[]): string {
  const vector = VECTORS.find(
    (one) => one.input === input && one.type === type && one.options.join(' ') === options.join(' '),
  );
  if (!vector?.sha256) throw new Error(`There is no hash for ${input} as ${type}.`);
  return vector.sha256;
}

export function sha256Of(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Every test fails on a console error, an uncaught exception or a request to another origin. */
export const test = base.extend<{ watched: void }>({
  watched: [
    async ({ context, page, baseURL }, use) => {
      const complaints: string[] = [];
      const origin = new URL(baseURL ?? '').origin;
      context.on('request', (request) => {
        const url = request.url();
        if (!url.startsWith(`${origin}/`) && !url.startsWith(`blob:${origin}/`)) complaints.push(`request to ${url}`);
      });
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning')
          complaints.push(`console ${message.type()}: ${message.text()}`);
      });
      page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
      // Headless Chromium has the system's dialogs, but nobody to answer them.
      await page.addInitScript(() => {
        for (const dialog of ['showSaveFilePicker', 'showOpenFilePicker', 'showDirectoryPicker'])
          Reflect.deleteProperty(window, dialog);
      });
      await use();
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** axe's rules, those for good practice and those still on trial among them. */
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice', 'experimental'];

/** Rows of a table that are like those before them, which axe would look at for minutes. */
const MORE_ROWS = 'tbody tr:nth-child(n + 9)';

/** axe finds nothing wrong with the page, or with a part of it. */
export async function expectAccessible(page: Page, part?: string): Promise<void> {
  const axe = new AxeBuilder({ page }).withTags(AXE_TAGS).exclude(MORE_ROWS);
  const { violations } = await (part === undefined ? axe : axe.include(part)).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
}

const PLACES = ['Model', 'Plan', 'Run', 'Result', 'Lab'] as const;

const placeOf = (page: Page, name: string): Locator => page.locator(`#${name.toLowerCase()}`);

/** Goes to one of the page's places, as a person does. */
export async function goTo(page: Page, name: (typeof PLACES)[number]): Promise<void> {
  await page.locator('.steps a', { has: page.getByText(name, { exact: true }) }).click();
  await expect(placeOf(page, name)).toBeVisible();
}

/** Shows a part of the page: goes to its place, unless one is there, and opens the tab that it is behind. */
export async function reveal(part: Locator): Promise<void> {
  const page = part.page();
  const [place, tab] = await part
    .first()
    .evaluate((element) => [
      element.closest('.place')!.id,
      element.closest('[role=tabpanel]')?.getAttribute('aria-labelledby') ?? null,
    ]);
  const name = PLACES.find((one) => one.toLowerCase() === place)!;
  if (!(await placeOf(page, name).isVisible())) await goTo(page, name);
  if (tab !== null && (await page.locator(`[id="${tab}"]`).getAttribute('aria-selected')) !== 'true')
    await page.locator(`[id="${tab}"]`).click();
}

/** Opens a tab by the beginning of its title, wherever on the page it is. */
export async function openTab(page: Page, title: string): Promise<void> {
  const tab = page.locator('[role=tab]', { hasText: new RegExp(`^${title}`) });
  await reveal(tab);
  await tab.click();
}

/** Does something behind every tab of a place; `view` selects what is behind it. */
export async function inEveryView(
  page: Page,
  name: (typeof PLACES)[number],
  act: (view: string) => Promise<void>,
): Promise<void> {
  await goTo(page, name);
  for (const tab of await placeOf(page, name).getByRole('tab').all()) {
    await tab.click();
    await act(`[id="${await tab.getAttribute('aria-controls')}"]`);
  }
}

/** Everything fits into the width of the window. */
export async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  const [content, window] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  expect(content).toBeLessThanOrEqual(window);
}

/**
 * Opens all tables, texts and panels that are folded, on the page or in a part of it; of the Lab, not the table of a
 * thousand blocks, which is like any other.
 */
export async function openEverything(page: Page, part = 'body'): Promise<void> {
  await page.locator(`${part} details`).evaluateAll((all) => {
    for (const details of all)
      (details as HTMLDetailsElement).open = !details.closest('figure')?.querySelector('.block-scatter');
  });
  await page.evaluate(() => new Promise(requestAnimationFrame));
}

/** The table twin of a chart, by the chart's title. */
export async function twin(page: Page, title: string): Promise<string[][]> {
  const chart = page.locator('figure.chart', { has: page.locator('h3', { hasText: title }) });
  await reveal(chart);
  const table = chart.locator('details', { has: page.getByText('Table', { exact: true }) }).first();
  if ((await table.getAttribute('open')) === null) await table.locator('summary').click();
  return chart
    .getByRole('row')
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
}

/** A CSV file as its rows of texts. */
export async function savedCsv(page: Page, button: Locator): Promise<string[][]> {
  const waiting = page.waitForEvent('download');
  await button.click();
  const text = readFileSync(await (await waiting).path(), 'utf8');
  return text
    .trimEnd()
    .split('\r\n')
    .map((line) =>
      [...line.matchAll(/(?<=^|,)(?:"((?:[^"]|"")*)"|([^,"]*))(?=,|$)/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
      ),
    );
}

/** Drops files of tests/data on the window, as a person does. */
export async function drop(page: Page, ...names: string[]): Promise<void> {
  await page.evaluate(async (files) => {
    const transfer = new DataTransfer();
    for (const file of files)
      transfer.items.add(new File([await (await fetch(`/models/${file}`)).blob()], file.split('/').pop()!));
    const send = (type: string) =>
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    send('dragenter');
    send('dragover');
    send('drop');
  }, names);
}

/** Drops a file of these bytes. */
export async function dropBytes(page: Page, name: string, bytes: number[]): Promise<void> {
  await page.evaluate(
    ([file, content]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(content as number[])], file as string));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    },
    [name, bytes] as const,
  );
}

/** A model of one F32 tensor, usually of 512 MiB, all of it the same few bytes, so that a run takes a while. */
export async function dropLargeModel(page: Page, rows = 32_768): Promise<void> {
  await page.evaluate((rows) => {
    const columns = 4096;
    const encoder = new TextEncoder();
    const parts: Uint8Array<ArrayBuffer>[] = [];
    const number = (value: number, size: 4 | 8) => {
      const view = new DataView(new ArrayBuffer(size));
      if (size === 4) view.setUint32(0, value, true);
      else view.setBigUint64(0, BigInt(value), true);
      parts.push(new Uint8Array(view.buffer));
    };
    const text = (value: string) => {
      number(value.length, 8);
      parts.push(encoder.encode(value));
    };
    parts.push(encoder.encode('GGUF'));
    number(3, 4);
    number(1, 8);
    number(1, 8);
    text('general.architecture');
    number(8, 4);
    text('llama');
    text('blk.0.ffn_up.weight');
    number(2, 4);
    number(columns, 8);
    number(rows, 8);
    number(0, 4);
    number(0, 8);
    const header = parts.reduce((sum, part) => sum + part.length, 0);
    parts.push(new Uint8Array((32 - (header % 32)) % 32));
    const chunk = new Float32Array(4 * 1024 * 1024).map((_, index) => Math.sin(index) / 16);
    // One blob many times: browsers refuse a page more than so many bytes of blobs, by no rule that can be told before.
    const repeated = new Blob([chunk]);
    const weights = Array.from({ length: (rows * columns) / chunk.length }, () => repeated);
    const transfer = new DataTransfer();
    transfer.items.add(new File([...parts, ...weights], 'large-F32.gguf'));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, rows);
  await expect(page.locator('.model-name')).toHaveText('large-F32.gguf', { timeout: 30_000 });
}

/** Bytes in this page's private storage. */
export const privateBytes = (page: Page) =>
  page.evaluate(async () => {
    const sizes = async (folder: FileSystemDirectoryHandle): Promise<number> => {
      let sum = 0;
      for await (const entry of folder.values()) {
        sum +=
          entry.kind === 'file'
            ? (await (entry as FileSystemFileHandle).getFile()).size
            : await sizes(entry as FileSystemDirectoryHandle);
      }
      return sum;
    };
    for (;;) {
      try {
        return await sizes(await navigator.storage.getDirectory());
      } catch (error) {
        // What is being removed meanwhile is not there any more.
        if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
      }
    }
  });

export async function openModel(page: Page, name = TS3M): Promise<void> {
  await drop(page, name);
  await expect(page.locator('.model-name')).toHaveText(name);
}

/** Chooses a type by its name. */
export async function chooseType(page: Page, type: string): Promise<void> {
  await openTab(page, 'All types');
  await page.locator(`input[name="file-type"][value="${type}"]`).check();
}

/** Quantizes to a type and answers the hash that the page shows. `timeout`: in milliseconds, for long runs. */
export async function quantize(page: Page, type: string, timeout?: number): Promise<string> {
  await chooseType(page, type);
  await page.getByRole('button', { name: 'Quantize' }).click();
  await expect(page.locator('#result .place-status')).toHaveText(type, timeout === undefined ? {} : { timeout });
  return (await page.getByTestId('sha256').textContent()) ?? '';
}

/** Saves the output and answers where the file is. */
export async function save(page: Page): Promise<{ path: string; name: string }> {
  const waiting = page.waitForEvent('download');
  await reveal(page.locator('.save-actions a'));
  await page.locator('.save-actions a').click();
  const download = await waiting;
  return { path: await download.path(), name: download.suggestedFilename() };
}
