import { expect, it } from 'vitest';
import { PartSizes } from '../../../src/main/work/part-sizes.ts';

it('parts are counted once, with their size of now', () => {
  const sizes = new PartSizes();
  sizes.set('s1', 10);
  sizes.set('s2', 5);
  sizes.set('s1', 3);
  expect([sizes.bytes, sizes.count, sizes.of('s1'), sizes.of('s3')]).toEqual([8, 2, 3, undefined]);
  sizes.delete('s1');
  sizes.delete('s1');
  sizes.delete('s3');
  expect([sizes.bytes, sizes.count, sizes.names]).toEqual([5, 1, ['s2']]);
});
