import { expect, test } from 'vitest';
import type { AbortSignalLike } from '../../../src/shared/rpc/abort.ts';
import { codeOf, hostileServer, makeGate, makePair } from './support.ts';

test('the caller rejects at once and the handler’s signal aborts', async () => {
  const started = makeGate();
  const aborted = makeGate();
  const { client } = makePair({
    handlers: {
      hang: async (_params, { signal }) => {
        signal.addEventListener('abort', aborted.open);
        started.open();
        await aborted.opened;
        return 1;
      },
    },
  });
  const abort = new AbortController();
  const call = client.call('hang', null, { signal: abort.signal });
  await started.opened;
  abort.abort();
  await expect(call).rejects.toMatchObject({ code: 'cancelled', origin: 'local' });
  await aborted.opened;
  expect(await client.call('add', { a: 1, b: 1 })).toBe(2);
});

test('a signal that has aborted already sends nothing', async () => {
  const end = hostileServer();
  expect(await codeOf(end.client.call('hang', null, { signal: AbortSignal.abort() }))).toBe('cancelled');
  void codeOf(end.client.call('hang', null));
  expect(await end.next()).toMatchObject({ kind: 'request', id: 0 });
});

test('late answers, items and a second cancel for a cancelled call are ignored', async () => {
  const end = hostileServer();
  const abort = new AbortController();
  const items: unknown[] = [];
  const call = end.client.call('stream', 1, {
    signal: abort.signal,
    onItem: (item) => void items.push(item),
  });
  expect(await end.next()).toMatchObject({ kind: 'request', id: 0 });
  abort.abort();
  expect(await codeOf(call)).toBe('cancelled');
  expect(await end.next()).toEqual({ kind: 'cancel', id: 0 });
  end.post(
    { kind: 'item', id: 0, item: Uint8Array.of(1) },
    { kind: 'answer', id: 0, result: 'late' },
    { kind: 'failure', id: 0, code: 'internal', message: 'later' },
  );
  const next = end.client.call('add', { a: 1, b: 1 });
  expect(await end.next()).toMatchObject({ kind: 'request', id: 1 });
  end.post({ kind: 'answer', id: 1, result: 2 });
  expect(await next).toBe(2);
  expect(items).toEqual([]);
  expect(end.inbox).toEqual([]);
});

test('the call leaves no listener behind on the caller’s signal', async () => {
  const { client } = makePair();
  const listeners = new Set<() => void>();
  const signal: AbortSignalLike = {
    aborted: false,
    addEventListener: (_type, listener) => void listeners.add(listener),
    removeEventListener: (_type, listener) => void listeners.delete(listener),
  };
  const call = client.call('add', { a: 1, b: 1 }, { signal });
  expect(listeners.size).toBe(1);
  await call;
  expect(listeners.size).toBe(0);
});

test('cancelling lets go of a handler that waits for room, and its queue', async () => {
  const codes: string[] = [];
  const done = makeGate();
  const { client } = makePair({
    handlers: {
      stream: async (_count, { write, tryWrite }) => {
        const writes = [write(new Uint8Array(10)), write(new Uint8Array(10)), write(new Uint8Array(10))];
        for (const written of writes) codes.push(await codeOf(written));
        codes.push(String(tryWrite(new Uint8Array(1))), await codeOf(write(new Uint8Array(1))));
        done.open();
        return '';
      },
    },
  });
  const abort = new AbortController();
  const call = client.call('stream', 0, {
    signal: abort.signal,
    window: 100,
    onItem: () => {
      abort.abort();
      return new Promise<void>(() => undefined);
    },
  });
  expect(await codeOf(call)).toBe('cancelled');
  await done.opened;
  expect(codes).toEqual(['resolved undefined', 'cancelled', 'cancelled', 'false', 'cancelled']);
});

test('cancelled handlers that never end still count as in flight', async () => {
  const { client } = makePair({
    handlers: { hang: () => new Promise<number>(() => undefined) },
    server: { limits: { maxInFlight: 1 } },
  });
  const abort = new AbortController();
  const call = codeOf(client.call('hang', null, { signal: abort.signal }));
  abort.abort();
  expect(await call).toBe('cancelled');
  expect(await codeOf(client.call('add', { a: 1, b: 1 }))).toBe('busy');
});

test('an abort listener that throws is logged, and the others still run', async () => {
  const errors: unknown[] = [];
  const second = makeGate();
  const started = makeGate();
  const { client } = makePair({
    handlers: {
      hang: (_params, { signal }) => {
        signal.addEventListener('abort', () => {
          throw new Error('listener');
        });
        signal.addEventListener('abort', second.open);
        started.open();
        return new Promise<number>(() => undefined);
      },
    },
    server: { onInternalError: (error) => errors.push(error) },
  });
  const abort = new AbortController();
  const call = codeOf(client.call('hang', null, { signal: abort.signal }));
  await started.opened;
  abort.abort();
  expect(await call).toBe('cancelled');
  await second.opened;
  expect(errors.map(String)).toEqual(['Error: listener']);
});
