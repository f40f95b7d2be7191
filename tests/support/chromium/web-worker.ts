/** A Web Worker with one interpreter: what src/utility/worker/index.ts is with Node. */
import type { AtomicsWait } from '../../../src/shared/protocol/blocking-calls.ts';
import { fromEventTargetPort } from '../../../src/shared/rpc/port.ts';
import type { WorkerImage, WorkerStart } from '../../../src/shared/protocol/worker-protocol.ts';
import { serveInterpreter, type ThreadEnvironment } from '../../../src/utility/worker/serve-interpreter.ts';
import { WebRealmHost } from './web-realm.ts';

const { addEventListener: listen, performance: clock, crypto, setTimeout: startTimer } = globalThis;
// A page's window has another function of that name.
const post = globalThis.postMessage as (message: unknown) => void;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const { wait } = Atomics as { readonly wait: AtomicsWait };

/** One character per byte. */
const latin1 = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
};

const environment: ThreadEnvironment = {
  now: () => clock.now(),
  random: (length) => latin1(crypto.getRandomValues(new Uint8Array(length))),
  encode: (text) => encoder.encode(text),
  decode: (bytes) => decoder.decode(bytes),
  wait,
  // A page is not told before it is isolated from others, and then only later.
  usedMiB: () => 0,
  nextTurn: () => new Promise((resolve) => startTimer(resolve, 0)),
};

/** What the port brings, which is sent before `boot` is asked for; nothing to an interpreter that is not restored. */
const imageFrom = (images: MessagePort, isRestored: boolean): (() => Promise<WorkerImage | undefined>) => {
  const image = new Promise<WorkerImage>((resolve) => {
    images.addEventListener('message', (event: MessageEvent<WorkerImage>) => resolve(event.data));
    images.start();
  });
  return () => (isRestored ? image : Promise.resolve(undefined));
};

const serve = (start: WorkerStart): void => {
  const interpreter = serveInterpreter({
    port: fromEventTargetPort({
      addEventListener: (type, listener) => listen(type, listener),
      postMessage: (message) => post(message),
    }),
    start,
    environment,
    realms: new WebRealmHost(),
    takeImage: imageFrom(start.images as MessagePort, start.mode === 'restore'),
  });
  listen('error', (event) => {
    event.preventDefault();
    interpreter.fail();
  });
  interpreter.begin();
};

listen('message', (event: MessageEvent<WorkerStart>) => serve(event.data), { once: true });
