/** Worker threads as they are started for interpreters: real ones of this Node. */
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { bootWorker } from '../../../../src/utility/control/boot-worker.ts';

/** Tells each time that Node's parent side asks it for more of its output, and answers a message once that was handled. */
const SCRIPT = `
const { parentPort } = require('node:worker_threads');
for (const stream of [process.stdout, process.stderr]) {
  const prototype = Object.getPrototypeOf(stream);
  const callback = Object.getOwnPropertySymbols(prototype).find((one) => one.description === 'kStdioWantsMoreDataCallback');
  if (callback === undefined) parentPort.postMessage('Node has another way');
  else stream[callback] = () => parentPort.postMessage('asked for more');
}
parentPort.on('message', () => setImmediate(() => parentPort.postMessage('done')));
`;

it('a worker is never asked for more of what it prints: a hardened one would die of that', async () => {
  const worker = bootWorker(SCRIPT);
  onTestFinished(async () => {
    await worker.terminate();
  });
  await once(worker, 'online');
  worker.postMessage('now');
  expect(await once(worker, 'message')).toEqual(['done']);
  expect([worker.stdout.readableFlowing, worker.stderr.readableFlowing]).toEqual([null, null]);
});
