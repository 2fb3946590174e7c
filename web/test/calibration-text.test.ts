/** The text that ships with the page is what docs/calibration-text.md says, and clean. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const bytes = readFileSync(new URL('../public/calibration.txt', import.meta.url));
const document = readFileSync(new URL('../../docs/calibration-text.md', import.meta.url), 'utf8');
const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
const lines = text.split('\n');
/** Code and data stand between fences, and may hold tags and tabs. */
const prose = text.replace(/^```\w+\n[^]*?^```$/gm, '').split('\n');
const having = (pattern: RegExp, where = lines) => where.filter((line) => pattern.test(line));

test('it is the text that the document describes', () => {
  const grouped = bytes.length.toString().replace(/\B(?=(\d{3})+$)/g, ' ');
  expect(document).toContain(`${grouped} bytes`);
  expect(document).toContain(createHash('sha256').update(bytes).digest('hex'));
  expect(bytes.length).toBeGreaterThanOrEqual(190_000);
  expect(bytes.length).toBeLessThanOrEqual(210_000);
});

test('it is composed UTF-8 with plain line ends', () => {
  expect(text === text.normalize('NFC')).toBe(true);
  // No control characters but line ends and tabs, no byte order mark, soft hyphens or replacements.
  expect(having(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\ufffd]/u, text.replaceAll('\t', '').split('\n'))).toEqual([]);
  expect(having(/[ \t\u00a0]$/)).toEqual([]);
  expect(text).not.toMatch(/^\n|\n{4}|\n\n$|[^\n]$/);
});

test('no mark-up of its sources is left', () => {
  expect(prose.filter((line) => line.startsWith('```'))).toEqual([]);
  expect(having(/<\/?(?:[a-z]+\d?)(?:\s[^>]*)?\/?>|<!--|&(?:\w+|#\d+);/i, prose)).toEqual([]);
  expect(having(/\t|\b_[A-Z]|\[(?:Illustration|Footnote|[A-Z])\]|Gutenberg|^CHAPTER/, prose)).toEqual([]);
});

test('no paragraph, and no long line of prose, occurs twice', () => {
  const twice = (parts: readonly string[]) => parts.filter((part, index) => parts.indexOf(part) !== index);
  expect(twice(text.trimEnd().split(/\n{2,}/))).toEqual([]);
  expect(twice(prose.filter((line) => line.length > 40))).toEqual([]);
});

test('whoever takes only its beginning gets several kinds of text', () => {
  const head = new TextDecoder().decode(bytes.subarray(0, 20_000));
  expect(head).toMatch(/^```python$/m);
  expect(head).toMatch(/^User: /m);
  expect(head).toMatch(/\\int/);
  expect(head).toMatch(/[\u4e00-\u9fff]{20}|[\u4e00-\u9fff]+。/);
  expect(head).toMatch(/ß/);
});
