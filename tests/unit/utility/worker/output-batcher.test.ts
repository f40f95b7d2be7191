import { describe, expect, it } from 'vitest';
import { MAX_SMALL_PIECES } from '../../../../src/shared/protocol/interpreter.ts';
import { OutputBatcher } from '../../../../src/utility/worker/output-batcher.ts';
import { makeRandom } from '../../../support/random.ts';
import { utf8 } from '../../sandbox/support.ts';

/** All of it, or its beginning and its end with the number of bytes between them; of very little, the beginning. */
const expectEnds = (sent: string, all: string, cut: boolean): void => {
  const leftOut = /\n\[\.\.\. (\d+) bytes left out \.\.\.\]\n/u.exec(sent);
  if (leftOut === null) {
    expect(cut ? all.slice(0, sent.length) : all).toBe(sent);
    return;
  }
  const head = sent.slice(0, leftOut.index);
  const tail = sent.slice(leftOut.index + leftOut[0].length);
  expect([all.startsWith(head), all.endsWith(tail)]).toEqual([true, true]);
  expect(head.length + Number(leftOut[1]) + tail.length).toBe(all.length);
};

describe('OutputBatcher', () => {
  const setUp = (capBytes = 1e6, pieceBytes = 100) => {
    const time = { now: 0 };
    const sent: Uint8Array[] = [];
    const batcher = new OutputBatcher({
      now: () => time.now,
      send: (piece) => sent.push(piece),
      pieceBytes,
      capBytes,
      encode: utf8,
    });
    return { time, sent, batcher, text: () => Buffer.concat(sent).toString('latin1') };
  };

  it('sends a burst at once, gathers a steady stream, and sends that in time', () => {
    const { time, sent, batcher, text } = setUp();
    for (let count = 0; count < 32; count++) batcher.write(utf8('a'));
    expect(sent).toHaveLength(32);
    batcher.write(utf8('b'));
    expect(sent).toHaveLength(32);
    time.now = 2;
    batcher.write(utf8('c'));
    expect([sent.length, text().slice(32)]).toEqual([33, 'bc']);
    batcher.write(utf8('d'));
    batcher.flush();
    batcher.flush();
    expect([sent.length, text().slice(34)]).toEqual([34, 'd']);
  });

  it('sends what is gathered when Python pauses, as often as small pieces may be sent', () => {
    const { time, sent, batcher, text } = setUp();
    for (let count = 0; count < 33; count++) batcher.write(utf8('a'));
    expect([batcher.sendIfDue(), batcher.sendIfDue()]).toEqual([false, false]);
    expect(sent).toHaveLength(32);
    time.now = 2;
    expect([batcher.sendIfDue(), batcher.sendIfDue()]).toEqual([true, true]);
    expect([sent.length, text()]).toEqual([33, 'a'.repeat(33)]);
  });

  it('sends no more small pieces than the stream has room for, however long the run', () => {
    const { time, sent, batcher, text } = setUp(1e6, 1e5);
    for (let count = 0; count < MAX_SMALL_PIECES + 10; count++) {
      batcher.write(utf8('x'));
      time.now += 2;
    }
    expect(sent).toHaveLength(MAX_SMALL_PIECES);
    // There is nothing to come back for.
    expect(batcher.sendIfDue()).toBe(true);
    batcher.flush();
    expect(text()).toHaveLength(MAX_SMALL_PIECES + 10);
  });

  it('cuts at the cap, and says so only then', () => {
    const { batcher, text } = setUp(5);
    batcher.write(utf8('12345'));
    expect(batcher.cut).toBe(false);
    batcher.write(utf8('6'));
    batcher.end();
    expect([batcher.cut, text()]).toEqual([true, '12345']);
  });

  it('copies what it keeps: the memory of the guest changes', () => {
    const { batcher, text } = setUp(1000, 1000);
    const memory = Buffer.alloc(600, 'a');
    batcher.write(memory);
    memory.fill('b');
    batcher.end();
    expect(text()).toBe('a'.repeat(600));
  });

  it('loses and reorders nothing, and keeps to the size of a piece', () => {
    const random = makeRandom(3);
    for (let round = 0; round < 200; round++) {
      const cap = Math.floor(random() * 3000);
      const { time, sent, batcher, text } = setUp(cap, 1 + Math.floor(random() * 60));
      let all = '';
      for (let step = 0; step < 80; step++) {
        const part = Buffer.from(
          Array.from({ length: Math.floor(random() * 90) }, () => Math.floor(random() * 256)),
        );
        all += part.toString('latin1');
        batcher.write(part);
        time.now += random() < 0.3 ? random() * 5 : 0;
        if (random() < 0.1) batcher.flush();
      }
      batcher.end();
      const sentText = text();
      expect(sentText.length).toBeLessThanOrEqual(cap);
      expectEnds(sentText, all, batcher.cut);
      expect(sent.every((piece) => piece.length > 0 && piece.buffer.byteLength === piece.length)).toBe(true);
    }
  });
});
