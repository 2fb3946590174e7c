import { defineConfig } from 'vitest/config';

/** The page in other browsers than Chromium: `web/dist` in each, one after another. */
export default defineConfig({
  test: {
    include: ['engines/*.test.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 60_000,
  },
});
