import { MessageChannel } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { defineContract } from '../../../src/shared/rpc/contract.ts';
import { RpcPeer } from '../../../src/shared/rpc/peer.ts';
import { fromEmitterPort } from '../../../src/shared/rpc/port.ts';
import { codeOf, hostileCaller, hostileServer, makeGate } from './support.ts';

const request = (id: number, method: string, params: unknown, window = 0): object => ({
  kind: 'request',
  id,
  method,
  params,
  window,
});

/** A handler's or sink's promise that never settles. */
const hang = (): Promise<never> => new Promise(() => undefined);

/** A peer that answers this has neither hung nor closed. */
const expectAlive = async (end: ReturnType<typeof hostileCaller>, id: number): Promise<void> => {
  end.post(request(id, 'add', { a: 20, b: 22 }));
  expect(await end.next()).toEqual({ kind: 'answer', id, result: 42 });
  expect(end.errors).toEqual([]);
};

test.each(['__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty', '', 'ADD', 'add ', 'then'])(
  'method %o does not exist',
  async (method) => {
    const end = hostileCaller();
    end.post(request(0, method, null));
    expect(await end.next()).toMatchObject({ kind: 'failure', id: 0, code: 'unknown-method' });
    await expectAlive(end, 1);
  },
);

test('a side without methods hears the first request only', async () => {
  const nothing = defineContract({ methods: {}, events: {} });
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port2.close());
  const peer = new RpcPeer({
    port: fromEmitterPort(port1),
    local: nothing,
    remote: nothing,
    handlers: {},
  });
  port2.postMessage(request(0, 'add', null));
  expect(await peer.closed).toContain('a request to a side that has no methods');
  expect(peer.violated).toBe(true);
});

const ownProto = (): unknown => JSON.parse('{"a":1,"b":2,"__proto__":{"polluted":true}}');
const deep = (levels: number): unknown => {
  let value: unknown = null;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
};
const laughs = (): unknown => {
  let value: unknown[] = [];
  for (let level = 0; level < 40; level++) value = [value, value];
  return value;
};
const cycle = (): unknown => {
  const value: unknown[] = [];
  value.push(value);
  return value;
};
const named = (): unknown => Object.assign([1, 2], { hidden: 'x' });
const resizable = (): unknown =>
  new Uint8Array(Reflect.construct(ArrayBuffer, [8, { maxByteLength: 1 << 20 }]));

