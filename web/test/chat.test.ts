import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { inChatTemplate, type OpenedModel, type RunReport } from '../src/core';
import { turnsOf } from '../src/core/chat';
import { startIn } from './support/command-line';
import { testData } from './support/real';

const folder = mkdtempSync(join(tmpdir(), 'nibble-'));
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = (text: string) => new TextEncoder().encode(text);
const rendered = async (template: string | null, text: string) => {
  const model = { chatTemplate: () => (template === null ? null : { template, eos: '</s>' }) };
  const found = await inChatTemplate(model as OpenedModel, bytes(text));
  return { ...found, text: new TextDecoder().decode(found.text) };
};

// As the templates of Qwen and of Llama 3 are written, shortened.
const chatml =
  "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + " +
  "'\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
const llama3 =
  '{{- bos_token }}{%- if not date_string is defined %}{%- if strftime_now is defined %}' +
  '{%- set date_string = strftime_now("%d %b %Y") %}{%- endif %}{%- endif %}' +
  "{{- 'Today Date: ' + date_string + '\\n\\n' }}{%- for message in messages %}" +
  "{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + " +
  "'<|eot_id|>' }}{%- endfor %}";
const dated =
  "{{ strftime_now('%d %b %Y') }}|{% for i in range(messages|length) %}{{ messages[i].content }}{% endfor %}";
const alternating =
  "{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}" +
  "{{ raise_exception('Roles must alternate') }}{% endif %}{{ message['content'] + eos_token }}{% endfor %}";

const paragraph = (name: string) => `${name} ${'said something, and went on. '.repeat(30)}\n\n`;
const story = ['Ann', 'Bob', 'Cy', 'Di', 'Ed'].map(paragraph).join('');

describe('turns of a text', () => {
  it('are a few paragraphs, or as many words, and leave out nothing but white space', () => {
    expect(turnsOf(story).map((turn) => turn.slice(0, 3))).toEqual(['Ann', 'Bob', 'Cy ', 'Di ', 'Ed ']);
    const short = 'One.\n\nTwo.\n\nThree.\n';
    expect(turnsOf(short)).toEqual(['One.\n\nTwo.\n\nThree.']);
    const endless = 'word '.repeat(2000);
    expect(turnsOf(endless).join(' ').split(/\s+/)).toEqual(endless.trim().split(' '));
    for (const turn of turnsOf(endless)) expect(turn.length).toBeLessThanOrEqual(2400);
    expect(turnsOf('é'.repeat(5000)).join('')).toBe('é'.repeat(5000));
    expect(turnsOf(' \n\n \n')).toEqual([]);
  });
});

describe('a chat template', () => {
  it('writes turns of user and assistant, four to a conversation', async () => {
    const { text, chat } = await rendered(chatml, story);
    expect(chat).toEqual({ used: true, turns: 5 });
    expect(text.match(/<\|im_start\|>\w+\n\w+/g)).toEqual([
      '<|im_start|>user\nAnn',
      '<|im_start|>assistant\nBob',
      '<|im_start|>user\nCy',
      '<|im_start|>assistant\nDi',
      '<|im_start|>user\nEd',
    ]);
    expect((await rendered(alternating, story)).chat.used).toBe(true);
  });

  it('gives the same on every day, without the token that begins a text', async () => {
    const { text } = await rendered(llama3, story);
    expect(text.match(/Today Date: .*/g)).toEqual(['Today Date: 26 Jul 2024', 'Today Date: 26 Jul 2024']);
    expect(text.startsWith('Today')).toBe(true);
    expect((await rendered(dated, story)).text).toMatch(/^26 Jul 2024\|Ann said.*26 Jul 2024\|Ed said/s);
  });

  it('that fails, or leaves out what is said, is told and not used', async () => {
    for (const [template, why] of [
      ['{% for %}', /cannot be used \(.+\), so the text is read as it is\.$/],
      ["{{ raise_exception('No user may speak') }}", /cannot be used \(No user may speak\)/],
      ['{{ messages[0].content }}', /cannot be used \(it leaves out what is said\)/],
    ] as const) {
      const { text, chat } = await rendered(template, story);
      expect(text).toBe(story);
      expect(chat).toEqual({ used: false, why: expect.stringMatching(why) as string });
    }
    expect(await rendered(null, story)).toEqual({ text: story, chat: { used: false, why: null } });
  });
});

