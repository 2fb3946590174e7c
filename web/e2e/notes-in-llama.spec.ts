/** llama.cpp itself judges what is said of a model: it loads nothing that is warned of, and runs everything else. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { ODD_FOLDERS, writeOddFolder } from '../test/support/odd-folders';

const program = fileURLToPath(new URL('../dist-cli/nibble.js', import.meta.url));

for (const odd of ODD_FOLDERS) {
  test(`llama.cpp ${odd.level === 'note' ? 'runs' : 'does not load'} what is made with ${odd.name}`, async ({
    page,
  }, info) => {
    const folder = info.outputPath('model');
    const output = info.outputPath('model.gguf');
    writeOddFolder(odd, folder);
    execFileSync('node', [program, 'quantize', folder, output, 'Q8_0'], { stdio: 'pipe' });
    await page.goto('/pages/wllama.html');
    await page.getByLabel('Model').setInputFiles(output);
    await expect(page.locator('output')).toHaveAttribute('data-state', odd.level === 'note' ? 'finished' : 'failed', {
      timeout: 50_000,
    });
  });
}