test.each<[string, () => unknown, string]>([
  ['null', () => null, 'malformed'],
  ['a string', () => 'request', 'malformed'],
  ['an array', () => [], 'malformed'],
  ['an empty object', () => ({}), 'malformed'],
  ['an unknown kind', () => ({ kind: 'exec', id: 0 }), 'malformed'],
  ['a prototype-named kind', () => ({ kind: '__proto__', id: 0 }), 'malformed'],
  ['a further key', () => ({ ...request(0, 'add', null), extra: 1 }), 'malformed'],
  ['a missing key', () => ({ kind: 'request', id: 0, method: 'add', params: null }), 'malformed'],
  ['a fractional id', () => request(0.5, 'add', null), 'malformed'],
  ['a negative id', () => request(-1, 'add', null), 'malformed'],
  ['an infinite id', () => request(Infinity, 'add', null), 'malformed'],
  ['a NaN id', () => request(NaN, 'add', null), 'malformed'],
  ['a text id', () => ({ ...request(0, 'add', null), id: '0' }), 'malformed'],
  ['an overlong method name', () => request(0, 'x'.repeat(129), null), 'malformed'],
  ['a negative window', () => request(0, 'add', null, -1), 'malformed'],
  ['an unknown error code', () => ({ kind: 'failure', id: 0, code: 'oops', message: '' }), 'malformed'],
  ['an overlong reason', () => ({ kind: 'close', reason: 'x'.repeat(2001) }), 'malformed'],
  ['a first id that is not 0', () => request(1, 'add', null), 'not the next one'],
  ['an answer to nothing', () => ({ kind: 'answer', id: 1, result: 1 }), 'never made'],
  ['a failure of nothing', () => ({ kind: 'failure', id: 1, code: 'busy', message: '' }), 'never made'],
  ['an item of nothing', () => ({ kind: 'item', id: 3, item: 1 }), 'never made'],
  ['a credit for nothing', () => ({ kind: 'credit', id: 0, bytes: 1 }), 'never made'],
  ['a cancel of nothing', () => ({ kind: 'cancel', id: 2 ** 53 - 1 }), 'never made'],
  ['an unknown event', () => ({ kind: 'event', name: 'constructor', payload: null }), 'unknown event'],
  ['a bad event', () => ({ kind: 'event', name: 'note', payload: 7 }), 'fails its schema'],
  ['a huge string', () => request(0, 'echo', 'x'.repeat(600_000)), 'too many bytes'],
  ['a huge key', () => request(0, 'echo', { ['x'.repeat(600_000)]: 1 }), 'too many bytes'],
  ['a huge buffer', () => request(0, 'echo', new Uint8Array(1_000_001)), 'too many bytes'],
  [
    'a window on a huge buffer',
    () => request(0, 'echo', new Uint8Array(2_000_000).subarray(0, 1)),
    'too many',
  ],
  [
    'many values',
    () =>
      request(
        0,
        'echo',
        Array.from({ length: 20_000 }, () => 1),
      ),
    'too many values',
  ],
  ['a sparse array', () => request(0, 'echo', new Array(2 ** 32 - 1)), 'too many values'],
  ['a short sparse array', () => request(0, 'echo', new Array(3)), 'holes'],
  ['an array with names', () => request(0, 'echo', named()), 'names'],
  ['deep nesting', () => request(0, 'echo', deep(500)), 'too deeply'],
  ['a cycle', () => request(0, 'echo', cycle()), 'too deeply'],
  ['a billion laughs', () => request(0, 'echo', laughs()), 'too '],
  ['an own __proto__ key', () => request(0, 'add', ownProto()), '__proto__'],
  [
    'an own __proto__ key on the envelope',
    (): unknown => JSON.parse('{"kind":"cancel","id":0,"__proto__":1}'),
    '__proto__',
  ],
  ['a Map', () => request(0, 'echo', new Map([[1, 2]])), 'neither plain'],
  ['a Set', () => request(0, 'echo', new Set([1])), 'neither plain'],
  ['a Date', () => request(0, 'echo', new Date(0)), 'neither plain'],
  ['a RegExp', () => request(0, 'echo', /(a+)+$/u), 'neither plain'],
  ['an Error', () => request(0, 'echo', new Error('x')), 'neither plain'],
  ['a boxed number', () => request(0, 'echo', Object(1)), 'neither plain'],
  ['an ArrayBuffer', () => request(0, 'echo', new ArrayBuffer(8)), 'neither plain'],
  ['shared memory', () => request(0, 'echo', new SharedArrayBuffer(8)), 'neither plain'],
  ['a view of shared memory', () => request(0, 'echo', new Uint8Array(new SharedArrayBuffer(8))), 'shared'],
  ['a view of a resizable buffer', () => request(0, 'echo', resizable()), 'resizable'],
  ['a DataView', () => request(0, 'echo', new DataView(new ArrayBuffer(8))), 'typed array'],
  ['a Float64Array', () => request(0, 'echo', new Float64Array(1)), 'typed array'],
  ['a bigint', () => request(0, 'echo', 2n ** 64n), 'bigint'],
])('%s closes the peer', async (_name, make, reason) => {
  const end = hostileCaller({ maxMessageBytes: 1_000_000, maxNodes: 10_000, maxDepth: 32 });
  const pending = codeOf(end.server.call('ask', 'something'));
  await end.next();
  end.post(make());
  const closed = await end.server.closed;
  expect(closed).toMatch(/^protocol violation: /);
  expect(closed).toContain(reason);
  expect(await pending).toBe('protocol-violation');
  expect(await codeOf(end.server.call('ask', 'more'))).toBe('closed');
  expect(end.errors).toEqual([]);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});

test('an id may not be used twice, neither while in use nor afterwards', async () => {
  const inUse = hostileCaller();
  inUse.post(request(0, 'hang', null), request(0, 'add', { a: 1, b: 1 }));
  expect(await inUse.server.closed).toContain('not the next one');

  const afterwards = hostileCaller();
  afterwards.post(request(0, 'add', { a: 1, b: 1 }));
  await afterwards.next();
  afterwards.post(request(0, 'add', { a: 1, b: 1 }));
  expect(await afterwards.server.closed).toContain('not the next one');
});

