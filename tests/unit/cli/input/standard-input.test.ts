import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { StandardInput } from '../../../../src/main/cli/input/standard-input.ts';

const never = new AbortController().signal;
const nobody = (): void => undefined;

it('gives lines in order, the last without its end too, then none', async () => {
  const stream = new PassThrough();
  let opened = 0;
  const input = new StandardInput(() => {
    opened++;
    return stream;
  }, nobody);
  expect(opened).toBe(0);
  stream.write('one\r\ntw');
  const first = input.line(never, false);
  stream.write('o\nthree');
  stream.end();
  expect(await first).toBe('one');
  expect([await input.line(never, false), await input.line(never, false)]).toEqual(['two', 'three']);
  expect([await input.line(never, false), await input.line(never, false)]).toEqual([null, null]);
  expect(opened).toBe(1);
});

it('stops waiting when the question is withdrawn, and loses no line by that', async () => {
  const stream = new PassThrough();
  const input = new StandardInput(() => stream, nobody);
  const stop = new AbortController();
  const waiting = input.line(stop.signal, false);
  stop.abort();
  expect(await waiting).toBeNull();
  stream.write('later\n');
  expect(await input.line(never, false)).toBe('later');
  input.close();
  expect(await input.line(never, false)).toBeNull();
});

it('forgets what was typed before a question, also what nobody has read yet', async () => {
  const stream = new PassThrough();
  const input = new StandardInput(() => stream, nobody);
  stream.write('first\ny\na\n');
  expect(await input.line(never, false)).toBe('first');
  await input.forget(never);
  const answer = input.line(never, false);
  stream.write('n\n');
  expect(await answer).toBe('n');
  stream.end();
  await input.forget(never);
  expect(await input.line(never, false)).toBeNull();
});

it('takes an error of the stream for its end', async () => {
  const stream = new PassThrough();
  const input = new StandardInput(() => stream, nobody);
  const waiting = input.line(never, false);
  stream.destroy(new Error('broken'));
  expect(await waiting).toBeNull();
});

describe('a secret', () => {
  /** Takes notes of how the terminal is asked to treat what is typed. */
  class Terminal extends PassThrough {
    readonly isTTY = true;
    readonly raw: boolean[] = [];
    setRawMode(raw: boolean): this {
      this.raw.push(raw);
      return this;
    }
  }

  it('is not echoed by the terminal, while other lines are', async () => {
    const terminal = new Terminal();
    const input = new StandardInput(() => terminal, nobody);
    const open = input.line(never, false);
    terminal.write('one\n');
    expect([await open, terminal.raw]).toEqual(['one', []]);
    const secret = input.line(never, true);
    expect(terminal.raw).toEqual([true]);
    terminal.write('hux\u007fsh\r');
    expect([await secret, terminal.raw]).toEqual(['hush', [true, false]]);
    const after = input.line(never, false);
    terminal.write('two\n');
    expect([await after, terminal.raw]).toEqual(['two', [true, false]]);
    const ended = input.line(never, true);
    terminal.write('\u0004');
    expect([await ended, terminal.raw]).toEqual([null, [true, false, true, false]]);
  });

  it('lets Ctrl-C interrupt, and restores the terminal when the question is withdrawn', async () => {
    const terminal = new Terminal();
    const stop = new AbortController();
    const input = new StandardInput(
      () => terminal,
      () => stop.abort(),
    );
    const waiting = input.line(stop.signal, true);
    terminal.write('hu\u0003');
    expect([await waiting, terminal.raw]).toEqual([null, [true, false]]);
  });

  it('is a line like others where there is no terminal', async () => {
    const stream = new PassThrough();
    const input = new StandardInput(() => stream, nobody);
    stream.end('hush\nlast');
    expect([await input.line(never, true), await input.line(never, true)]).toEqual(['hush', 'last']);
    expect(await input.line(never, true)).toBeNull();
  });
});
