/** Result, Lab and comparing in German: nothing of the page stays English, everything fits, numbers have a comma. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { expect, expectAccessible, expectNoSidewaysScrolling, openModel, quantize, savedCsv, test } from './support';

const NARROW = { width: 390, height: 844 };
const WIDE = { width: 1440, height: 900 };
const MODEL = join(fileURLToPath(new URL('../../tests/data/', import.meta.url)), 'ts3m-F16.gguf');

/** Small words that stand in every English sentence, and in no German one. */
const ENGLISH = /\b(?:the|of|and|with|are|this|that|from|for|not|its|which|here|each|by|to|no)\b/i;
/** Texts that the page shows and did not make. */
const OF_OTHERS = '[lang="en"], script, style, svg title, code, .mono, .token-text, .token-candidates, .voice-text';

/** No text, label or hint in a part of the page is English, but those that say that they are. */
async function expectGerman(page: Page, part: string): Promise<void> {
  const english = await page.locator(part).evaluate(
    (root, [words, others]) => {
      const found: string[] = [];
      const pattern = new RegExp(words, 'i');
      const take = (element: Element, text: string | null) => {
        if (text && pattern.test(text) && !element.closest(others)) found.push(text);
      };
      for (const element of [root, ...root.querySelectorAll('*')]) {
        for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) take(element, node.textContent);
        for (const name of ['aria-label', 'aria-valuetext', 'title', 'placeholder'])
          take(element, element.getAttribute(name));
      }
      return found;
    },
    [ENGLISH.source, OF_OTHERS] as const,
  );
  expect(english).toEqual([]);
}

async function speakGerman(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
}

async function openFolded(page: Page, part: string): Promise<void> {
  await page.locator(`${part} details`).evaluateAll((all) => {
    for (const details of all) (details as HTMLDetailsElement).open = true;
  });
}

const tabs = (page: Page, place: string) => page.locator(`${place} > * [role=tab], ${place} [role=tab]`).all();

test('the Lab: its stage, its story and all its views', async ({ page }) => {
  test.slow();
  await page.setViewportSize(WIDE);
  await page.goto('./#/lab');
  await speakGerman(page);
  const lab = page.locator('#lab');
  await expect(page.getByTestId('lab-readout')).toContainText('7,554\u202f%');
  for (const below of ['Bits', 'Zahlen', 'Zwei Skalen', 'Zahlenstrahl']) {
    await lab.getByRole('radio', { name: below, exact: true }).check();
    await openFolded(page, '#lab');
    await expectGerman(page, '#lab');
  }
  await lab.getByRole('radio', { name: 'Bits', exact: true }).check();
  await lab.getByRole('button', { name: 'Als Q4_0 speichern' }).click();
  await expect(lab.locator('.bit-formula')).toContainText('Gewicht = d × (Code − 8) · Gewicht 1 =');
  await lab.getByRole('button', { name: 'Geschichte' }).click();
  for (let step = 1; step <= 7; step += 1) {
    await expect(lab.locator('.story-place')).toHaveText(`${step} von 7`);
    await expectGerman(page, '#lab');
    await expectNoSidewaysScrolling(page);
    if (step < 7) await lab.getByRole('button', { name: 'Weiter ›' }).click();
  }
  await lab.getByRole('button', { name: 'Ende' }).click();
  for (const tab of await tabs(page, '#lab')) {
    await tab.click();
    await openFolded(page, `[id="${await tab.getAttribute('aria-controls')}"]`);
    await expectGerman(page, '#lab');
    await expectAccessible(page, '#lab');
    await page.setViewportSize(NARROW);
    await expectNoSidewaysScrolling(page);
    await page.setViewportSize(WIDE);
  }
  // Back in English, live.
  await page.getByRole('button', { name: 'English' }).click();
  await expect(lab.getByRole('tab', { name: 'Number formats' })).toBeVisible();
});

test('a result and all its views; files that programs read stay English', async ({ page }) => {
  test.slow();
  await page.setViewportSize(WIDE);
  await page.goto('./');
  await openModel(page);
  await quantize(page, 'Q4_K_M');
  await speakGerman(page);
  await page.locator('.steps a', { hasText: 'Ergebnis' }).click();
  await expect(page.locator('#result .result-answers')).toContainText('gleiche erste Wahl bei', { timeout: 60_000 });
  await expect(page.locator('#result .result-head')).toContainText('Zurückgelesen: 38 Tensoren');
  for (const tab of await tabs(page, '#result')) {
    await tab.click();
    await openFolded(page, '#result');
    await expectGerman(page, '#result');
    await page.setViewportSize(NARROW);
    await expectNoSidewaysScrolling(page);
    await page.setViewportSize(WIDE);
  }
  await expectAccessible(page, '#result');
  await page.getByRole('tab', { name: 'Schichten' }).click();
  const chart = page.locator('#result figure.chart', { hasText: 'Fehler nach Schicht' });
  await expect(chart.locator('.twin th').first()).toHaveText('Rolle');
  await expect(chart.locator('.twin td').nth(2)).toHaveText(/^\d+,\d+$/);
  const [head, row] = await savedCsv(page, chart.getByRole('button', { name: 'CSV' }));
  expect(head!.slice(0, 3)).toEqual(['role', 'layer', 'relative error, % of the weights’ RMS']);
  expect(row![2]).toMatch(/^\d+\.\d+$/);
  await page.getByRole('tab', { name: 'Tensoren' }).last().click();
  const table = page.locator('#result .error-table');
  await expect(table).toContainText('29 Tensoren');
  const errors = await savedCsv(page, table.getByRole('button', { name: 'CSV' }));
  expect(errors[0]!.slice(0, 3)).toEqual(['name', 'relative, %', 'signal to noise, dB']);
});

test('two files compared, and columns that stand out', async ({ page }) => {
  test.slow();
  await page.setViewportSize(WIDE);
  await page.goto('./');
  await openModel(page);
  await speakGerman(page);
  await page.locator('.steps a', { hasText: 'Modell' }).click();
  await page.getByRole('tab', { name: 'Mit anderer Datei vergleichen' }).click();
  const choosing = page.waitForEvent('filechooser');
  await page.locator('.compare').getByRole('button', { name: 'Datei wählen…' }).click();
  await (await choosing).setFiles(MODEL);
  await expect(page.locator('.compare')).toContainText('38 Tensoren, alle mit');
  await expectGerman(page, '.compare');
  await page.getByRole('tab', { name: 'Auffällige Spalten' }).click();
  await page.getByRole('button', { name: 'Ausreißer suchen' }).click();
  await expect(page.locator('.outliers')).toContainText('in 29 Tensoren');
  await openFolded(page, '.outliers');
  await expectGerman(page, '.outliers');
  await page.setViewportSize(NARROW);
  await expectNoSidewaysScrolling(page);
  await expectAccessible(page, '.outliers');
});
