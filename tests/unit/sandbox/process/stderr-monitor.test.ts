import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { StderrMonitor, saysOutOfMemory } from '../../../../src/main/sandbox/process/stderr-monitor.ts';

describe('words of engines', () => {
  it.each([
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    'FATAL ERROR: CALL_AND_RETRY_LAST Allocation failed - JavaScript heap out of memory',
    '\n<--- JS stacktrace --->\n\nFATAL ERROR: invalid array length Allocation failed - JavaScript heap out of memory\n',
    'FATAL ERROR: invalid table size Allocation failed - process out of memory',
    '#\n# Fatal error in , line 0\n# Fatal JavaScript invalid size error 169220804\n#',
    '#\n# Fatal process out of memory: Zone\n',
    "terminate called after throwing an instance of 'std::bad_alloc'\n",
  ])('for memory that ran out: %s', (text) => {
    expect(saysOutOfMemory(text)).toBe(true);
  });

  it.each([
    '',
    'Assertion failed: (async_id) >= (-1)',
    'FATAL ERROR: v8::ToLocalChecked Empty MaybeLocal',
    'Exception in PromiseRejectCallback: out of memory',
    'a guest says: FATAL ERROR: out of memory',
    "terminate called after throwing an instance of 'std::logic_error'",
  ])('for something else: %s', (text) => {
    expect(saysOutOfMemory(text)).toBe(false);
  });
});

describe('what a process prints', () => {
  it('is recognised across pieces, after any amount of other output', async () => {
    const stream = new PassThrough();
    const words = new StderrMonitor(stream);
    for (let index = 0; index < 1000; index++) stream.write(`${'x'.repeat(1000)}\n`);
    for (const piece of ['\nFATAL ER', 'ROR: Reached heap limit Allo', 'cation failed - JavaScript heap'])
      stream.write(piece);
    stream.end();
    expect(await words.saidOutOfMemory('SIGABRT')).toBe(true);
    const whole = new PassThrough();
    const others = new StderrMonitor(whole);
    whole.write('x\nFATAL ER');
    const asked = others.saidOutOfMemory('SIGABRT');
    whole.end('ROR: Reached heap limit Allocation failed');
    expect(await asked).toBe(true);
  });

  it('is ignored when it was killed, and is waited for with a limit', async () => {
    const stream = new PassThrough();
    const words = new StderrMonitor(stream);
    stream.write('FATAL ERROR: out of memory\n');
    expect(await words.saidOutOfMemory('SIGKILL')).toBe(false);
    expect(await words.saidOutOfMemory(null)).toBe(true);
    expect(await new StderrMonitor(null).saidOutOfMemory('SIGABRT')).toBe(false);
  });

  it('is read in bounded time, whatever it is', async () => {
    const stream = new PassThrough();
    const words = new StderrMonitor(stream);
    const before = process.cpuUsage();
    for (const text of ['FATAL ERROR: '.repeat(5000), 'terminate called '.repeat(5000), '#'.repeat(60_000)]) {
      for (let index = 0; index < 20; index++) stream.write(text);
    }
    stream.end();
    expect(await words.saidOutOfMemory(null)).toBe(false);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000);
  });
});
