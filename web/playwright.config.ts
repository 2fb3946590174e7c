import { defineConfig } from '@playwright/test';

const port = Number(process.env.NIBBLE_E2E_PORT ?? 4373);

// The distribution's Chromium, without the requests that a browser makes of its own.
export default defineConfig({
  testDir: 'e2e',
  timeout: 60_000,
  workers: 2, // half of each test is waiting
  retries: 1, // a shared machine may stall for seconds; what needs a second try is listed as flaky
  reporter: [['list']],
  use: {
    baseURL: `http://localhost:${port}/`,
    launchOptions: {
      executablePath: process.env.NIBBLE_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
  webServer: { command: `node e2e/static-server.mjs ${port}`, url: `http://localhost:${port}/` },
});
