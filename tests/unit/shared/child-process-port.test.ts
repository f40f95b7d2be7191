import { EventEmitter } from 'node:events';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { codeFromStringsIsRefused } from '../../../src/shared/code-generation.ts';
import { fromIpcChannel } from '../../../src/shared/rpc/child-process-port.ts';

const receive = (message: unknown): unknown => {
  const channel = new EventEmitter();
  const received: unknown[] = [];
  fromIpcChannel(channel).onMessage((value) => received.push(value));
  channel.emit('message', message);
  expect(received).toHaveLength(1);
  return received[0];
};

it('gives each byte array memory of its own', () => {
  const all = new Uint8Array(1000).fill(7);
  const view = all.subarray(10, 13);
  const received = receive({ list: [{ view }, Buffer.from(view)], view }) as {
    list: [{ view: Uint8Array }, Uint8Array];
    view: Uint8Array;
  };
  for (const bytes of [received.view, received.list[0].view, received.list[1]]) {
    expect(bytes).toEqual(Uint8Array.of(7, 7, 7));
    expect(bytes.buffer.byteLength).toBe(3);
  }
  expect((receive(view) as Uint8Array).buffer.byteLength).toBe(3);
});

it('reads cyclic and very deep messages in bounded time', () => {
  const cyclic: { self?: unknown; list: unknown[] } = { list: [] };
  cyclic.self = cyclic;
  cyclic.list.push(cyclic.list, cyclic);
  expect(receive(cyclic)).toBe(cyclic);
  let laughs: unknown = [];
  for (let level = 0; level < 40; level++) laughs = [laughs, laughs];
  expect(receive(laughs)).toBe(laughs);
  let deep: unknown = null;
  for (let level = 0; level < 200_000; level++) deep = [deep];
  expect(receive(deep)).toBe(deep);
  const wide = Array(1_000_000).fill(0);
  expect(receive(wide)).toBe(wide);
});

it.each([null, undefined, 1, 'text', true, [], {}, JSON.parse('{"__proto__":{"x":1}}')])(
  'passes %j',
  (message) => {
    expect(receive(message)).toEqual(message);
  },
);

it('reports once that the other process is gone', () => {
  const channel = Object.assign(new EventEmitter(), {
    connected: true,
    disconnect: () => (channel.connected = false),
  });
  const port = fromIpcChannel(channel);
  const reasons: string[] = [];
  port.onClose((reason) => reasons.push(reason));
  channel.emit('disconnect');
  expect(reasons).toEqual(['the other process is gone']);
  port.close();
  port.close();
  expect(channel.connected).toBe(false);
});

it('knows whether code from strings is refused', () => {
  expect(codeFromStringsIsRefused(Function)).toBe(false);
  const realm = (strings: boolean): FunctionConstructor =>
    runInNewContext('Function', {}, { contextCodeGeneration: { strings } }) as FunctionConstructor;
  expect(codeFromStringsIsRefused(realm(true))).toBe(false);
  expect(codeFromStringsIsRefused(realm(false))).toBe(true);
  const failing = (): never => {
    throw new TypeError('something else');
  };
  expect(codeFromStringsIsRefused(failing as unknown as FunctionConstructor)).toBe(false);
});
