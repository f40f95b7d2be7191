import { describe, expect, it } from 'vitest';
import { answerInPieces, wholeAnswer } from '../../../../src/shared/protocol/answers.ts';
import { guestQuestions, type GuestQuestion } from '../../../../src/shared/protocol/interpreter-methods.ts';

const QUESTIONS = Object.keys(guestQuestions) as GuestQuestion[];

type Send = Parameters<typeof wholeAnswer>[1];
const inPieces =
  (...pieces: Uint8Array[]): Send =>
  (onItem) => {
    for (const bytes of pieces) onItem({ bytes });
    return Promise.resolve();
  };

describe.each(QUESTIONS)('the answer to %s', (question) => {
  const { maxBytes } = guestQuestions[question];

  it('is whole, wherever its pieces were cut', async () => {
    const bytes = new TextEncoder().encode('é→😀');
    const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(await wholeAnswer(question, inPieces(...single))).toEqual(bytes);
    expect(await wholeAnswer(question, inPieces())).toEqual(new Uint8Array());
  });

  it('is held to its cap, whoever sent it', async () => {
    const whole = new Uint8Array(maxBytes).fill(0x20);
    expect(await wholeAnswer(question, inPieces(whole))).toHaveLength(maxBytes);
    const taken: number[] = [];
    const tooLong = answerInPieces(question, inPieces(whole, Uint8Array.of(0x20)), ({ length }) => {
      taken.push(length);
    });
    await expect(tooLong).rejects.toMatchObject({ code: 'invalid-result' });
    expect(taken).toEqual([maxBytes]);
  });

  it('is refused in empty pieces', async () => {
    await expect(wholeAnswer(question, inPieces(new Uint8Array()))).rejects.toMatchObject({
      code: 'invalid-result',
    });
  });
});

it('the answer rejects with what its reader threw, or as the call does', async () => {
  const broken = new Error('no list');
  const read = answerInPieces('listFiles', inPieces(Uint8Array.of(0x5b)), () => {
    throw broken;
  });
  await expect(read).rejects.toBe(broken);
  await expect(wholeAnswer('findImports', () => Promise.reject(broken))).rejects.toBe(broken);
});
