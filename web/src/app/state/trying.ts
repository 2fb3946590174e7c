/**
 * What original and output say to the same words, in llama.cpp's own WebAssembly build, fetched when it is asked for.
 */
import { effect, signal } from '@preact/signals';
import { sentenceOf } from '../../core/index';
import { bytes } from '../../text/units';
import type { Result } from './results';
import { result } from './results';
import { ownSentence, texts } from '../../text/texts';

/** One of the two files, and what it says. */
export interface Voice {
  who: 'original' | 'output';
  state: 'waiting' | 'loading' | 'speaking' | 'done' | 'failed';
  text: string;
  problem: string;
}

export interface Trying {
  of: Result;
  stop: AbortController;
  voices: readonly Voice[];
}

export const trying = signal<Trying | null>(null);

/** Tokens that are said at most, and room for the prompt beside them. */
const MOST_TOKENS = 96;
const CONTEXT = 1024;
/** llama.cpp holds a model whole in the memory of one WebAssembly instance. */
const MOST_BYTES = 2e9;

interface Speaker {
  who: Voice['who'];
  blobs: Blob[];
  problem: string;
}

/** The files as llama.cpp takes them, or why it does not. */
function speakersOf({ opened, plan, report }: Result): Speaker[] {
  const { modelIsNoGguf, outputIsNoGguf, tooLargeToTry } = texts().state;
  const ofGguf = (who: Voice['who'], blobs: Blob[], isGguf: boolean, noGguf: string): Speaker => {
    const size = blobs.reduce((sum, blob) => sum + blob.size, 0);
    if (!isGguf) return { who, blobs, problem: ownSentence(noGguf) };
    if (size > MOST_BYTES) return { who, blobs, problem: ownSentence(tooLargeToTry(bytes(size), bytes(MOST_BYTES))) };
    return { who, blobs, problem: '' };
  };
  const written = report.files.flatMap(({ blob, name }) => (blob ? [new File([blob], name || 'output.gguf')] : []));
  return [
    ofGguf('original', [...opened.files], opened.info.container === 'GGUF', modelIsNoGguf),
    ofGguf('output', written, plan.container !== 'safetensors' && written.length > 0, outputIsNoGguf),
  ];
}

/** Lets both go on with `prompt`, one after the other, always taking the likeliest token. */
export async function tryIt(shown: Result, prompt: string): Promise<void> {
  trying.peek()?.stop.abort();
  const stop = new AbortController();
  const speakers = speakersOf(shown);
  const voices: Voice[] = speakers.map(({ who, problem }) => ({
    who,
    state: problem ? 'failed' : 'waiting',
    text: '',
    problem,
  }));
  trying.value = { of: shown, stop, voices };
  for (const [index, speaker] of speakers.entries()) {
    const say = (change: Partial<Voice>) => {
      const now = trying.peek();
      if (stop.signal.aborted || now?.stop !== stop) return;
      trying.value = { ...now, voices: now.voices.map((voice, i) => (i === index ? { ...voice, ...change } : voice)) };
    };
    if (speaker.problem || stop.signal.aborted) continue;
    try {
      say({ state: 'loading' });
      await speak(speaker.blobs, prompt, stop.signal, (text) => say({ state: 'speaking', text }));
      say({ state: 'done' });
    } catch (error) {
      say({ state: 'failed', problem: sentenceOf(error) });
    }
  }
}

async function speak(
  blobs: Blob[],
  prompt: string,
  signal: AbortSignal,
  onText: (text: string) => void,
): Promise<void> {
  const { llamaUrl, LoggerWithoutDebug, Wllama } = await import('../llama');
  const quiet = { ...LoggerWithoutDebug, log: () => {}, warn: () => {}, error: () => {} };
  const llama = new Wllama({ default: llamaUrl }, { suppressNativeLog: true, logger: quiet });
  try {
    await llama.loadModel(blobs, { n_ctx: CONTEXT, n_gpu_layers: 0 });
    let text = '';
    const wish = { max_tokens: MOST_TOKENS, temperature: 0, abortSignal: signal, stream: true as const };
    if (llama.getChatTemplate()) {
      const messages = [{ role: 'user' as const, content: prompt }];
      for await (const { choices } of await llama.createChatCompletion({ ...wish, messages })) {
        text += choices[0]?.delta.content ?? '';
        onText(text);
      }
    } else {
      for await (const { choices } of await llama.createCompletion({ ...wish, prompt })) {
        text += choices[0]?.text ?? '';
        onText(text);
      }
    }
  } finally {
    await llama.exit();
  }
}

export function stopTrying(): void {
  trying.peek()?.stop.abort();
  const now = trying.peek();
  if (now) {
    const voices = now.voices.map((voice) => (voice.state === 'failed' ? voice : { ...voice, state: 'done' as const }));
    trying.value = { ...now, voices };
  }
}

/** What was said belongs to a result. */
export function endTryingOfReplacedResults(): void {
  effect(() => {
    if (trying.peek() && trying.peek()?.of !== result.value) {
      trying.peek()?.stop.abort();
      trying.value = null;
    }
  });
}
