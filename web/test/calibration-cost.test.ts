import { expect, it } from 'vitest';
import { CalibrationCost, calibrationPass, divideTexts } from '../src/core';
import { testData, withModel } from './support/real';

it('counts what looking through a codebook takes, for each weight in such a type', async () => {
  const texts = divideTexts(
    Array.from({ length: 10 }, () => ({ tokens: new Array<number>(256).fill(1), firstScored: 0 })),
  );
  await withModel(testData('ts3m-F16.gguf'), async (model) => {
    const cost = (type: string, ...tensorTypes: { pattern: string; type: string }[]) => {
      const plan = model.plan({ type, pure: true, method: 'calibrated', tokenEmbeddingType: 'f16', tensorTypes });
      return new CalibrationCost(plan, calibrationPass(model, texts), 2304, 256, 'one-pass').total().shared;
    };
    const down = { pattern: 'ffn_down', type: 'iq2_xxs' };
    const weights = 4 * 256 * 768;
    expect(cost('Q4_K', down) - cost('Q4_K')).toBeCloseTo(6000 * weights, -3);
    expect(cost('IQ3_S') - cost('IQ3_XXS')).toBeGreaterThan((3 * (cost('Q4_K', down) - cost('Q4_K'))) / 4);
    expect(cost('Q2_K')).toBe(cost('Q4_K'));
  });
});
