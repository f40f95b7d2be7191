/**
 * A program for tests: a worker as the sidecar starts it, in whose bare realm a guest has got hold of the symbols
 * that Node looks for on rejected promises (the realm is not sealed here: the breach is assumed), and plants values
 * under them. The value is the last argument, a JavaScript expression. Writes "survived" when a second
 * worker of the same process still answers afterwards; with `--as-node-does` the workers have Node's own options.
 */
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import { bootWorker } from '../../src/utility/control/node/boot-worker.ts';

const REALM = `
  const symbols = [];
  const spy = new Proxy({}, { get: (_target, name) => { if (typeof name === 'symbol') symbols.push(name); } });
  const rejected = (prototype) => {
    let reject;
    const promise = new Promise((_resolve, refuse) => { reject = refuse; });
    Object.setPrototypeOf(promise, prototype);
    reject(1);
    return promise;
  };
  rejected(spy);
  const [first, second] = symbols;
  const planted = plant(first, second);
  for (let round = 0; round < 20; round++) rejected(planted);
  Promise.resolve().then(() => { rejected(planted); return rejected(planted); });
  symbols.length`;

const ATTACKER = (plant: string): string => `
  const { createContext, constants, Script } = require('node:vm');
  const { parentPort } = require('node:worker_threads');
  process.on('unhandledRejection', () => undefined);
  Object.defineProperty(process, '_fatalException', { value: () => true });
  const realm = createContext(constants.DONT_CONTEXTIFY);
  const found = new Script(${JSON.stringify(`const plant = ${plant}; ${REALM}`)}).runInContext(realm);
  // Node looks at rejected promises when all that is due now has been done: before the next turn of the loop.
  setImmediate(() => setImmediate(() => parentPort.postMessage(found)));`;

const NEIGHBOUR = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', (message) => parentPort.postMessage(message));`;

const start = process.argv.includes('--as-node-does')
  ? (script: string): Worker => new Worker(script, { eval: true, stdout: true, stderr: true })
  : bootWorker;
const neighbour = start(NEIGHBOUR);
const attacker = start(ATTACKER(process.argv.at(-1) ?? ''));
attacker.on('error', () => undefined);
const found = await new Promise<unknown>((resolve) => {
  attacker.once('message', resolve);
  attacker.once('exit', () => resolve('ended'));
});
const answer = await new Promise<unknown>((resolve) => {
  neighbour.once('message', resolve);
  neighbour.postMessage('survived');
});
console.log(`${String(found)} ${String(answer)}`);
await Promise.all([attacker.terminate(), neighbour.terminate()]);
