import { expect, it } from 'vitest';
import { Arrival } from '../../../src/renderer/console/model/arrival.ts';

it.each([true, false])('tells all who wait, before and after, and once only: %s', async (hasCome) => {
  const arrival = new Arrival();
  const before = arrival.hasCome;
  arrival.settle(hasCome);
  arrival.settle(!hasCome);
  expect(await Promise.all([before, arrival.hasCome])).toEqual([hasCome, hasCome]);
});

it('of what nobody has sent for is over', async () => {
  expect(await Arrival.none().hasCome).toBe(false);
});
