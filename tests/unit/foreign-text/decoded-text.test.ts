import { expect, it } from 'vitest';
import { decodedText } from '../../../src/main/foreign-text/decoded-text.ts';

it('is the text that decoding in one go gives, wherever the pieces end', async () => {
  // Characters of three bytes: pieces end inside of them.
  const bytes = new TextEncoder().encode(`a${'語'.repeat(300_000)}`);
  expect(await decodedText(bytes)).toBe(new TextDecoder().decode(bytes));
  const broken = bytes.subarray(0, -1);
  expect(await decodedText(broken)).toBe(new TextDecoder().decode(broken));
});

it('lets others have their turn while it decodes', async () => {
  let others = 0;
  const other = setInterval(() => {
    others += 1;
  }, 0);
  try {
    await decodedText(new Uint8Array(16 * 1024 * 1024));
  } finally {
    clearInterval(other);
  }
  expect(others).toBeGreaterThan(0);
});
