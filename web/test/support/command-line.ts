import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** Runs the built command line. */

export const program = fileURLToPath(new URL('../../dist-cli/nibble.js', import.meta.url));

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

export interface Started {
  kill(signal: NodeJS.Signals): void;
  /** Comes when this stands on stderr. */
  says(words: string): Promise<void>;
  ended: Promise<Ended>;
}

/** Starts `nibble ...words` in `folder`. */
export function startIn(folder: string, words: string[]): Started {
  return startProgram(folder, process.execPath, [program, ...words]);
}

/** Starts any program in `folder`. */
export function startProgram(folder: string, file: string, words: string[]): Started {
  const child = spawn(file, words, { cwd: folder });
  const ended = new Promise<Ended>((resolve) => {
    let out = '';
    let err = '';
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (err += text));
    child.on('close', (code) => resolve({ code, out, err }));
  });
  const says = (words: string) =>
    new Promise<void>((resolve) => {
      let heard = '';
      child.stderr.on('data', (text) => {
        heard += text;
        if (heard.includes(words)) resolve();
      });
    });
  return { kill: (signal) => child.kill(signal), says, ended };
}

/** What was said on stderr beside what is known of the model, which every command tells. */
export function withoutNotes(err: string): string {
  return err.replaceAll(/^(Note|Warning): .*\n/gm, '');
}

/** One sentence, from us, and nothing that only a programmer can read. */
export function expectSentence({ code, out, err: all }: Ended, sentence: string | RegExp): void {
  const err = withoutNotes(all);
  expect(err).toMatch(sentence);
  expect(err).toMatch(/^nibble: .*\n$/);
  expect(err).not.toMatch(/Something unexpected|undefined|\n.*\n/);
  expect({ code, out }).toEqual({ code: 1, out: '' });
}
