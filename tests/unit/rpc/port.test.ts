import { EventEmitter } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { RpcPeer } from '../../../src/shared/rpc/peer.ts';
import { fromEmitterPort, fromEventTargetPort } from '../../../src/shared/rpc/port.ts';
import type { RpcPort } from '../../../src/shared/rpc/port.ts';
import { client, clientHandlers, codeOf, nextTurn, service, serviceHandlers } from './support.ts';

/** Electron's MessagePortMain: an EventEmitter whose 'message' carries {data, ports} and which needs start(). */
class FakeMessagePortMain extends EventEmitter {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    super();
    this.#port = port;
  }

  start(): void {
    this.#port.on('message', (data: unknown) => this.emit('message', { data, ports: [] }));
    this.#port.on('close', () => this.emit('close'));
  }

  postMessage(message: unknown): void {
    this.#port.postMessage(message);
  }

  close(): void {
    this.#port.close();
  }
}

test.each<[string, (port: MessagePort) => RpcPort]>([
  ['emitter', fromEmitterPort],
  ['EventTarget', fromEventTargetPort],
  ['MessagePortMain', (port) => fromEmitterPort(new FakeMessagePortMain(port))],
])('%s ports carry calls both ways, early messages and closing', async (_name, wrap) => {
  const { port1, port2 } = new MessageChannel();
  const caller = new RpcPeer({
    port: wrap(port1),
    local: client,
    remote: service,
    handlers: clientHandlers,
  });
  // Before the other end listens: nothing may be lost.
  const early = caller.call('add', { a: 1, b: 2 });
  const server = new RpcPeer({
    port: wrap(port2),
    local: service,
    remote: client,
    handlers: serviceHandlers,
    nextTurn,
  });
  expect(await early).toBe(3);
  expect(await server.call('ask', 'you')).toBe('answer to you');
  expect(await caller.call('echo', { data: { kind: 'close', reason: 'forged' } })).toEqual({
    data: { kind: 'close', reason: 'forged' },
  });
  const pending = codeOf(caller.call('hang', null));
  server.close('bye');
  expect(await pending).toBe('closed');
  expect(await caller.closed).toBe('closed by the other side: bye');
});

test('a message shaped like an event is no event', async () => {
  const { port1, port2 } = new MessageChannel();
  const server = new RpcPeer({
    port: fromEmitterPort(port1),
    local: service,
    remote: client,
    handlers: serviceHandlers,
    nextTurn,
  });
  port2.postMessage({ data: { kind: 'request', id: 0, method: 'add', params: { a: 1, b: 1 }, window: 0 } });
  expect(await server.closed).toBe('protocol violation: a malformed message');
});

test.each([fromEmitterPort, fromEventTargetPort])(
  'a port that dies silently closes the peer',
  async (wrap) => {
    const { port1, port2 } = new MessageChannel();
    const peer = new RpcPeer({
      port: wrap(port1),
      local: client,
      remote: service,
      handlers: clientHandlers,
    });
    port2.close();
    expect(await peer.closed).toBe('port closed');
  },
);
