/** What work costs a page's thread, in time of the processor: other work on the machine does not count. */
import type { CDPSession, Page } from '@playwright/test';

/** Milliseconds of the yardstick, chosen a fifth below what an idle machine took that just missed the budgets. */
const USUAL = 16;

/** Asks for what the page's thread took until now. Detach the session in the end. */
export async function processorClock(page: Page): Promise<{ session: CDPSession; taken: () => Promise<number> }> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const taken = async () =>
    ((await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) *
    1000;
  return { session, taken };
}

/**
 * How many times as long as usual the processor takes for the same work just now, at least 1: budgets of time are to be
 * multiplied by it. A processor that shares its core, caches or clock with others takes up to twice its time.
 */
export async function slowness(page: Page): Promise<number> {
  const { session, taken } = await processorClock(page);
  const work = () =>
    page.evaluate(() => {
      let rows = Array.from({ length: 20_000 }, (_, at) => ({ at, name: `row ${at * 7919}` }));
      for (let turn = 0; turn < 3; turn += 1) rows = JSON.parse(JSON.stringify(rows)) as typeof rows;
      return rows.sort((a, b) => (a.name < b.name ? -1 : 1)).length;
    });
  await work(); // until it is compiled
  const before = await taken();
  for (let turn = 0; turn < 3; turn += 1) await work();
  const each = ((await taken()) - before) / 3;
  await session.detach();
  return Math.max(1, each / USUAL);
}
