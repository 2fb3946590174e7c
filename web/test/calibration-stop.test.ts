import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { calibrate, cutText, divideTexts, Stopped, tokensFor } from '../src/core';
import type { CalibrationTexts } from '../src/core';
import type { CalibrationControls } from '../src/core/calibrate';
import { createNodeScratch } from '../src/platform/node-scratch';
import { testData, withModel } from './support/real';

/** How long a calibration of ts3m takes to end when it is asked to at some point of its way, in milliseconds. */
function stopping(level: 'one-pass' | 'layers', at: number): Promise<number> {
  return withModel(testData('ts3m-F16.gguf'), async (model) => {
    const bytes = readFileSync(testData('tinystories.txt'));
    const texts: CalibrationTexts = {
      ...divideTexts(cutText(tokensFor([model], bytes, false), 256, 12)),
      text: { name: 'tinystories.txt', bytes: bytes.byteLength, sha256: '' },
      chat: { used: false, why: null },
    };
    const stop = new AbortController();
    const scratch = createNodeScratch();
    let begun = false;
    let asked = 0;
    const run: CalibrationControls = {
      level,
      workers: 2,
      signal: stop.signal,
      onProgress: ({ share }) => {
        if (begun || share < at) return;
        begun = true;
        // While the workers are at what comes next.
        setTimeout(() => {
          asked = performance.now();
          stop.abort();
        }, 20);
      },
    };
    try {
      const running = calibrate(model, model.plan({ type: 'Q4_K', method: 'calibrated' }), texts, scratch, run);
      await expect(running).rejects.toBeInstanceOf(Stopped);
      return performance.now() - asked;
    } finally {
      scratch.close();
    }
  });
}

describe('calibrating', { timeout: 60_000 }, () => {
  it('ends within 200 ms when it is asked to, wherever it is', async () => {
    expect(await stopping('one-pass', 0)).toBeLessThan(200);
    expect(await stopping('layers', 0.3)).toBeLessThan(200);
  });
});
