import { expect, it } from 'vitest';
import { RunStream } from '../../../src/main/app/run-stream.ts';
import type { RunEvent } from '../../../src/shared/ipc/sandbox.ts';
import { FakeClock, utf8 } from '../sandbox/support.ts';

const setUp = (): { stream: RunStream; clock: FakeClock; told: RunEvent[] } => {
  const clock = new FakeClock();
  const told: RunEvent[] = [];
  return { clock, told, stream: new RunStream('a', clock, (event) => told.push(event)) };
};

const text = (stream: 'stdout' | 'stderr', value: string): RunEvent => ({
  type: 'text',
  runId: 'a',
  stream,
  text: value,
});

it('tells in the order of what was written, pieces of one stream together', () => {
  const { clock, stream, told } = setUp();
  stream.text({ stream: 'stdout', bytes: utf8('1') });
  stream.text({ stream: 'stdout', bytes: utf8('2') });
  stream.text({ stream: 'stderr', bytes: utf8('3') });
  stream.text({ stream: 'stdout', bytes: utf8('4') });
  expect(told).toEqual([]);
  clock.advance(20);
  expect(told).toEqual([text('stdout', '12'), text('stderr', '3'), text('stdout', '4')]);
});

it('tells whole characters, however the bytes are cut, also when streams take turns', () => {
  const { stream, told } = setUp();
  const [first, second] = [utf8('é🐍'), utf8('ü')];
  for (const byte of first) {
    stream.text({ stream: 'stdout', bytes: new Uint8Array([byte]) });
    stream.text({ stream: 'stderr', bytes: second.subarray(0, 1) });
  }
  stream.end();
  const said = (wanted: string): string =>
    told.map((event) => (event.type === 'text' && event.stream === wanted ? event.text : '')).join('');
  expect(said('stdout')).toBe('é🐍');
  expect(said('stderr')).toBe('\uFFFD'.repeat(first.length));
});

it('ends with all that is left, half a character included, and tells nothing later', () => {
  const { clock, stream, told } = setUp();
  stream.text({ stream: 'stdout', bytes: new Uint8Array([0x61, 0xf0, 0x9f]) });
  stream.end();
  expect(told).toEqual([text('stdout', 'a\uFFFD')]);
  clock.advance(1000);
  expect([told.length, clock.waiting]).toEqual([1, 0]);
});

it('tells what was printed before something else first', () => {
  const { stream, told } = setUp();
  const shown: RunEvent = { type: 'output', runId: 'a', mime: { 'text/plain': 'x' } };
  stream.text({ stream: 'stdout', bytes: utf8('before') });
  stream.event(shown);
  expect(told).toEqual([text('stdout', 'before'), shown]);
});

it('does not tell more often than a screen shows', () => {
  const { clock, stream, told } = setUp();
  for (let index = 0; index < 1000; index++) {
    stream.text({ stream: 'stdout', bytes: utf8('line\n') });
    clock.advance(1);
  }
  stream.end();
  expect(told.length).toBeLessThan(80);
  expect(told.map((event) => (event.type === 'text' ? event.text : '')).join('')).toBe('line\n'.repeat(1000));
});
