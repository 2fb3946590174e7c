/** WebDriver BiDi (https://www.w3.org/TR/webdriver-bidi/): commands and events over one WebSocket. */
import WebSocket from 'ws';

type Json = Record<string, unknown>;

export class BidiConnection {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, { resolve: (result: Json) => void; reject: (error: Error) => void }>();
  readonly #listeners: ((method: string, params: Json) => void)[] = [];
  #commands = 0;

  static async connect(url: string): Promise<BidiConnection> {
    const socket = new WebSocket(url, { maxPayload: 2 ** 28 });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return new BidiConnection(socket);
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#receive(JSON.parse(String(data)) as Json));
    socket.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('The browser is gone.'));
    });
  }

  /** Throws what the browser says is wrong. */
  send(method: string, params: Json = {}): Promise<Json> {
    const id = ++this.#commands;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  onEvent(listener: (method: string, params: Json) => void): void {
    this.#listeners.push(listener);
  }

  close(): void {
    this.#socket.close();
  }

  #receive(message: Json): void {
    if (message.type === 'event') {
      for (const listener of this.#listeners) listener(message.method as string, message.params as Json);
      return;
    }
    const asked = this.#waiting.get(message.id as number);
    this.#waiting.delete(message.id as number);
    if (message.type === 'success') asked?.resolve(message.result as Json);
    else asked?.reject(new Error(`${message.error as string}: ${message.message as string}`));
  }
}
