/** The static host of the end-to-end tests, on a port that is free. */
import { spawn } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

export interface Served {
  url: string;
  close(): void;
}

export async function serve(): Promise<Served> {
  const port = await freePort();
  const program = fileURLToPath(new URL('../e2e/static-server.mjs', import.meta.url));
  const server = spawn(process.execPath, [program, String(port)], { stdio: 'inherit' });
  const url = `http://localhost:${port}/`;
  await answering(url);
  return { url, close: () => server.kill() };
}

/** Waits until somebody answers there. */
export async function answering(address: string): Promise<void> {
  const end = Date.now() + 20_000;
  for (;;) {
    const isThere = await fetch(address).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isThere) return;
    if (Date.now() > end) throw new Error(`Nothing answers at ${address}`);
    await new Promise((wait) => setTimeout(wait, 50));
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