test('cancel and credit for a finished request are late, not wrong', async () => {
  const end = hostileCaller();
  end.post(request(0, 'add', { a: 1, b: 1 }));
  await end.next();
  end.post({ kind: 'cancel', id: 0 }, { kind: 'credit', id: 0, bytes: 99 }, { kind: 'cancel', id: 0 });
  await expectAlive(end, 1);
});

test('more credit than items sent is a violation', async () => {
  const end = hostileCaller(
    {},
    {
      stream: (_count, { tryWrite }) => {
        tryWrite(new Uint8Array(2));
        return hang();
      },
    },
  );
  end.post(request(0, 'stream', 1, 1000));
  expect(await end.next()).toMatchObject({ kind: 'item' });
  end.post({ kind: 'credit', id: 0, bytes: 50 });
  await expectAlive(end, 1);
  end.post({ kind: 'credit', id: 0, bytes: 1 });
  expect(await end.server.closed).toBe('protocol violation: more credit than items sent');
});

test('a closing caller aborts the handlers and lets go of what they queued', async () => {
  const started = makeGate();
  const aborted = makeGate();
  const codes: Promise<string>[] = [];
  const end = hostileCaller(
    {},
    {
      stream: async (_count, { write, signal }) => {
        signal.addEventListener('abort', aborted.open);
        codes.push(codeOf(write(new Uint8Array(10))), codeOf(write(new Uint8Array(10))));
        started.open();
        return hang();
      },
    },
  );
  end.post(request(0, 'stream', 1, 60));
  await started.opened;
  end.post('garbage');
  await aborted.opened;
  expect(await Promise.all(codes)).toEqual(['resolved undefined', 'closed']);
});

test('a caller that never gives credit holds its own stream only', async () => {
  const end = hostileCaller();
  end.post(request(0, 'stream', 1000, 60));
  expect(await end.next()).toMatchObject({ kind: 'item' });
  await expectAlive(end, 1);
  expect(end.inbox).toEqual([]);
});

test('bad params of every shape get exactly one answer each', async () => {
  const end = hostileCaller();
  const shapes = [
    null,
    undefined,
    1,
    'x',
    [],
    {},
    { a: 1 },
    { a: 'x', b: 1 },
    { a: 1, b: 1, c: 1 },
    { a: NaN, b: 1 },
  ];
  for (const [id, params] of shapes.entries()) end.post(request(id, 'add', params));
  for (const id of shapes.keys()) {
    expect(await end.next()).toMatchObject({ kind: 'failure', id, code: 'invalid-params' });
  }
  await expectAlive(end, shapes.length);
  expect(end.inbox).toEqual([]);
});

test('requests beyond maxInFlight are answered "busy", however many', async () => {
  const end = hostileCaller({ maxInFlight: 4 });
  for (let id = 0; id < 2000; id++) end.post(request(id, 'hang', null));
  for (let id = 4; id < 2000; id++) {
    expect(await end.next()).toMatchObject({ kind: 'failure', id, code: 'busy' });
  }
  end.post({ kind: 'cancel', id: 0 });
  await expectAlive(end, 2000);
});

test('a flood after closing is ignored', async () => {
  let served = 0;
  const end = hostileCaller({}, { echo: () => served++ });
  end.post({ kind: 'nonsense' });
  for (let id = 0; id < 5000; id++) end.post(request(id, 'echo', id));
  await end.server.closed;
  await new Promise((resolve) => end.port.once('close', resolve));
  expect(served).toBe(0);
  expect(end.errors).toEqual([]);
});

test('a hostile server: wrong answers fail their call alone', async () => {
  const end = hostileServer();
  const calls = [0, 1, 2].map((a) => end.client.call('add', { a, b: 0 }));
  end.post({ kind: 'answer', id: 1, result: 'not a number' });
  // Nothing has been called yet on the wire's other end, but the ids exist: order is the server's choice.
  end.post(
    { kind: 'answer', id: 2, result: 2 },
    { kind: 'failure', id: 0, code: 'closed', message: 'I say so' },
  );
  expect(await Promise.all(calls.map(codeOf))).toEqual(['closed', 'invalid-result', 'resolved 2']);
  await expect(calls[0]).rejects.toMatchObject({ origin: 'remote', message: 'I say so' });
  const alive = end.client.call('add', { a: 1, b: 1 });
  end.post({ kind: 'answer', id: 3, result: 2 });
  expect(await alive).toBe(2);
});

