/** A tab of some browser, and a person's ways through the page in it. What runs in the page uses nothing around it. */
export interface Tab {
  open(url: string): Promise<void>;
  /** Runs a function in the page, as if a person had just clicked; arguments and answer are what JSON holds. */
  run<A extends unknown[], T>(act: (...given: A) => T | Promise<T>, ...given: A): Promise<T>;
  /** Answers the file chooser that the action opens. */
  choose(path: string, open: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export interface Browser {
  readonly version: string;
  /** Where downloads arrive. */
  readonly downloads: string;
  /** Errors and warnings of pages, and requests to other hosts than theirs. */
  readonly complaints: readonly string[];
  newTab(): Promise<Tab>;
  close(): Promise<void>;
}

const POLL_MS = 100;

/** Waits until the function in the page answers something true, and answers it. */
export async function until<A extends unknown[], T>(
  tab: Tab,
  what: string,
  ask: (...given: A) => T | Promise<T>,
  ...given: A
): Promise<NonNullable<T>> {
  const end = Date.now() + 40_000;
  for (;;) {
    const answer = await tab.run(ask, ...given);
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`Waited in vain for ${what}; the page says: ${await tab.run(pageText)}`);
    await new Promise((wait) => setTimeout(wait, POLL_MS));
  }
}

const pageText = (): string => document.body.innerText.slice(0, 2000);

/** Clicks a button or link by its whole text, when it is there and can be clicked. */
export async function click(tab: Tab, text: string): Promise<void> {
  await until(
    tab,
    `“${text}”`,
    (wanted) => {
      const found = [...document.querySelectorAll<HTMLElement>('button, a')].find(
        (one) => one.textContent?.trim() === wanted && one.checkVisibility() && !one.matches(':disabled'),
      );
      found?.click();
      return found !== undefined;
    },
    text,
  );
}

/** The text of an element once it is what it should be. */
export function untilText(tab: Tab, selector: string, pattern: RegExp): Promise<string> {
  return until(
    tab,
    `${pattern} in ${selector}`,
    (where, source) => {
      const text = [...document.querySelectorAll(where)].map((one) => one.textContent).join('\n');
      return new RegExp(source, 'u').test(text) ? text : null;
    },
    selector,
    pattern.source,
  );
}

export async function chooseType(tab: Tab, type: string): Promise<void> {
  await until(
    tab,
    `the type ${type}`,
    (wanted) => {
      const input = document.querySelector<HTMLInputElement>(`input[name="file-type"][value="${wanted}"]`);
      input?.click();
      return input?.checked;
    },
    type,
  );
}

/** The hash that the page shows when the output of this type is complete. */
export async function resultHash(tab: Tab, type: string): Promise<string> {
  await untilText(tab, '#result .place-status', new RegExp(`^${type}$`));
  return untilText(tab, '[data-testid="sha256"]', /^[0-9a-f]{64}$/);
}
