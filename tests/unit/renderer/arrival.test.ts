import { expect, it } from 'vitest';
import { Arrival } from '../../../src/renderer/console/model/arrival.ts';

it.each([true, false])(
  'all that wait, from before or after the arrival, get the first outcome: %s',
  async (hasCome) => {
    const arrival = new Arrival();
    const before = arrival.hasCome;
    arrival.settle(hasCome);
    arrival.settle(!hasCome);
    expect(await Promise.all([before, arrival.hasCome])).toEqual([hasCome, hasCome]);
  },
);

it('an arrival of nothing is over at once, without success', async () => {
  expect(await Arrival.none().hasCome).toBe(false);
});
