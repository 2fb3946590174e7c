/** Folders and files as they lie on people's disks: which model is opened, what is said, and what things are called. */
import { copyFileSync, cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { dropBytes, expect, openTab, test } from './support';

const data = fileURLToPath(new URL('../../tests/data', import.meta.url));
const stories = join(data, 'stories260K-hf');
const whole = join(data, 'stories260K-F32.gguf');

const bytesOf = (text: string) => [...new TextEncoder().encode(text)];

async function choose(page: Page, button: 'Choose a file' | 'Choose a folder', path: string): Promise<void> {
  await page.goto('./');
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: button }).click();
  await (await choosing).setFiles(path);
}

test('a folder with safetensors and GGUF gives the safetensors model and says so; the file alone is the other', async ({
  page,
}, testInfo) => {
  const folder = testInfo.outputPath('m');
  cpSync(stories, folder, { recursive: true });
  copyFileSync(whole, join(folder, 'OUT.GGUF'));
  await choose(page, 'Choose a folder', folder);
  await expect(page.locator('#model .facts')).toContainText('Hugging Face folder');
  await expect(page.locator('#model .notice')).toContainText('The safetensors model was taken, not "OUT.GGUF"');
  await choose(page, 'Choose a file', join(folder, 'OUT.GGUF'));
  await expect(page.locator('.model-name')).toHaveText('OUT.GGUF');
  await expect(page.locator('#model .facts')).toContainText('GGUF v3');
});

test('a whole model named like a part is opened', async ({ page }, testInfo) => {
  const path = testInfo.outputPath('m-00001-of-00013.gguf');
  mkdirSync(testInfo.outputPath(), { recursive: true });
  copyFileSync(whole, path);
  await choose(page, 'Choose a file', path);
  await expect(page.locator('.model-name')).toHaveText('m-00001-of-00013.gguf');
});

test('a cache’s checkout is called by the model, not by a commit, and its templates are read', async ({
  page,
}, testInfo) => {
  const root = testInfo.outputPath('models--somebody--Stories-260K');
  const checkout = join(root, 'snapshots', '0123456789abcdef0123456789abcdef01234567');
  cpSync(stories, checkout, { recursive: true });
  mkdirSync(join(checkout, 'additional_chat_templates'));
  writeFileSync(join(checkout, 'chat_template.jinja'), '{{jinja}}');
  writeFileSync(join(checkout, 'additional_chat_templates', 'tool_use.jinja'), '{{tools}}');
  await choose(page, 'Choose a folder', root);
  await expect(page.locator('.model-name')).toHaveText('Stories-260K');
  await openTab(page, 'Metadata');
  await expect(page.locator('#model')).toContainText('tokenizer.chat_template.tool_use');
  await choose(page, 'Choose a folder', checkout);
  await expect(page.locator('.model-name')).not.toHaveText(/^[0-9a-f]{40}$/);
});

test('of a cache of links, which browsers leave out of folders, the files are asked for and opened', async ({
  page,
  context,
}, testInfo) => {
  const root = testInfo.outputPath('models--somebody--Stories-260K');
  const checkout = join(root, 'snapshots', '0123456789abcdef0123456789abcdef01234567');
  mkdirSync(checkout, { recursive: true });
  mkdirSync(join(root, 'blobs'));
  for (const [index, name] of readdirSync(stories).entries()) {
    copyFileSync(join(stories, name), join(root, 'blobs', String(index)));
    symlinkSync(join('..', '..', 'blobs', String(index)), join(checkout, name));
  }
  const link = testInfo.outputPath('link');
  symlinkSync(root, link);
  await page.goto('./');
  await expect(page.locator('.type-row').first()).toBeAttached();
  const input = await context.newCDPSession(page);
  const dropOf = async (...files: string[]) => {
    const data = { items: [], files, dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await input.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
  };
  const newest = page.getByRole('alert').first();
  for (const path of [root, link]) {
    await dropOf(path);
    await expect(newest).toContainText(`Not opened: ${basename(path)}`);
    await expect(newest).toContainText('Choose the files in a folder of "snapshots" instead, all together.');
  }
  await dropOf(checkout);
  await expect(newest).toContainText('choose or drop the files themselves, all together.');
  await dropOf(...readdirSync(checkout).map((name) => join(checkout, name)));
  await expect(page.locator('.model-name')).toHaveText(/^model\.safetensors and \d+ other files$/);
  await expect(page.locator('#model .facts')).toContainText('Hugging Face folder');
  await choose(page, 'Choose a folder', checkout);
  await expect(newest).toContainText('choose or drop the files themselves, all together.');
});

test('a pointer and a web page in place of a model are called what they are', async ({ page }) => {
  await page.goto('./');
  await dropBytes(
    page,
    'm.safetensors',
    bytesOf('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 4976698672\n'),
  );
  const newest = page.getByRole('alert').first();
  await expect(newest).toContainText('It is a Git LFS pointer, a text that stands for the file of 4976698672 bytes');
  await dropBytes(page, 'm.gguf', bytesOf('<!doctype html><title>Sign in</title>'));
  await expect(newest).toContainText('It is a web page');
  await dropBytes(page, 'empty.gguf', []);
  await expect(newest).toContainText('It is empty.');
});