test('a second answer changes nothing', async () => {
  const end = hostileServer();
  const call = end.client.call('add', { a: 1, b: 1 });
  end.post({ kind: 'answer', id: 0, result: 1 }, { kind: 'answer', id: 0, result: 2 });
  expect(await call).toBe(1);
  const held = makeGate();
  const items: unknown[] = [];
  const stream = end.client.call('stream', 1, {
    onItem: (item) => {
      items.push(item);
      return held.opened;
    },
  });
  end.post(
    { kind: 'item', id: 1, item: Uint8Array.of(1) },
    { kind: 'answer', id: 1, result: 'first' },
    { kind: 'item', id: 1, item: Uint8Array.of(2) },
    { kind: 'answer', id: 1, result: 'second' },
    { kind: 'failure', id: 1, code: 'internal', message: '' },
  );
  const barrier = end.client.call('add', { a: 1, b: 1 });
  end.post({ kind: 'answer', id: 2, result: 2 });
  await barrier;
  held.open();
  expect(await stream).toBe('first');
  expect(items).toEqual([Uint8Array.of(1)]);
});

test('items beyond the window are a violation', async () => {
  const end = hostileServer();
  const items: unknown[] = [];
  const call = codeOf(
    end.client.call('stream', 1, {
      window: 200,
      onItem: (item) => {
        items.push(item);
        return hang();
      },
    }),
  );
  for (let count = 0; count < 5; count++) end.post({ kind: 'item', id: 0, item: new Uint8Array(2) });
  expect(await end.client.closed).toBe('protocol violation: more items than the window allows');
  expect(await call).toBe('protocol-violation');
  expect(items).toHaveLength(1);
});

test('an item for a call that wants none is a violation', async () => {
  for (const method of ['add', 'stream'] as const) {
    const end = hostileServer();
    const call = method === 'add' ? end.client.call('add', { a: 1, b: 1 }) : end.client.call('stream', 1);
    const code = codeOf(call);
    end.post({ kind: 'item', id: 0, item: new Uint8Array(2) });
    expect(await end.client.closed).toContain('wants none');
    expect(await code).toBe('protocol-violation');
  }
});

test('an item that fails its schema ends its call with a cancel, not the peer', async () => {
  const end = hostileServer();
  const items: unknown[] = [];
  const call = codeOf(end.client.call('stream', 1, { onItem: (item) => void items.push(item) }));
  expect(await end.next()).toMatchObject({ kind: 'request' });
  end.post({ kind: 'item', id: 0, item: 'text' });
  expect(await call).toBe('invalid-result');
  expect(await end.next()).toEqual({ kind: 'cancel', id: 0 });
  expect(items).toEqual([]);
});

test('a million tiny items inside a large window cost a slow consumer no quadratic time', async () => {
  const end = hostileServer({ maxMessageBytes: 1000 });
  const gate = makeGate();
  let items = 0;
  const call = end.client.call('stream', 1, {
    window: 2 ** 40,
    onItem: () => {
      items++;
      return items === 1 ? gate.opened : undefined;
    },
  });
  const item = { kind: 'item', id: 0, item: new Uint8Array(0) };
  for (let count = 0; count < 100_000; count++) end.post(item);
  end.post({ kind: 'answer', id: 0, result: 'all' });
  const barrier = end.client.call('add', { a: 1, b: 1 });
  end.post({ kind: 'answer', id: 1, result: 2 });
  await barrier;
  gate.open();
  expect(await call).toBe('all');
  expect(items).toBe(100_000);
});

test('the closing message of a hostile side is treated as text', async () => {
  const end = hostileServer();
  const call = codeOf(end.client.call('hang', null));
  end.post({ kind: 'close', reason: 'protocol violation: yours' });
  expect(await call).toBe('closed');
  expect(await end.client.closed).toBe('closed by the other side: protocol violation: yours');
});
