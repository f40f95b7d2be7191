import { MessageChannel } from 'node:worker_threads';
import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { defineContract } from '../../../src/shared/rpc/contract.ts';
import { RpcError } from '../../../src/shared/rpc/errors.ts';
import { RpcPeer } from '../../../src/shared/rpc/peer.ts';
import { fromEmitterPort } from '../../../src/shared/rpc/port.ts';
import { client as clientContract, codeOf, makeGate, makePair, service, serviceHandlers } from './support.ts';

test('calls work in both directions at once', async () => {
  const { server, client } = makePair();
  const [sum, answer] = await Promise.all([client.call('add', { a: 2, b: 3 }), server.call('ask', 'why')]);
  expect(sum).toBe(5);
  expect(answer).toBe('answer to why');
  expectTypeOf(sum).toEqualTypeOf<number>();
});

test('answers find their own call when they come in another order', async () => {
  const gates = [makeGate(), makeGate(), makeGate()];
  const { client } = makePair({
    handlers: {
      add: async ({ a, b }) => {
        await gates[a]?.opened;
        return a + b;
      },
    },
  });
  const order: number[] = [];
  const calls = [0, 1, 2].map(async (a) => {
    const sum = await client.call('add', { a, b: 100 });
    order.push(a);
    return sum;
  });
  await client.call('echo', null);
  gates[2]?.open();
  await calls[2];
  gates[0]?.open();
  await calls[0];
  gates[1]?.open();
  expect(await Promise.all(calls)).toEqual([100, 101, 102]);
  expect(order).toEqual([2, 0, 1]);
});

test.each([
  null,
  undefined,
  true,
  -0.5,
  'text with \u0000 and 😀',
  [],
  [1, [2, [3]]],
  {},
  { a: { b: [null, undefined] } },
  Uint8Array.of(1, 2, 3),
])('carries %o unchanged', async (value) => {
  const { client } = makePair();
  expect(await client.call('echo', value)).toStrictEqual(value);
});

test('handlers see what the schema returns, not what was sent', async () => {
  const local = defineContract({
    methods: { greet: { params: z.object({ name: z.string().default('nobody') }), result: z.unknown() } },
    events: {},
  });
  const remote = defineContract({ methods: {}, events: {} });
  const { port1, port2 } = new MessageChannel();
  const server = new RpcPeer({
    port: fromEmitterPort(port1),
    local,
    remote,
    handlers: { greet: (params) => params },
  });
  const caller = new RpcPeer({ port: fromEmitterPort(port2), local: remote, remote: local, handlers: {} });
  const sent = { name: undefined, extra: 1 };
  expect(await caller.call('greet', sent)).toEqual({ name: 'nobody' });
  server.close('done');
  await caller.closed;
});

test('bad params are the caller’s error and never reach the handler', async () => {
  let served = 0;
  const { server } = makePair({
    clientHandlers: {
      ask: () => {
        served++;
        return '';
      },
    },
  });
  const failed = server.call('ask', 'x'.repeat(101));
  expect(await codeOf(failed)).toBe('invalid-params');
  await expect(failed).rejects.toMatchObject({ origin: 'remote' });
  expect(served).toBe(0);
});

test('a thrown RpcError arrives with code and message; anything else only as "internal"', async () => {
  const errors: unknown[] = [];
  const secret = new Error('/home/someone/secret');
  const { client } = makePair({
    handlers: {
      add: () => {
        throw new RpcError('failed', 'the cat is on the keyboard');
      },
      echo: () => Promise.reject(secret),
    },
    server: { onInternalError: (error) => errors.push(error) },
  });
  await expect(client.call('add', { a: 1, b: 2 })).rejects.toMatchObject({
    code: 'failed',
    message: 'the cat is on the keyboard',
    origin: 'remote',
  });
  expect(errors).toEqual([]);
  const internal = client.call('echo', 1);
  await expect(internal).rejects.toMatchObject({ code: 'internal', message: 'the handler failed' });
  expect(errors).toEqual([secret]);
});

test('a thrown proxy has none of its traps called', async () => {
  let traps = 0;
  const trap = (): never => {
    traps++;
    throw new Error('trap');
  };
  const { client } = makePair({
    handlers: {
      echo: () => {
        throw new Proxy(new Error('from a guest'), {
          get: trap,
          getPrototypeOf: trap,
          has: trap,
          ownKeys: trap,
        });
      },
    },
  });
  expect(await codeOf(client.call('echo', 1))).toBe('internal');
  expect(traps).toBe(0);
});

test('an error text longer than the wire allows is cut, not a violation', async () => {
  const { client } = makePair({
    handlers: {
      add: () => {
        throw new RpcError('failed', 'x'.repeat(100_000));
      },
    },
  });
  const error: unknown = await client.call('add', { a: 1, b: 2 }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'failed' });
  expect(error instanceof Error && error.message.length).toBe(2000);
});

class Cat {
  readonly lives = 9;
}

const detached = (): Uint8Array => {
  const bytes = new Uint8Array(8);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
};

