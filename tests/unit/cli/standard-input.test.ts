import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { StandardInput } from '../../../src/main/cli/standard-input.ts';

const never = new AbortController().signal;

it('gives lines in order, the last without its end too, then none', async () => {
  const stream = new PassThrough();
  let opened = 0;
  const input = new StandardInput(() => {
    opened++;
    return stream;
  });
  expect(opened).toBe(0);
  stream.write('one\r\ntw');
  const first = input.line(never);
  stream.write('o\nthree');
  stream.end();
  expect(await first).toBe('one');
  expect([await input.line(never), await input.line(never)]).toEqual(['two', 'three']);
  expect([await input.line(never), await input.line(never)]).toEqual([null, null]);
  expect(opened).toBe(1);
});

it('waits no longer than it is wanted, and loses no line by that', async () => {
  const stream = new PassThrough();
  const input = new StandardInput(() => stream);
  const stop = new AbortController();
  const waiting = input.line(stop.signal);
  stop.abort();
  expect(await waiting).toBeNull();
  stream.write('later\n');
  expect(await input.line(never)).toBe('later');
  input.close();
  expect(await input.line(never)).toBeNull();
});

it('takes a broken stream for its end', async () => {
  const stream = new PassThrough();
  const input = new StandardInput(() => stream);
  const waiting = input.line(never);
  stream.destroy(new Error('broken'));
  expect(await waiting).toBeNull();
});
