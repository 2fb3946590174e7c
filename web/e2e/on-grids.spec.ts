/** Weights that lie on a type's grid already are found in the sample, and a button keeps them as they are. */
import { onQ40 } from '../test/support/on-q4_0';
import { tinyGguf, tinyTensor } from '../test/support/tiny-gguf';
import { dropBytes, expect, expectAccessible, goTo, openTab, test } from './support';

test('a model trained for Q4_0 is recognised, and its types and method are offered', async ({ page }) => {
  await page.goto('./');
  const metadata = { 'general.architecture': { string: 'llama' }, 'llama.block_count': { u32: 1 } };
  const tensors = [onQ40('blk.0.ffn_up.weight', 1), tinyTensor('blk.0.ffn_gate.weight', [256, 64])];
  await dropBytes(page, 'trained.gguf', [...tinyGguf(metadata, tensors)]);
  await goTo(page, 'Plan');
  const found = page.getByRole('list', { name: 'Weights that lie on a grid' });
  await expect(found).toContainText(
    '1 tensor already lies on Q4_0’s grid: type Q4_0 with method exact keeps them exactly',
  );
  await expectAccessible(page, '#plan');
  await found.getByRole('button', { name: 'Use Q4_0 and exact for them' }).click();
  await expect(found.getByRole('button')).toHaveCount(0);
  await openTab(page, 'Options');
  await expect(page.getByRole('button', { name: 'Remove the rule ^blk\\.0\\.ffn_up\\.weight$' })).toBeVisible();
});
