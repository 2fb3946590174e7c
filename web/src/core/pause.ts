/** Holds a run: running jobs end, no new ones start. */
export class Pause {
  #paused = false;
  readonly #listeners = new Set<(paused: boolean) => void>();

  get paused(): boolean {
    return this.#paused;
  }
  pause(): void {
    this.#set(true);
  }
  resume(): void {
    this.#set(false);
  }
  /** Returns the function that stops listening. */
  listen(listener: (paused: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #set(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    for (const listener of this.#listeners) listener(paused);
  }
}
