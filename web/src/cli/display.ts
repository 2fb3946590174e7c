import type { Progress } from '../core';
import { bytes as size, duration, quantity as amount } from '../text/units';
import { printable } from './text';

/** Without a terminal a line now and then is enough. */
const secondsBetweenLines = 10;

/** Shows progress on stderr: one line that is rewritten on a terminal, a line now and then elsewhere. */
export class LineDisplay {
  readonly #stream: NodeJS.WriteStream;
  #lastLine = performance.now();
  #shown = false;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  show(text: string): void {
    if (this.#stream.isTTY) {
      const width = (this.#stream.columns || 80) - 1;
      this.#stream.write(`\r\x1b[2K${text.slice(0, width)}`);
      this.#shown = true;
    } else if (performance.now() - this.#lastLine >= secondsBetweenLines * 1000) {
      this.#lastLine = performance.now();
      this.#stream.write(`${text}\n`);
    }
  }

  /** Clears the line, so that other text can follow. */
  end(): void {
    if (this.#shown) this.#stream.write('\r\x1b[2K');
    this.#shown = false;
  }
}

/** The progress of a run. */
export class ProgressDisplay extends LineDisplay {
  showRun(progress: Progress): void {
    this.show(line(progress));
  }
}

/** Shows progress while `work` lasts. */
export async function withDisplay<Display extends { end(): void }, T>(
  display: Display,
  work: (display: Display) => Promise<T>,
): Promise<T> {
  try {
    return await work(display);
  } finally {
    display.end();
  }
}

function line(progress: Progress): string {
  const percent = Math.floor((100 * progress.bytesIn) / Math.max(1, progress.bytesInTotal));
  const left = progress.secondsLeft === null ? '' : ` · ${duration(progress.secondsLeft)} left`;
  return (
    `${percent} % · ${size(progress.bytesIn)} of ` +
    `${size(progress.bytesInTotal)} · ${progress.tensors}/${progress.tensorsTotal} tensors · ` +
    `${amount(progress.weightsPerSecond)} weights/s${left} · ${printable(progress.tensor)}`
  );
}
