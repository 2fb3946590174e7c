/** The distribution's Firefox, without a window, through WebDriver BiDi. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BidiConnection } from './bidi';
import type { Browser, Tab } from './tab';

const PROGRAM = process.env.NIBBLE_FIREFOX ?? 'firefox-esr';

export class Firefox implements Browser {
  readonly complaints: string[] = [];
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #bidi: BidiConnection;
  #version = '';

  /** `isPrivate`: every tab is one of a private window. */
  static async start({ isPrivate = false } = {}): Promise<Firefox> {
    const folder = mkdtempSync(join(process.env.TMPDIR ?? tmpdir(), 'nibble-firefox-'));
    const downloads = join(folder, 'downloads');
    mkdirSync(downloads);
    const preferences = {
      'browser.download.dir': downloads,
      'browser.download.folderList': 2, // the folder above
      'browser.download.useDownloadDir': true,
      'browser.privatebrowsing.autostart': isPrivate,
      'browser.shell.checkDefaultBrowser': false,
      'intl.accept_languages': 'en',
      'dom.max_script_run_time': 0, // a busy machine
    };
    writeFileSync(
      join(folder, 'user.js'),
      Object.entries(preferences)
        .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
        .join(''),
    );
    const options = ['--headless', '--no-remote', '--profile', folder, '--remote-debugging-port', '0'];
    const child = spawn(PROGRAM, options, { stdio: ['ignore', 'ignore', 'pipe'] });
    const url = await new Promise<string>((resolve, reject) => {
      let said = '';
      child.stderr.on('data', (text) => {
        said += String(text);
        const address = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(said)?.[1];
        if (address) resolve(address);
      });
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`${PROGRAM} ended with ${code}: ${said}`)));
    });
    const firefox = new Firefox(child, folder, await BidiConnection.connect(`${url}/session`));
    await firefox.#begin();
    return firefox;
  }

  private constructor(child: ChildProcess, folder: string, bidi: BidiConnection) {
    this.#process = child;
    this.#folder = folder;
    this.#bidi = bidi;
  }

  get version(): string {
    return this.#version;
  }
  get downloads(): string {
    return join(this.#folder, 'downloads');
  }

  async newTab(): Promise<Tab> {
    const { context } = await this.#bidi.send('browsingContext.create', { type: 'tab' });
    return new FirefoxTab(this.#bidi, context as string);
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    await this.#bidi.send('browser.close').catch(() => {});
    this.#bidi.close();
    await gone;
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #begin(): Promise<void> {
    const { capabilities } = await this.#bidi.send('session.new', { capabilities: {} });
    const { browserName, browserVersion } = capabilities as Record<string, string>;
    this.#version = `${browserName} ${browserVersion}`;
    this.#bidi.onEvent((method, params) => {
      if (method === 'log.entryAdded' && ['error', 'warn'].includes(params.level as string))
        this.complaints.push(`${params.level as string}: ${params.text as string}`);
      if (method !== 'network.beforeRequestSent') return;
      const { url } = params.request as { url: string };
      if (!/^(blob:)?http:\/\/localhost[:/]|^data:/.test(url)) this.complaints.push(`request to ${url}`);
    });
    const events = ['log.entryAdded', 'network.beforeRequestSent', 'input.fileDialogOpened'];
    await this.#bidi.send('session.subscribe', { events });
  }
}

class FirefoxTab implements Tab {
  readonly #bidi: BidiConnection;
  readonly #context: string;

  constructor(bidi: BidiConnection, context: string) {
    this.#bidi = bidi;
    this.#context = context;
  }

  async open(url: string): Promise<void> {
    await this.#bidi.send('browsingContext.navigate', { context: this.#context, url, wait: 'complete' });
  }

  async run<A extends unknown[], T>(act: (...given: A) => T | Promise<T>, ...given: A): Promise<T> {
    const answer = await this.#bidi.send('script.callFunction', {
      functionDeclaration: `async (given) => JSON.stringify(await (${String(act)})(...JSON.parse(given)) ?? null)`,
      arguments: [{ type: 'string', value: JSON.stringify(given) }],
      target: { context: this.#context },
      awaitPromise: true,
      userActivation: true,
    });
    if (answer.type !== 'success') throw new Error((answer.exceptionDetails as { text: string }).text);
    return JSON.parse((answer.result as { value: string }).value) as T;
  }

  async choose(path: string, open: () => Promise<void>): Promise<void> {
    const element = new Promise<unknown>((resolve) =>
      this.#bidi.onEvent((method, params) => {
        if (method === 'input.fileDialogOpened' && params.context === this.#context) resolve(params.element);
      }),
    );
    await open();
    await this.#bidi.send('input.setFiles', { context: this.#context, element: await element, files: [path] });
  }

  async close(): Promise<void> {
    await this.#bidi.send('browsingContext.close', { context: this.#context, promptUnload: false });
  }
}