test.each<[string, () => unknown]>([
  ['a function', () => () => 1],
  ['a symbol', () => Symbol('s')],
  ['a bigint', () => 1n],
  ['a Map', () => new Map()],
  ['a class instance', () => new Cat()],
  ['shared memory', () => new Uint8Array(new SharedArrayBuffer(8))],
  ['a Float64Array', () => new Float64Array(1)],
  ['a detached buffer', detached],
  ['a proxy, which measures well but cannot be cloned', () => new Proxy({}, {})],
  [
    'a throwing getter',
    () =>
      Object.defineProperty({}, 'x', {
        enumerable: true,
        get: () => {
          throw new Error('getter');
        },
      }),
  ],
])('%s as params or result fails that call alone', async (_name, make) => {
  const { client, server } = makePair({ handlers: { echo: make } });
  expect(await codeOf(client.call('echo', make()))).toBe('invalid-params');
  expect(await codeOf(client.call('echo', null))).toBe('invalid-result');
  expect(await client.call('add', { a: 1, b: 1 })).toBe(2);
  expect(await server.call('ask', 'still there?')).toBe('answer to still there?');
});

test('a result that fails its schema fails that call at the caller, and nothing else', async () => {
  const { client } = makePair({
    // @ts-expect-error: add answers with a number.
    handlers: { add: () => 'seven' },
  });
  await expect(client.call('add', { a: 1, b: 2 })).rejects.toMatchObject({
    code: 'invalid-result',
    origin: 'local',
  });
  expect(await client.call('echo', 'still there')).toBe('still there');
});

test('too large a message is refused before it is posted, both as params and as a result', async () => {
  const limits = { maxSendBytes: 10_000 };
  const { client } = makePair({
    handlers: { echo: (size) => 'x'.repeat(Number(size)) },
    client: { limits },
    server: { limits },
  });
  expect(await codeOf(client.call('echo', 'x'.repeat(5000)))).toBe('too-large');
  expect(await codeOf(client.call('echo', 5000))).toBe('too-large');
  expect(await client.call('echo', 4000)).toHaveLength(4000);
});

test('a small view of a large buffer counts as the large buffer, which is what a clone copies', async () => {
  const { client } = makePair({ client: { limits: { maxSendBytes: 64_000 } } });
  const large = new Uint8Array(1_000_000);
  expect(await codeOf(client.call('echo', large.subarray(0, 10)))).toBe('too-large');
  expect(await client.call('echo', large.slice(0, 10))).toEqual(new Uint8Array(10));
});

test('more calls than maxPending reject here, more than maxInFlight are answered "busy"', async () => {
  const { client } = makePair({
    client: { limits: { maxPending: 3 } },
    server: { limits: { maxInFlight: 2 } },
  });
  const abort = new AbortController();
  const hanging = [0, 1].map(() => codeOf(client.call('hang', null, { signal: abort.signal })));
  const third = client.call('hang', null);
  const fourth = client.call('hang', null);
  await expect(fourth).rejects.toMatchObject({ code: 'busy', origin: 'local' });
  await expect(third).rejects.toMatchObject({ code: 'busy', origin: 'remote' });
  abort.abort();
  expect(await Promise.all(hanging)).toEqual(['cancelled', 'cancelled']);
  expect(await client.call('add', { a: 1, b: 1 })).toBe(2);
});

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''])(
  'calling %o is unknown-method without a message',
  async (name) => {
    const { client } = makePair();
    // @ts-expect-error: the contract has no such method.
    expect(await codeOf(client.call(name, null))).toBe('unknown-method');
  },
);

test('events arrive in order with calls; a listener that throws is only logged', async () => {
  const seen: number[] = [];
  const errors: unknown[] = [];
  const { server, client } = makePair({
    client: {
      onEvent: {
        tick: ({ n }) => {
          seen.push(n);
          if (n === 1) throw new Error('listener');
          if (n === 2) return Promise.reject(new Error('async listener'));
          return undefined;
        },
      },
      onInternalError: (error) => errors.push(error),
    },
  });
  for (let n = 0; n < 5; n++) server.emit('tick', { n });
  await server.call('ask', 'x');
  expect(seen).toEqual([0, 1, 2, 3, 4]);
  expect(errors.map(String)).toEqual(['Error: listener', 'Error: async listener']);
  client.emit('note', 'nobody listens');
  expect(await client.call('add', { a: 1, b: 1 })).toBe(2);
});

test('an event that cannot be sent throws where it is emitted', () => {
  const { server } = makePair({ server: { limits: { maxSendBytes: 100 } } });
  // @ts-expect-error: there is no such event.
  expect(() => server.emit('tock', { n: 1 })).toThrow(RpcError);
  expect(() => server.emit('tick', { n: 1 })).toThrow(/too many bytes/);
  server.close('done');
  expect(() => server.emit('tick', { n: 1 })).not.toThrow();
});

test('an event that fails its schema is a violation where it arrives', async () => {
  const { server, client } = makePair();
  // @ts-expect-error: n must be a number.
  server.emit('tick', { n: 'x' });
  expect(await client.closed).toContain('an event that fails its schema');
});

test('a side that streams items is told when it has no way to wait for the event loop', () => {
  const { port1 } = new MessageChannel();
  const port = fromEmitterPort(port1);
  const [local, remote] = [service, clientContract];
  expect(() => new RpcPeer({ port, local, remote, handlers: serviceHandlers })).toThrow(/nextTurn/);
  port1.close();
});

test('a log that throws does not disturb calls', async () => {
  const { client } = makePair({
    handlers: { echo: () => Promise.reject(new Error('x')) },
    server: {
      onInternalError: () => {
        throw new Error('disk full');
      },
    },
  });
  expect(await codeOf(client.call('echo', 1))).toBe('internal');
  expect(await client.call('add', { a: 1, b: 1 })).toBe(2);
});

test('an invalid limit is refused by the constructor', () => {
  expect(() => makePair({ server: { limits: { maxDepth: Number.NaN } } })).toThrow(RangeError);
});
