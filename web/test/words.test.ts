/** Numbers and commands as the page writes them. */
import { describe, expect, test } from 'vitest';
import { commandFor, outputName, type RunExtras } from '../src/app/command';
import { usualTokens } from '../src/core';
import { lazily } from '../src/charts/frame';
import { de } from '../src/text/de';
import { en } from '../src/text/en';
import { preferred } from '../src/text/languages';
import { inEnglish, speak, texts } from '../src/text/texts';
import {
  bytes,
  decibels,
  duration,
  ENGLISH_NUMBERS,
  exactBytes,
  fixed,
  listed,
  parseBytes,
  percent,
  precise,
  quantity,
  tally,
  weightUnits,
  writeNumbersBy,
} from '../src/text/units';
import { csv } from '../src/charts/save';

test('sizes in decimal units, exact ones in full', () => {
  expect([0, 1, 999, 1000, 6_576_544, 999_999, 1_190_000_000].map(bytes)).toEqual([
    '0 bytes',
    '1 byte',
    '999 bytes',
    '1.00 kB',
    '6.58 MB',
    '1.00 MB',
    '1.19 GB',
  ]);
  expect(exactBytes(6_576_544)).toBe('6\u202f576\u202f544 bytes');
  expect(quantity(3_283_200)).toBe('3.28 M');
});

test('figures keep four digits and their sign', () => {
  expect([0, 0.00196398, 1.964e-5, -2.66e-6, 12.5].map(precise)).toEqual([
    '0',
    '0.001964',
    '1.96e−5',
    '−2.66e−6',
    '12.5',
  ]);
  expect([null, 23.226, -1].map(decibels)).toEqual(['no error', '23.23 dB', '−1.00 dB']);
  expect([0, 0.2889, 1, 1e-9].map((share) => percent(share))).toEqual(['0.0 %', '28.9 %', '100.0 %', '< 0.1 %']);
});

test('times as a person says them', () => {
  expect([0.31, 1.2, 25.4, 59.9, 200, 7260].map(duration)).toEqual([
    '0.3 s',
    '1 s',
    '25 s',
    '1 min 0 s',
    '3 min 20 s',
    '2 h 1 min',
  ]);
});

test('lists are shortened in one way', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  expect([0, 1, 2, 3, 4, 5].map((count) => listed(names.slice(0, count)))).toEqual([
    '',
    'a',
    'a and b',
    'a, b and c',
    'a, b, c and 1 more',
    'a, b, c and 2 more',
  ]);
});

