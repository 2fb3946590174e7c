/** Holds a run: running jobs end, no new ones start. */
export class Pause {
  #paused = false;
  #since = 0;
  #before = 0;
  readonly #listeners = new Set<(paused: boolean) => void>();

  get paused(): boolean {
    return this.#paused;
  }
  /** How long it has held so far. */
  get milliseconds(): number {
    return this.#before + (this.#paused ? performance.now() - this.#since : 0);
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
    if (paused) this.#since = performance.now();
    else this.#before = this.milliseconds;
    this.#paused = paused;
    for (const listener of this.#listeners) listener(paused);
  }
}
