/**
 * How tests, pictures and measurements start the distribution's Chromium: the build without windows, whose pages take a
 * third of the processor time (the other draws its own toolbar as a page, too), and no requests of the browser's own.
 */
export const CHROMIUM = {
  executablePath: process.env.NIBBLE_CHROMIUM ?? '/usr/bin/chromium-headless-shell',
  args: [
    '--no-sandbox',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ],
};
