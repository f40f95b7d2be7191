/**
 * A worker thread of the sidecar: one interpreter for one session. Started from source in memory, so that
 * it also starts when the process may open no file. It boots blank: the first message says what it is to be.
 */
import { randomBytes } from 'node:crypto';
import { getHeapStatistics } from 'node:v8';
import { parentPort, receiveMessageOnPort as receive, type MessagePort } from 'node:worker_threads';
import type { AtomicsWait } from '../../shared/input-slot.ts';
import { PIECE_BYTES } from '../../shared/interpreter.ts';
import type { Handlers } from '../../shared/rpc/contract.ts';
import { RpcError } from '../../shared/rpc/errors.ts';
import { RpcPeer } from '../../shared/rpc/peer.ts';
import { fromEmitterPort } from '../../shared/rpc/port.ts';
import {
  TO_WORKER_LIMITS,
  workerContract,
  workerHostContract,
  type WorkerContract,
  type WorkerImage,
  type WorkerStart,
} from '../../shared/worker-protocol.ts';
import { hardenThread } from './harden.ts';
import { InterpreterHost, type HostFunctions } from './interpreter-host.ts';
import { looseErrors } from './loose-errors.ts';

if (parentPort === null) throw new Error('this script runs in a worker thread only');

const {
  setTimeout: startTimer,
  setImmediate: startImmediate,
  performance: clock,
  process: own,
  Buffer,
} = globalThis;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const { load, store } = Atomics;
const { wait } = Atomics as { readonly wait: AtomicsWait };
type AskForFile = HostFunctions['askForFile'];

const MIB = 1024 * 1024;

/** Heap of this thread, files and WebAssembly memory. */
const usedMiB = (): number => {
  const { external_memory: outside, total_heap_size: heap } = getHeapStatistics();
  return Math.ceil((heap + outside) / MIB);
};

const hostFunctions = (interrupts: Int32Array, used: Int32Array, askForFile: AskForFile): HostFunctions => ({
  now: () => clock.now(),
  random: (length) => randomBytes(length).toString('latin1'),
  setTimer: (callback, delayMs) => {
    if (delayMs === 0) startImmediate(callback);
    else startTimer(callback, delayMs);
  },
  encode: (text) => encoder.encode(text),
  decode: (bytes) => decoder.decode(bytes),
  isInterrupted: () => load(interrupts, 0) !== 0,
  measure: () => void store(used, 0, usedMiB()),
  wait,
  askForFile,
  latin1: (bytes) => Buffer.from(bytes).toString('latin1'),
  forgetInterrupt: () => void store(interrupts, 0, 0),
  harden: () => hardenThread(own),
  process: own,
});

/** Of the image on its way to the control thread. */
const SNAPSHOT_PIECE_BYTES = 512 * 1024;

/** No guest has been in an interpreter that is saved: what it says may be passed on. */
const describeFailure = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw new RpcError('failed', error instanceof Error ? error.message : 'no snapshot');
  }
};

/** What was read. @throws RpcError with what went wrong */
const known = (read: Uint8Array | string): Uint8Array => {
  if (typeof read === 'string') throw new RpcError('failed', read);
  return read;
};

const handlersOf = (interpreter: InterpreterHost, images: MessagePort): Handlers<WorkerContract> => ({
  boot: async () => {
    // Sent before, if there is one.
    const received = receive(images) as { readonly message: WorkerImage } | undefined;
    images.close();
    try {
      return { checks: await interpreter.boot(received?.message) };
    } catch (error) {
      // No guest has been in it: what it says may be passed on.
      throw new RpcError('failed', error instanceof Error ? error.message : 'the interpreter did not start');
    }
  },
  tryPackages: ({ modules }) => ({ said: describeFailure(() => interpreter.tryPackages(modules)) }),
  takeFiles: async ({ paths }, { write }) => {
    for (const [index, path] of paths.entries()) {
      const bytes = interpreter.takeFile(path);
      if (bytes !== null) await write({ index, bytes });
    }
    return {};
  },
  takeSnapshot: async (_params, { write }) => {
    const image = describeFailure(() => interpreter.takeSnapshot());
    for (let offset = 0; offset < image.length; offset += SNAPSHOT_PIECE_BYTES) {
      await write({ bytes: image.slice(offset, offset + SNAPSHOT_PIECE_BYTES) });
    }
    return { bytes: image.length };
  },
  writeFile: ({ name, bytes, append }) => {
    const problem = interpreter.writeFile(name, bytes, append);
    if (problem !== '') throw new RpcError('failed', problem);
    return {};
  },
  readFile: async ({ name }, { write, signal }) => {
    for (let offset = 0; !signal.aborted;) {
      const bytes = known(interpreter.readFile(name, offset));
      if (bytes.length === 0) break;
      offset += bytes.length;
      await write({ bytes });
    }
    return {};
  },
  listFiles: async (_params, { write }) => {
    const list = known(interpreter.listFiles());
    for (let offset = 0; offset < list.length; offset += PIECE_BYTES) {
      await write({ bytes: list.slice(offset, offset + PIECE_BYTES) });
    }
    return {};
  },
  findImports: ({ code }) => ({ report: interpreter.findImports(code) }),
  installPackage: (placed) => {
    const problem = interpreter.installPackage(placed);
    if (problem !== '') throw new RpcError('failed', problem);
    return {};
  },
  run: (order, { write }) => interpreter.run(order, (piece) => void write(piece)),
  interrupt: () => {
    interpreter.interrupt();
    return {};
  },
  ping: () => ({}),
});

/** From now on this thread is that interpreter. */
const serve = (port: MessagePort, start: WorkerStart): void => {
  const askForFile: AskForFile = (wish) => peer.emit('wantFile', wish);
  const [interrupts, used] = [new Int32Array(start.interrupts), new Int32Array(start.used)];
  const interpreter = new InterpreterHost(start, hostFunctions(interrupts, used, askForFile));
  looseErrors(own, () => interpreter.fail());
  const peer = new RpcPeer({
    port: fromEmitterPort(port),
    local: workerContract,
    remote: workerHostContract,
    limits: { maxMessageBytes: TO_WORKER_LIMITS.maxBytes, maxNodes: TO_WORKER_LIMITS.maxNodes },
    handlers: handlersOf(interpreter, start.images as MessagePort),
  });
  interpreter.begin();
};

const port = parentPort;
port.once('message', (start: WorkerStart) => serve(port, start));