test('what programs read is written in English, whatever the page speaks', () => {
  speak('de', de);
  try {
    const lazy = lazily(() => [texts().lab.title, weightUnits(), fixed(0.5, 2, '%')]);
    expect(lazy()).toEqual(['Labor', 'Einheiten der Gewichte', '0,50\u202f%']);
    expect(inEnglish(lazy)).toEqual(['Lab', 'units of the weights', '0.50 %']);
    expect(() =>
      inEnglish(() => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(lazy()).toBe(lazy());
    expect(lazy()[0]).toBe('Labor');
  } finally {
    speak('en', en);
  }
});

test('German has its comma, its words and narrow spaces; sizes are read with a comma too', () => {
  writeNumbersBy(() => de.units);
  try {
    expect([1, 999, 6_576_544].map(bytes)).toEqual(['1\u202fByte', '999\u202fByte', '6,58\u202fMB']);
    expect(exactBytes(6_576_544)).toBe('6\u202f576\u202f544\u202fByte');
    expect([0.00196398, -2.66e-6, 12.5].map(precise)).toEqual(['0,001964', '−2,66e−6', '12,5']);
    expect([null, -1].map(decibels)).toEqual(['kein Fehler', '−1,00\u202fdB']);
    expect([0.2889, 1e-9].map((share) => percent(share))).toEqual(['28,9\u202f%', '< 0,1\u202f%']);
    expect([0.31, 200].map(duration)).toEqual(['0,3\u202fs', '3\u202fmin 20\u202fs']);
    expect([listed(['a', 'b']), listed(['a', 'b', 'c', 'd'])]).toEqual(['a und b', 'a, b, c und 1 weitere']);
    expect(['4,2 GB', '6,58\u202fMB', '3.9GiB', '12 Byte', '1.000,5 MB', '1,2,3 MB'].map(parseBytes)).toEqual([
      4_200_000_000,
      6_580_000,
      4_187_593_113,
      12,
      null,
      null,
    ]);
  } finally {
    writeNumbersBy(() => ENGLISH_NUMBERS);
  }
  expect(['4.2 GB', '4,2 GB'].map(parseBytes)).toEqual([4_200_000_000, null]);
});

test('the language is the first of a person’s that the page speaks', () => {
  const speaks = (...read: string[]) => preferred(read, ['en', 'de']);
  expect([speaks('de-AT', 'en'), speaks('en-GB', 'de'), speaks('fr', 'DE'), speaks('fr'), speaks()]).toEqual([
    'de',
    'en',
    'de',
    'en',
    'en',
  ]);
});

test('types are counted, the most frequent first', () => {
  expect(tally(['F32', 'F16', 'F16'])).toBe('F16 ×2, F32 ×1');
});

describe('the output’s name', () => {
  const types = ['F16', 'F32', 'Q4_0', 'Q8_0', 'Q4_K', 'Q4_K_M'];
  test.each([
    ['ts3m-F16.gguf', 'Q4_0', 'ts3m-Q4_0.gguf'],
    ['model.gguf', 'Q8_0', 'model-Q8_0.gguf'],
    ['big.q4_k_m.GGUF', 'F16', 'big-F16.gguf'],
    ['split-F16-00001-of-00003.gguf', 'Q8_0', 'split-Q8_0.gguf'],
    ['notF16.gguf', 'Q8_0', 'notF16-Q8_0.gguf'],
    ['Model-F16.GGUF', 'Q8_0', 'Model-Q8_0.gguf'],
    ['m-00001-of-00002.SafeTensors', 'Q8_0', 'm-Q8_0.gguf'],
  ])('%s as %s is %s', (input, type, output) => {
    expect(outputName(input, type, types, ['.gguf', '.safetensors'])).toBe(output);
  });
});

test('a run as a command, quoted where the shell would misread it', () => {
  expect(commandFor({ type: 'Q4_0' }, 'in.gguf', 'out.gguf', { workers: 2 })).toBe(
    'scripts/nibble quantize --workers 2 in.gguf out.gguf Q4_0',
  );
  expect(
    commandFor(
      {
        type: 'Q4_K_M',
        pure: true,
        outputTensorType: 'q8_0',
        tensorTypes: [{ pattern: 'ffn_.*', type: 'q5_0' }],
        allowRequantize: true,
        overrides: [{ key: 'general.name', type: 'str', value: 'mine' }],
      },
      "it's.gguf",
      'my model.gguf',
      { workers: 1, matrix: 'imatrix.dat' },
    ),
  ).toBe(
    "scripts/nibble quantize --allow-requantize --pure --output-tensor-type q8_0 --tensor-type 'ffn_.*=q5_0' " +
      "--override-kv general.name=str:mine --imatrix imatrix.dat --workers 1 'it'\\''s.gguf' 'my model.gguf' Q4_K_M",
  );
});

test('a calibrated run as a command, with what differs from the usual', () => {
  const options = { type: 'Q4_0', method: 'calibrated' };
  const command = (calibration: NonNullable<RunExtras['calibration']>) =>
    commandFor(options, 'in.gguf', 'out.gguf', { workers: 2, calibration });
  expect(command({ tokens: usualTokens })).toBe(
    'scripts/nibble quantize --method calibrated --workers 2 in.gguf out.gguf Q4_0',
  );
  expect(command({ text: 'my text.txt', tokens: 4096, level: 'layers' })).toBe(
    "scripts/nibble quantize --method calibrated --calibration 'my text.txt' --tokens 4096 --level layers " +
      '--workers 2 in.gguf out.gguf Q4_0',
  );
});

test('CSV quotes what needs it', () => {
  expect(
    csv(
      ['name', 'count'],
      [
        ['a,b', 1],
        ['say "x"', null],
      ],
    ),
  ).toBe('name,count\r\n"a,b",1\r\n"say ""x""",\r\n');
});
