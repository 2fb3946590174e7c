/** Addresses of places and their tabs, and back. */
import { expect, test, vi } from 'vitest';

/** The page's addresses as they are in a window whose address ends in this. */
async function windowAt(hash: string) {
  const location = { hash };
  const pushed: string[] = [];
  const go = (_state: unknown, _title: string, address: string) => {
    location.hash = address;
    pushed.push(address);
  };
  const listeners: (() => void)[] = [];
  vi.stubGlobal('location', location);
  vi.stubGlobal('history', { pushState: go, replaceState: go });
  vi.stubGlobal('window', { scrollY: 0, addEventListener: (_: string, listen: () => void) => listeners.push(listen) });
  vi.resetModules();
  const address = await import('../src/app/address');
  address.followAddress();
  const arrive = (at: string) => {
    location.hash = at;
    for (const listen of listeners) listen();
  };
  return { ...address, pushed, arrive };
}

test.each([
  ['', { place: 'model', view: 'bytes' }],
  ['#/model/tensors', { place: 'model', view: 'tensors' }],
  ['#/plan', { place: 'plan', view: 'types' }],
  ['#plan', { place: 'plan', view: 'types' }],
  ['#/plan/', { place: 'plan', view: 'types' }],
  ['#/run', { place: 'run', view: null }],
  ['#/result/answers', { place: 'result', view: 'answers' }],
  ['#lab:w=1,2', { place: 'lab', view: null }],
  ['#/elsewhere', null],
])('%j', async (hash, shown) => {
  const { readAddress } = await windowAt('');
  expect(readAddress(hash)).toEqual(shown);
});

test('a tab that is opened is a step in the history, whoever opens it; one that is not shown is none', async () => {
  const { views, goTo, pushed, place } = await windowAt('');
  expect(pushed).toEqual([]);
  views.model.value = 'tensors';
  views.plan.value = 'size';
  expect(pushed).toEqual(['#/model/tensors']);
  goTo('plan', 'importance');
  goTo('plan');
  goTo('model', 'bytes');
  expect(pushed).toEqual(['#/model/tensors', '#/plan/importance', '#/model']);
  expect(place.value).toBe('model');
});

test('an address that is gone to is shown as it is, and adds no step; the keyboard goes with places', async () => {
  const { views, arrive, pushed, place, arrivals, addressOf } = await windowAt('#/plan/size');
  expect([place.value, views.plan.value, addressOf('plan')]).toEqual(['plan', 'size', '#/plan/size']);
  const before = arrivals.value;
  arrive('#/plan');
  expect([views.plan.value, arrivals.value]).toEqual(['types', before]);
  arrive('#/result/answers');
  expect([place.value, views.result.value, arrivals.value]).toEqual(['result', 'answers', before + 1]);
  arrive('#/elsewhere');
  expect([place.value, pushed]).toEqual(['result', []]);
  arrive('#lab');
  expect(pushed).toEqual(['#/lab']); // an earlier version's address, written anew
});
