import { defineConfig } from '@playwright/test';
import { CHROMIUM } from './e2e/browser.mjs';

const port = Number(process.env.NIBBLE_E2E_PORT ?? 4373);

export default defineConfig({
  testDir: 'e2e',
  timeout: 60_000,
  workers: 2, // half of each test is waiting
  retries: 1, // a shared machine may stall for seconds; what needs a second try is listed as flaky
  reporter: [['list']],
  use: {
    baseURL: `http://localhost:${port}/`,
    launchOptions: CHROMIUM,
  },
  webServer: { command: `node e2e/static-server.mjs ${port}`, url: `http://localhost:${port}/` },
});
