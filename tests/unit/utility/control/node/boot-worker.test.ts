/** Worker threads as they are started for interpreters: real ones of this Node. */
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { bootWorker } from '../../../../../src/utility/control/node/boot-worker.ts';

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

const PAYLOADS = 32;

/** A thread that was taken over: it sends messages to Node's parent side as Node's own code does, without being asked. */
const FLOOD = `
const stream = (name) => process[name];
for (const name of ['stdout', 'stderr']) {
  const symbol = Object.getOwnPropertySymbols(stream(name)).find((one) => one.description === 'kPort');
  const chunk = new Uint8Array(1024 * 1024).fill(120);
  for (let count = 0; count < ${String(PAYLOADS)}; count++)
    stream(name)[symbol].postMessage({ type: 'stdioPayload', stream: name, chunks: [{ chunk, encoding: 'buffer' }] });
}
process.stdout.write('and as anyone prints');
process.exit();
`;

it('nothing of what a worker prints is kept, however much it sends', async () => {
  const worker = bootWorker(FLOOD);
  // By then all that it sent was handled.
  expect(await once(worker, 'exit')).toEqual([0]);
  expect([worker.stdout.readableLength, worker.stderr.readableLength]).toEqual([0, 0]);
});
