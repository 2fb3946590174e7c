/** The distribution’s WebKitGTK, on a screen that nobody sees, through WebDriver (www.w3.org/TR/webdriver2). */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answering, freePort } from './served';
import type { Browser, Tab } from './tab';

export class WebKit implements Browser {
  readonly version: string;
  readonly downloads: string;
  readonly complaints: string[] = []; // WebDriver tells none
  readonly #processes: readonly ChildProcess[];
  readonly #session: string;

  static async start(): Promise<WebKit> {
    const folder = mkdtempSync(join(process.env.TMPDIR ?? tmpdir(), 'nibble-webkit-'));
    const [screen, display] = await startScreen();
    const port = await freePort();
    const driver = spawn('WebKitWebDriver', [`--port=${port}`], {
      stdio: 'ignore',
      env: {
        ...process.env,
        DISPLAY: display,
        GDK_BACKEND: 'x11',
        HOME: folder, // downloads arrive there
        LIBGL_ALWAYS_SOFTWARE: '1',
        WEBKIT_DISABLE_DMABUF_RENDERER: '1',
        // Its sandbox needs what containers do not give; the pages are our own.
        WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      },
    });
    try {
      const address = `http://127.0.0.1:${port}`;
      await answering(`${address}/status`);
      const begun = await send<{ sessionId: string; capabilities: Record<string, string> }>(`${address}/session`, {
        capabilities: {},
      });
      const session = `${address}/session/${begun.sessionId}`;
      await send(`${session}/timeouts`, { script: 120_000 });
      const { browserName, browserVersion } = begun.capabilities;
      return new WebKit(`WebKitGTK ${browserVersion} (${browserName})`, folder, session, [driver, screen]);
    } catch (error) {
      driver.kill();
      screen.kill();
      throw error;
    }
  }

  private constructor(version: string, folder: string, session: string, processes: readonly ChildProcess[]) {
    this.version = version;
    this.downloads = folder;
    this.#session = session;
    this.#processes = processes;
  }

  /** The one tab of this browser. */
  newTab(): Promise<Tab> {
    return Promise.resolve(new WebKitTab(this.#session));
  }

  async close(): Promise<void> {
    await fetch(this.#session, { method: 'DELETE' }).catch(() => {});
    for (const one of this.#processes) one.kill();
    rmSync(this.downloads, { recursive: true, force: true, maxRetries: 5 });
  }
}

class WebKitTab implements Tab {
  readonly #session: string;

  constructor(session: string) {
    this.#session = session;
  }

  async open(url: string): Promise<void> {
    await send(`${this.#session}/url`, { url });
  }

  async run<A extends unknown[], T>(act: (...given: A) => T | Promise<T>, ...given: A): Promise<T> {
    const script = `const [given, done] = arguments;
      (async () => ({ value: (await (${String(act)})(...given)) ?? null }))()
        .then(done, (error) => done({ error: String(error) }));`;
    const answer = await send<{ value: T; error?: string }>(`${this.#session}/execute/async`, {
      script,
      args: [given],
    });
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value;
  }

  async choose(path: string, open: () => Promise<void>): Promise<void> {
    await open();
    const input = await send<Record<string, string>>(`${this.#session}/element`, {
      using: 'css selector',
      value: 'input[type="file"]',
    });
    await send(`${this.#session}/element/${Object.values(input)[0]!}/value`, { text: path });
  }

  close(): Promise<void> {
    return this.open('about:blank');
  }
}

/** Throws what the driver says is wrong. */
async function send<T>(address: string, body: object): Promise<T> {
  const response = await fetch(address, { method: 'POST', body: JSON.stringify(body) });
  const { value } = (await response.json()) as { value: T & { error?: string; message?: string } };
  if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}

/** Starts a screen in memory and answers its name, too. */
async function startScreen(): Promise<[ChildProcess, string]> {
  const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const number = await new Promise<string>((resolve, reject) => {
    screen.stdio[3]!.once('data', (said) => resolve(String(said).trim()));
    screen.once('error', reject);
    screen.once('exit', (code) => reject(new Error(`Xvfb ended with ${code}`)));
  });
  return [screen, `:${number}`];
}
