import type { OpenedModel } from './opened-model';
import { sentenceOf } from './problem';

/** A text as a model is to read it, and whether it was put into the model's chat template. */
export interface ChatText {
  text: Uint8Array;
  chat: ChatUse;
}

export type ChatUse =
  | { used: true; turns: number } // names of control tokens in the text are such tokens
  | { used: false; why: string | null }; // the sentence that says why not, where it was tried

/** Characters that a turn has at least, where the text is long enough, before it ends with its paragraph or line. */
const turnCharacters = 600;
const longestTurn = 1200;
/** Messages of a conversation: the user's and the assistant's in turn. */
const turnsOfConversation = 4;
/** Templates that tell the date must not tell today's: tokens would change from day to day. */
const date = '26 Jul 2024';

/** What templates find beside the conversation, as in Transformers. */
const globals = {
  ...{ true: true, True: true, false: false, False: false, none: null, None: null },
  raise_exception(why: string) {
    throw new Error(why);
  },
  range(first: number, end?: number, step = 1) {
    const [from, to] = end === undefined ? [0, first] : [first, end];
    return Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, index) => from + index * step);
  },
  strftime_now: () => date,
  date_string: date,
};

/** Renders the template with some variables. Throws what is wrong with it. */
async function rendererOf(template: string): Promise<(variables: Record<string, unknown>) => string> {
  // Not the library's own Template: that tells today's date.
  const { Environment, Interpreter, parse, tokenize } = await import('@huggingface/jinja');
  const program = parse(tokenize(template, { lstrip_blocks: true, trim_blocks: true }));
  return (variables) => {
    const environment = new Environment();
    for (const [name, value] of Object.entries({ ...globals, ...variables })) environment.set(name, value);
    return (new Interpreter(environment).run(program) as { value: string }).value;
  };
}

/** Cuts a text into turns of a few paragraphs; without white space around them, and none empty. */
export function turnsOf(text: string): string[] {
  const turns: string[] = [];
  let turn = '';
  const end = () => {
    if (turn.trim()) turns.push(turn.trim());
    turn = '';
  };
  for (const line of text.split('\n')) {
    for (const piece of line.match(new RegExp(`.{1,${longestTurn}}(?:\\s|$)|.{1,${longestTurn}}`, 'gsu')) ?? ['']) {
      turn += piece;
      if (turn.length >= longestTurn) end();
    }
    turn += '\n';
    if (line.trim() === '' && turn.length >= turnCharacters) end();
  }
  end();
  return turns;
}

/**
 * The text as a chat model meets texts: pieces of it are turns of the user and the assistant, conversation after
 * conversation, as its chat template (`tokenizer.chat_template`) writes them. A model without a template, or with one
 * that cannot be used, reads the text as it is.
 */
export async function inChatTemplate(model: OpenedModel, text: Uint8Array): Promise<ChatText> {
  const found = model.chatTemplate();
  if (found === null) return { text, chat: { used: false, why: null } };
  try {
    const turns = turnsOf(new TextDecoder().decode(text));
    const render = await rendererOf(found.template);
    let rendered = '';
    for (let first = 0; first < turns.length; first += turnsOfConversation) {
      const messages = turns
        .slice(first, first + turnsOfConversation)
        .map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content }));
      const conversation = render({
        messages,
        // Every stretch of the text begins with that token anyway.
        bos_token: '',
        eos_token: found.eos,
        add_generation_prompt: false,
      });
      const lost = messages.find(({ content }) => !conversation.includes(content));
      if (lost) throw new Error('it leaves out what is said');
      rendered += conversation;
    }
    return { text: new TextEncoder().encode(rendered), chat: { used: true, turns: turns.length } };
  } catch (error) {
    const why = `The model's chat template cannot be used (${sentenceOf(error)}), so the text is read as it is.`;
    return { text, chat: { used: false, why } };
  }
}

/** What a chat template makes of a short conversation that waits for an answer. Throws what is wrong with it. */
export async function previewOf(template: string): Promise<string> {
  const render = await rendererOf(template);
  const turns = ['What is a nibble?', 'Half a byte.', 'And two of them?'];
  const messages = turns.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content }));
  const shown = render({ messages, bos_token: '<s>', eos_token: '</s>', add_generation_prompt: true });
  const lost = turns.find((turn) => !shown.includes(turn));
  if (lost) throw new Error(`it leaves out what is said: "${lost}"`);
  return shown;
}

/** What a matrix made from a text calls it: its name, and that it was read in the chat template. */
export function datasetName(name: string, chat: ChatUse): string {
  return chat.used ? `${name} (in the chat template)` : name;
}
