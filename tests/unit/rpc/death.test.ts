import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { RpcPeer } from '../../../src/shared/rpc/peer.ts';
import { fromEmitterPort } from '../../../src/shared/rpc/port.ts';
import {
  client,
  clientHandlers,
  codeOf,
  makeClient,
  makeGate,
  makePair,
  nextTurn,
  service,
} from './support.ts';

test('closing rejects every pending call of both sides at once, with the reason', async () => {
  const { server, client: caller } = makePair({
    clientHandlers: { ask: () => new Promise<string>(() => undefined) },
  });
  const mine = [0, 1, 2].map(() => caller.call('hang', null));
  const theirs = server.call('ask', 'x');
  const theirsCode = codeOf(theirs);
  caller.close('window closed');
  for (const call of mine) {
    await expect(call).rejects.toMatchObject({ code: 'closed', message: 'window closed', origin: 'local' });
  }
  expect(await caller.closed).toBe('window closed');
  expect(await theirsCode).toBe('closed');
  expect(await server.closed).toBe('closed by the other side: window closed');
  caller.close('again');
  expect(await caller.closed).toBe('window closed');
});

test('closing aborts the handlers of both sides', async () => {
  const started = makeGate();
  const aborted = makeGate();
  const { client: caller, server } = makePair({
    handlers: {
      hang: (_params, { signal }) => {
        signal.addEventListener('abort', aborted.open);
        started.open();
        return new Promise<number>(() => undefined);
      },
    },
  });
  const call = codeOf(caller.call('hang', null));
  await started.opened;
  server.close('shutting down');
  await aborted.opened;
  expect(await call).toBe('closed');
});

test('an answer sent just before closing still arrives', async () => {
  const { client: caller, server } = makePair({
    handlers: {
      add: ({ a, b }) => {
        void Promise.resolve()
          .then(() => undefined)
          .then(() => closeSoon());
        return a + b;
      },
    },
  });
  const closeSoon = (): void => {
    setImmediate(() => {
      server.close('bye');
    });
  };
  expect(await caller.call('add', { a: 1, b: 2 })).toBe(3);
  expect(await caller.closed).toBe('closed by the other side: bye');
});

test('a port that closes without a closing message is noticed', async () => {
  const { port1, port2 } = new MessageChannel();
  const caller = makeClient(port1);
  const call = codeOf(caller.call('hang', null));
  port2.close();
  expect(await call).toBe('closed');
  expect(await caller.closed).toBe('port closed');
});

test('the owner may close the peer from inside a handler or a listener', async () => {
  const errors: unknown[] = [];
  const { client: caller, server } = makePair({
    handlers: {
      echo: () => {
        server.close('from inside');
        return 'never seen';
      },
    },
    server: { onInternalError: (error) => errors.push(error) },
  });
  expect(await codeOf(caller.call('echo', 1))).toBe('closed');
  expect(await server.closed).toBe('from inside');
  expect(errors).toEqual([]);
});

test('calling from an abort listener while closing rejects like any late call', async () => {
  const inner = makeGate();
  let code: Promise<string> | undefined;
  const started = makeGate();
  const { client: caller, server } = makePair({
    handlers: {
      hang: (_params, { signal }) => {
        signal.addEventListener('abort', () => {
          code = codeOf(server.call('ask', 'help'));
          inner.open();
        });
        started.open();
        return new Promise<number>(() => undefined);
      },
    },
  });
  const call = codeOf(caller.call('hang', null));
  await started.opened;
  caller.close('gone');
  await inner.opened;
  expect([await call, await code]).toEqual(['closed', 'closed']);
});

const LOOPING_WORKER = `
  const { parentPort, workerData } = require('node:worker_threads');
  workerData.on('message', () => {
    parentPort.postMessage('in the call');
    for (;;);
  });`;

test('a worker terminated in the middle of a call', async () => {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(LOOPING_WORKER, { eval: true, workerData: port2, transferList: [port2] });
  const caller = makeClient(port1);
  const calls = [caller.call('hang', null), caller.call('add', { a: 1, b: 1 })].map(codeOf);
  await once(worker, 'message');
  await worker.terminate();
  expect(await Promise.all(calls)).toEqual(['closed', 'closed']);
  expect(await caller.closed).toBe('port closed');
});

test('a Worker as the port: it exits, or dies of an error', async () => {
  for (const [code, reason] of [
    ['process.exit(0)', 'the other side exited'],
    ['throw new Error("secret")', 'the other side failed'],
  ] as const) {
    const worker = new Worker(`require('node:worker_threads').parentPort.on('message', () => { ${code} });`, {
      eval: true,
    });
    const caller = new RpcPeer({
      port: fromEmitterPort(worker),
      local: client,
      remote: service,
      handlers: clientHandlers,
    });
    expect(await codeOf(caller.call('hang', null))).toBe('closed');
    expect(await caller.closed).toBe(reason);
  }
});

test('a port that throws on everything closes the peer instead of throwing', async () => {
  const broken = (): never => {
    throw new Error('Object has been destroyed');
  };
  const errors: unknown[] = [];
  let deliver: (message: unknown) => void = () => undefined;
  const peer = new RpcPeer({
    port: {
      post: broken,
      close: broken,
      onClose: () => undefined,
      onMessage: (listener) => (deliver = listener),
    },
    local: service,
    remote: client,
    handlers: {
      add: () => 1,
      echo: () => 1,
      hang: () => 1,
      stream: () => '',
    },
    nextTurn,
    onInternalError: (error) => errors.push(error),
  });
  expect(await codeOf(peer.call('ask', 'x'))).toBe('invalid-params');
  deliver({ kind: 'request', id: 0, method: 'nope', params: null, window: 0 });
  expect(await peer.closed).toBe('the port is broken');
  expect(errors).toHaveLength(2);
});
