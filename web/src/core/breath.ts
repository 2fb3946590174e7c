/** Lets whatever else waits for this thread go first: between two steps of a long job, the page stays usable. */
export function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
