/**
 * A worker thread of the sidecar: one interpreter for one session. Started from source in memory, so that
 * it also starts when the process may open no file. It boots without a task: the first message says what it is to do.
 */
import { randomBytes } from 'node:crypto';
import { getHeapStatistics } from 'node:v8';
import { parentPort, receiveMessageOnPort as receive, type MessagePort } from 'node:worker_threads';
import type { AtomicsWait } from '../../shared/protocol/blocking-calls.ts';
import { fromEmitterPort } from '../../shared/rpc/port.ts';
import type { WorkerImage, WorkerStart } from '../../shared/protocol/worker-protocol.ts';
import { bypassNodeErrors } from './bypass-node-errors.ts';
import { serveInterpreter, type ThreadEnvironment } from './serve-interpreter.ts';
import { VmRealmHost } from './vm-realm.ts';
import { MIB } from '../../shared/units.ts';

if (parentPort === null) throw new Error('this script runs in a worker thread only');

const { performance: clock, process: own, setImmediate: startImmediate } = globalThis;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const { wait } = Atomics as { readonly wait: AtomicsWait };

/** Heap of this thread, files and WebAssembly memory. */
const usedMiB = (): number => {
  const { external_memory: outside, total_heap_size: heap } = getHeapStatistics();
  return Math.ceil((heap + outside) / MIB);
};

const threadEnvironment: ThreadEnvironment = {
  now: () => clock.now(),
  random: (length) => randomBytes(length).toString('latin1'),
  encode: (text) => encoder.encode(text),
  decode: (bytes) => decoder.decode(bytes),
  usedMiB,
  nextTurn: () => new Promise((resolve) => startImmediate(resolve)),
  wait,
};

/** What was sent before, if anything was. */
const takeImage = (images: MessagePort): WorkerImage | undefined => {
  const received = receive(images) as { readonly message: WorkerImage } | undefined;
  images.close();
  return received?.message;
};

/** Makes this thread that interpreter. */
const serve = (port: MessagePort, start: WorkerStart): void => {
  const interpreter = serveInterpreter({
    port: fromEmitterPort(port),
    start,
    environment: threadEnvironment,
    realms: new VmRealmHost(own),
    takeImage: () => takeImage(start.images as MessagePort),
  });
  bypassNodeErrors(own, () => interpreter.fail());
  interpreter.begin();
};

const port = parentPort;
port.once('message', (start: WorkerStart) => serve(port, start));
