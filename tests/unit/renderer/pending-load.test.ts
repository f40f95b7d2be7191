import { expect, it } from 'vitest';
import { PendingLoad } from '../../../src/renderer/console/model/pending-load.ts';

it.each([true, false])(
  'all that wait, from before or after the load, get the first outcome: %s',
  async (isLoaded) => {
    const pendingLoad = new PendingLoad();
    const before = pendingLoad.isLoaded;
    pendingLoad.settle(isLoaded);
    pendingLoad.settle(!isLoaded);
    expect(await Promise.all([before, pendingLoad.isLoaded])).toEqual([isLoaded, isLoaded]);
  },
);

it('a pending load of nothing is over at once, without success', async () => {
  expect(await PendingLoad.none().isLoaded).toBe(false);
});