describe('the command line', () => {
  const template = '{% for m in messages %}{{ m.role + ": " + m.content + eos_token }}{% endfor %}';
  const chatModel = join(folder, 'chat');
  cpSync(testData('stories260K-hf'), chatModel, { recursive: true });
  writeFileSync(join(chatModel, 'chat_template.jinja'), template);
  const odd = join(folder, 'odd');
  cpSync(chatModel, odd, { recursive: true });
  writeFileSync(join(odd, 'chat_template.jinja'), "{{ raise_exception('No.') }}");
  const text = ['-f', testData('tinystories.txt'), '-c', '64', '--chunks', '2'];
  const nibble = async (...words: string[]) => startIn(folder, words).ended;
  const json = async (...words: string[]) =>
    JSON.parse((await nibble(...words, ...text, '--json')).out) as {
      chatTemplate: { used: boolean };
      perplexity: { value: number };
    };

  it('reads a text in the template for a matrix, and as it is to be compared with llama.cpp', async () => {
    const { code, out } = await nibble('imatrix', chatModel, ...text, '-o', 'chat.gguf');
    expect(code).toBe(0);
    expect(out).toMatch(/from 2 stretches of 64 tokens in the model's chat template\./);
    const named = (file: string) => readFileSync(join(folder, file)).includes('tinystories.txt (in the chat template)');
    expect(named('chat.gguf')).toBe(true);
    for (const option of ['--no-chat-template', '--parse-special']) {
      await nibble('imatrix', chatModel, ...text, option, '-o', 'plain.gguf');
      expect(named('plain.gguf')).toBe(false);
    }
    const plain = await json('perplexity', chatModel);
    expect(plain.chatTemplate).toEqual({ used: false, why: null });
    const chat = await json('perplexity', chatModel, '--chat-template');
    expect(chat.chatTemplate).toMatchObject({ used: true });
    expect(chat.perplexity.value).not.toBe(plain.perplexity.value);
  });

  it('reads a calibration in the template, again when repeated, and so does looking for outliers', async () => {
    const of = [
      '--method',
      'calibrated',
      '--calibration',
      testData('tinystories.txt'),
      '--tokens',
      '2048',
      '--no-answers',
    ];
    const quantized = ['quantize', chatModel, 'chat.gguf', 'Q4_0', ...of, '--receipt', 'chat.json'];
    const { out } = await nibble(...quantized);
    expect(out).toMatch(/by tinystories\.txt in the model's chat template, 1.792 tokens/);
    const again = await nibble(
      'repeat',
      'chat.json',
      chatModel,
      'again.gguf',
      '--calibration',
      testData('tinystories.txt'),
    );
    expect(again.out).toMatch(/The same bytes/);
    const plain = await nibble(...quantized, '--force', '--no-chat-template', '--json');
    expect((JSON.parse(plain.out) as RunReport).calibration!.chatTemplate).toEqual({ used: false, why: null });
    const outliers = await nibble('outliers', chatModel, 'Q4_0', ...text);
    expect(outliers.out).toMatch(/Outlier features in 128 tokens in the model's chat template \(\d+ turns\)/);
  });

  it('says what is wrong with a template, and goes on without', async () => {
    const { code, out, err } = await nibble('imatrix', odd, ...text, '-o', 'odd.gguf');
    expect(code).toBe(0);
    expect(err).toMatch(/Note: The model's chat template cannot be used \(No\.\), so the text is read as it is\./);
    expect(out).toMatch(/from 2 stretches of 64 tokens\. /);
    const without = await nibble('perplexity', testData('stories260K-hf'), ...text, '--chat-template');
    expect(without.err).toMatch(/Note: The model has no chat template/);
  });
});
