import { expect, it } from 'vitest';

const BYTES = 30_000_000;

it.each([
  ['equal', new Uint8Array(BYTES), true],
  ['equal to a buffer', Buffer.alloc(BYTES), true],
  ['of another length', new Uint8Array(BYTES + 1), false],
  ['different in one', new Uint8Array(BYTES).fill(1, BYTES - 1), false],
])('compares bytes that are %s, also within larger buffers', (_how, other, isEqual) => {
  const bytes = new Uint8Array(BYTES);
  for (const [one, another] of [
    [bytes, other],
    [[{ bytes }], [{ bytes: other }]],
  ]) {
    if (isEqual) expect(one).toEqual(another);
    else expect(one).not.toEqual(another);
  }
});
