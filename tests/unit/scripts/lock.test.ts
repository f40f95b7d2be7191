import { EventEmitter, once } from 'node:events';
import { mkdirSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { withLock } from '../../../scripts/shared/lock.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

function lockIn(folder: string) {
  const said: string[] = [];
  const options = {
    lockPath: path.join(folder, 'sub', 'the.lock'),
    purpose: 'testing',
    log: (line: string) => {
      said.push(line);
    },
  };
  return { said, options };
}

test('two holders run one after the other, and the second says that it waits', async () => {
  const { said, options } = lockIn(temporaryFolder());
  const order: string[] = [];
  const events = new EventEmitter();
  const firstIsIn = once(events, 'first is in');
  const secondWaits = once(events, 'second waits');
  const first = withLock(options, async () => {
    events.emit('first is in');
    await secondWaits;
    order.push('first');
  });
  await firstIsIn;
  const log = (line: string) => {
    options.log(line);
    events.emit('second waits');
  };
  const second = withLock({ ...options, log }, async () => {
    order.push('second');
  });
  await Promise.all([first, second]);
  expect(order).toEqual(['first', 'second']);
  expect(said).toEqual(['waiting for another process that is testing …']);
});

test('a lock whose holder gives no sign of life is taken over', async () => {
  const { said, options } = lockIn(temporaryFolder());
  mkdirSync(options.lockPath, { recursive: true });
  const longAgo = new Date(Date.now() - 3_600_000);
  utimesSync(options.lockPath, longAgo, longAgo);
  expect(await withLock(options, () => Promise.resolve('ran'))).toBe('ran');
  expect(said).toEqual([]);
});

test('a failing action releases the lock and rejects with its error', async () => {
  const { options } = lockIn(temporaryFolder());
  await expect(withLock(options, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await withLock(options, () => Promise.resolve('ran'))).toBe('ran');
});
