/** What the page's content security policy stops, tried from within the page. */
import { expect, test } from '@playwright/test';

const ELSEWHERE = 'https://elsewhere.invalid/';

test('every way to another host or to code made from text is stopped by the policy', async ({ page, context }) => {
  const sent: string[] = [];
  const isElsewhere = (url: string) => url.startsWith(ELSEWHERE);
  // The browser tells of those that the policy stopped as well, as failed before they left.
  context.on('requestfinished', (request) => isElsewhere(request.url()) && sent.push(request.url()));
  context.on('requestfailed', (request) => {
    if (isElsewhere(request.url()) && request.failure()?.errorText !== 'csp') sent.push(request.url());
  });
  await page.goto('./');
  await page.getByRole('button', { name: 'Choose a file' }).waitFor();
  const stopped = await page.evaluate(async (host) => {
    const directives: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) => directives.push(event.effectiveDirective));
    const element = (name: string, attributes: Record<string, string>) => {
      const made = document.createElement(name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      document.body.append(made);
      return made;
    };
    const ways: [string, () => unknown][] = [
      ['connect-src', () => fetch(host)],
      ['connect-src', () => navigator.sendBeacon(host, 'x')],
      ['connect-src', () => new WebSocket(host.replace('https', 'wss'))],
      ['connect-src', () => new EventSource(host)],
      ['img-src', () => element('img', { src: `${host}x.png` })],
      ['script-src-elem', () => element('script', { src: `${host}x.js` })],
      ['script-src-elem', () => (element('script', {}).textContent = 'window.pwned = 1')],
      ['script-src', () => new Function('return 1')()],
      ['style-src-elem', () => element('link', { rel: 'stylesheet', href: `${host}x.css` })],
      ['frame-src', () => element('iframe', { src: host })],
      ['object-src', () => element('object', { data: host })],
      ['media-src', () => element('video', { src: host })],
      ['font-src', () => new FontFace('x', `url(${host}x.woff)`).load()],
      ['worker-src', () => new Worker('data:text/javascript,1')],
      ['form-action', () => (element('form', { action: host, method: 'post' }) as HTMLFormElement).submit()],
      ['base-uri', () => document.head.append(Object.assign(document.createElement('base'), { href: host }))],
    ];
    const open: string[] = [];
    for (const [directive, way] of ways) {
      const before = directives.length;
      try {
        await Promise.race([way(), new Promise((resolve) => setTimeout(resolve, 200))]);
      } catch {
        // What is stopped may throw.
      }
      for (let wait = 0; wait < 20 && directives.length === before; ++wait)
        await new Promise((resolve) => setTimeout(resolve, 20));
      if (!directives.slice(before).includes(directive)) open.push(`${directive}: ${directives.slice(before).join()}`);
    }
    return { open, pwned: 'pwned' in window };
  }, ELSEWHERE);
  expect(stopped).toEqual({ open: [], pwned: false });
  expect(sent).toEqual([]);
});
