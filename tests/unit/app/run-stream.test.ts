import { expect, it } from 'vitest';
import { RunStream } from '../../../src/main/app/run-stream.ts';
import { CLEAR_OUTPUT } from '../../../src/shared/contract/clear-output.ts';
import type { RunEvent } from '../../../src/shared/ipc/sandbox.ts';
import { resultOf } from '../../support/run-results.ts';
import { FakeClock, utf8 } from '../sandbox/support.ts';

const setUp = (): { stream: RunStream; clock: FakeClock; told: RunEvent[] } => {
  const clock = new FakeClock();
  const told: RunEvent[] = [];
  return { clock, told, stream: new RunStream('a', clock, (event) => told.push(event)) };
};

const showing = (value: string) => ({ mime: { 'text/plain': value } });

const text = (stream: 'stdout' | 'stderr', value: string): RunEvent => ({
  type: 'text',
  runId: 'a',
  stream,
  text: value,
});

it('passes output on in the order in which it was written, pieces of one stream joined', () => {
  const { clock, stream, told } = setUp();
  stream.text({ stream: 'stdout', bytes: utf8('1') });
  stream.text({ stream: 'stdout', bytes: utf8('2') });
  stream.text({ stream: 'stderr', bytes: utf8('3') });
  stream.text({ stream: 'stdout', bytes: utf8('4') });
  expect(told).toEqual([]);
  clock.advance(20);
  expect(told).toEqual([text('stdout', '12'), text('stderr', '3'), text('stdout', '4')]);
});

it('passes on whole characters, wherever the bytes are cut, also when streams take turns', () => {
  const { stream, told } = setUp();
  const [first, second] = [utf8('é🐍'), utf8('ü')];
  for (const byte of first) {
    stream.text({ stream: 'stdout', bytes: new Uint8Array([byte]) });
    stream.text({ stream: 'stderr', bytes: second.subarray(0, 1) });
  }
  const rest = stream.end(resultOf({ stdout: 'é🐍', stderr: '\uFFFD'.repeat(first.length) }));
  expect([rest.stdout, rest.stderr]).toEqual(['', '']);
  const said = (wanted: string): string =>
    told.map((event) => (event.type === 'text' && event.stream === wanted ? event.text : '')).join('');
  expect(said('stdout')).toBe('é🐍');
  expect(said('stderr')).toBe('\uFFFD'.repeat(first.length));
});

it('passes on all that is left at the end, half a character included, and nothing afterwards', () => {
  const { clock, stream, told } = setUp();
  stream.text({ stream: 'stdout', bytes: new Uint8Array([0x61, 0xf0, 0x9f]) });
  expect(stream.end(resultOf({ stdout: 'a\uFFFD' })).stdout).toBe('');
  expect(told).toEqual([text('stdout', 'a\uFFFD')]);
  stream.text({ stream: 'stdout', bytes: utf8('late') });
  stream.display({ mime: { 'text/plain': 'late' } });
  clock.advance(1000);
  expect([told.length, clock.waiting]).toEqual([1, 0]);
});

it('passes on at the end what a cancelled run had no time for, and keeps it out of the result', () => {
  const { stream, told } = setUp();
  const shown = [{ mime: { 'text/plain': 'one' } }, { mime: { 'text/plain': 'two' } }];
  stream.text({ stream: 'stdout', bytes: utf8('heard, ü').subarray(0, -1) });
  stream.display({ mime: { 'text/plain': 'one' } });
  const result = resultOf({ status: 'cancelled', stdout: 'heard, über', stderr: 'err', outputs: shown });
  expect(stream.end(result)).toEqual({ ...result, stdout: '', stderr: '', outputs: [] });
  expect(told).toEqual([
    text('stdout', 'heard, '),
    { type: 'output', runId: 'a', mime: { 'text/plain': 'one' } },
    { type: 'output', runId: 'a', mime: { 'text/plain': 'two' } },
    text('stdout', 'über'),
    text('stderr', 'err'),
  ]);
});

it('does not pass output on again at the end that was cleared after it had been passed on', () => {
  const { stream, told } = setUp();
  const clear = { mime: { [CLEAR_OUTPUT]: '{}' } };
  for (const display of [showing('one'), showing('two'), clear, showing('three')]) stream.display(display);
  expect(stream.end(resultOf({ outputs: [showing('three'), showing('four')] })).outputs).toEqual([]);
  expect(told.map((event) => (event.type === 'output' ? event.mime : null))).toEqual(
    [showing('one'), showing('two'), clear, showing('three'), showing('four')].map(({ mime }) => mime),
  );
});

it('passes a byte order mark on as the result has it', () => {
  const { stream, told } = setUp();
  stream.text({ stream: 'stdout', bytes: utf8('\uFEFFa') });
  expect(stream.end(resultOf({ stdout: '\uFEFFa' })).stdout).toBe('');
  expect(told).toEqual([text('stdout', '\uFEFFa')]);
});

it('passes on what was printed before another event first', () => {
  const { stream, told } = setUp();
  const shown: RunEvent = { type: 'output', runId: 'a', mime: { 'text/plain': 'x' } };
  stream.text({ stream: 'stdout', bytes: utf8('before') });
  stream.event(shown);
  expect(told).toEqual([text('stdout', 'before'), shown]);
});

it('passes output on no more often than a screen is redrawn', () => {
  const { clock, stream, told } = setUp();
  for (let index = 0; index < 1000; index++) {
    stream.text({ stream: 'stdout', bytes: utf8('line\n') });
    clock.advance(1);
  }
  stream.close();
  expect(told.length).toBeLessThan(80);
  expect(told.map((event) => (event.type === 'text' ? event.text : '')).join('')).toBe('line\n'.repeat(1000));
});
