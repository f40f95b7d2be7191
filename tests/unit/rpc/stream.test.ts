import { describe, expect, test } from 'vitest';
import type { RpcLimits } from '../../../src/shared/rpc/limits.ts';
import { measure } from '../../../src/shared/rpc/measure.ts';
import { codeOf, FOR_EVER, makeGate, makePair } from './support.ts';

const ITEM = new Uint8Array(1000);
const itemBytes = Number(measure(ITEM, { maxBytes: 1e6, maxDepth: 1, maxNodes: 1 }));

test('items arrive in order, one at a time, and all before the answer', async () => {
  const { client } = makePair();
  const seen: number[] = [];
  let running = 0;
  const result = await client.call('stream', 500, {
    window: 300,
    onItem: async (item) => {
      expect(++running).toBe(1);
      await Promise.resolve();
      seen.push((item[0] ?? 0) + 256 * (item[1] ?? 0));
      running--;
    },
  });
  expect(result).toBe('sent 500');
  expect(seen).toEqual(Array.from({ length: 500 }, (_, index) => index));
});

test('the answer waits for the last onItem', async () => {
  const { client } = makePair();
  const gate = makeGate();
  const reached = makeGate();
  let settled = false;
  const call = client
    .call('stream', 1, {
      onItem: () => {
        reached.open();
        return gate.opened;
      },
    })
    .finally(() => {
      settled = true;
    });
  await reached.opened;
  // A call made later is answered after the stream's answer has arrived.
  await client.call('add', { a: 1, b: 1 });
  expect(settled).toBe(false);
  gate.open();
  expect(await call).toBe('sent 1');
});

test('a slow consumer holds the producer: no more than the window is ever under way', async () => {
  const written: number[] = [];
  const { client } = makePair({
    handlers: {
      stream: async (count, { write }) => {
        for (let index = 0; index < count; index++) {
          await write(ITEM);
          written.push(index);
        }
        return 'done';
      },
    },
  });
  const gate = makeGate();
  let handled = 0;
  let maxUnderWay = 0;
  const call = client.call('stream', 200, {
    window: 5 * itemBytes + 1,
    onItem: async () => {
      maxUnderWay = Math.max(maxUnderWay, written.length - handled);
      await gate.opened;
      handled++;
    },
  });
  for (let turn = 0; turn < 20; turn++) await client.call('add', { a: 1, b: 1 });
  expect(written).toHaveLength(5);
  gate.open();
  expect(await call).toBe('done');
  expect(handled).toBe(200);
  // 5 posted, and one more may have been noted by the producer before the consumer counts it as handled.
  expect(maxUnderWay).toBeGreaterThan(1);
  expect(maxUnderWay).toBeLessThanOrEqual(6);
});

test('a synchronous producer queues up to maxQueuedBytes, then is refused', async () => {
  const accepted: boolean[] = [];
  const { client } = makePair({
    handlers: {
      stream: (count, { tryWrite }) => {
        for (let index = 0; index < count; index++) accepted.push(tryWrite(ITEM));
        return 'done';
      },
    },
    server: { limits: { maxQueuedBytes: 4 * itemBytes } },
  });
  let items = 0;
  await client.call('stream', 10, {
    window: 3 * itemBytes,
    onItem: () => {
      items++;
    },
  });
  expect(accepted).toEqual([true, true, true, true, true, true, true, false, false, false]);
  expect(items).toBe(7);
});

test('credit lets out no more of the queue than there is room for', async () => {
  const { client } = makePair({
    handlers: {
      stream: (count, { tryWrite }) => {
        for (let index = 0; index < count; index++) tryWrite(ITEM);
        return 'done';
      },
    },
  });
  const gate = makeGate();
  let items = 0;
  const call = client.call('stream', 8, {
    window: 2 * itemBytes,
    // The first gives its room back at once, the second keeps the rest.
    onItem: () => (++items === 2 ? gate.opened : undefined),
  });
  for (let turn = 0; turn < 5; turn++) await client.call('add', { a: 1, b: 1 });
  expect(items).toBe(2);
  gate.open();
  expect(await call).toBe('done');
  expect(items).toBe(8);
});

test('write rejects "too-large" when the queue is full, and dropped promises harm nobody', async () => {
  const codes: Promise<string>[] = [];
  const { client } = makePair({
    handlers: {
      stream: (_count, { write }) => {
        void write(ITEM);
        void write(ITEM);
        void write(ITEM);
        codes.push(codeOf(write(ITEM)));
        return 'done';
      },
    },
    server: { limits: { maxQueuedBytes: itemBytes } },
  });
  await client.call('stream', 0, { window: itemBytes, onItem: () => undefined });
  expect(await Promise.all(codes)).toEqual(['too-large']);
});

test('with a window as large as the stream nothing queues', async () => {
  const count = 1000;
  const accepted = new Set<boolean>();
  const { client } = makePair({
    handlers: {
      stream: (total, { tryWrite }) => {
        for (let index = 0; index < total; index++) accepted.add(tryWrite(ITEM));
        return 'done';
      },
    },
    server: { limits: { maxQueuedBytes: 0 } },
  });
  let items = 0;
  await client.call('stream', count, {
    window: count * itemBytes,
    onItem: () => {
      items++;
    },
  });
  expect(items).toBe(count);
  expect([...accepted]).toEqual([true]);
});

test('one byte less of window and maxQueuedBytes 0 refuses the last item', async () => {
  const accepted: boolean[] = [];
  const { client } = makePair({
    handlers: {
      stream: (_total, { tryWrite }) => {
        accepted.push(tryWrite(ITEM), tryWrite(ITEM));
        return 'done';
      },
    },
    server: { limits: { maxQueuedBytes: 0 } },
  });
  await client.call('stream', 2, { window: 2 * itemBytes - 1, onItem: () => undefined });
  expect(accepted).toEqual([true, false]);
});

test('an item larger than the window or the message limit is refused, and only it', async () => {
  const codes: string[] = [];
  const { client } = makePair({
    handlers: {
      stream: async (_count, { write }) => {
        codes.push(await codeOf(write(new Uint8Array(3000))));
        codes.push(await codeOf(write(new Uint8Array(70_000))));
        codes.push(await codeOf(write(ITEM)));
        return 'done';
      },
    },
    server: { limits: { maxSendBytes: 64_000 } },
  });
  let items = 0;
  await client.call('stream', 0, {
    window: 2000,
    onItem: () => {
      items++;
    },
  });
  expect(codes).toEqual(['too-large', 'too-large', 'resolved undefined']);
  expect(items).toBe(1);
});

test('a caller that wants no items gets none, and the producer is not held', async () => {
  const { client } = makePair();
  expect(await client.call('stream', 1000)).toBe('sent 1000');
});

test('maxWindow bounds what a greedy caller can have put on the wire', async () => {
  let accepted = 0;
  const { client } = makePair({
    handlers: {
      stream: (count, { tryWrite }) => {
        for (let index = 0; index < count; index++) accepted += Number(tryWrite(ITEM));
        return 'done';
      },
    },
    server: { limits: { maxWindow: 2 * itemBytes, maxQueuedBytes: itemBytes } },
  });
  let items = 0;
  await client.call('stream', 10, {
    window: 2 ** 40,
    onItem: () => {
      items++;
    },
  });
  expect([accepted, items]).toEqual([3, 3]);
});

test('what onItem throws becomes the call’s rejection, and the handler is cancelled', async () => {
  const stopped = makeGate();
  const { client } = makePair({
    handlers: {
      stream: async (_count, { write, signal }) => {
        signal.addEventListener('abort', stopped.open);
        await write(ITEM);
        await stopped.opened;
        return 'done';
      },
    },
  });
  const oops = new Error('sink is full');
  await expect(
    client.call('stream', 1, {
      onItem: () => {
        throw oops;
      },
    }),
  ).rejects.toBe(oops);
  await stopped.opened;
  await expect(client.call('stream', 1, { onItem: () => Promise.reject(oops) })).rejects.toBe(oops);
});

test('an item that fails its schema ends its call at the caller, and cancels the handler', async () => {
  const cancelled = makeGate();
  const { client } = makePair({
    handlers: {
      stream: async (_count, { write, signal }) => {
        signal.addEventListener('abort', cancelled.open);
        // @ts-expect-error: items are bytes.
        await write('text');
        await cancelled.opened;
        return 'done';
      },
    },
  });
  let items = 0;
  const call = client.call('stream', 1, {
    onItem: () => {
      items++;
    },
  });
  await expect(call).rejects.toMatchObject({ code: 'invalid-result', origin: 'local' });
  await cancelled.opened;
  expect(items).toBe(0);
  expect(await client.call('add', { a: 1, b: 1 })).toBe(2);
});

test('writing after the handler has returned is refused', async () => {
  let late: ((item: Uint8Array<ArrayBuffer>) => Promise<void>) | undefined;
  const { client } = makePair({
    handlers: {
      stream: (_count, { write }) => {
        late = write;
        return 'done';
      },
    },
  });
  await client.call('stream', 1, { onItem: () => undefined });
  expect(late && (await codeOf(late(ITEM)))).toBe('closed');
});

test('a failing handler’s earlier items still arrive before the error', async () => {
  const { client } = makePair({
    handlers: {
      stream: (_count, { tryWrite }) => {
        for (let index = 0; index < 5; index++) tryWrite(ITEM);
        throw new Error('traceback');
      },
    },
  });
  let items = 0;
  const call = client.call('stream', 1, {
    window: itemBytes,
    onItem: () => {
      items++;
    },
  });
  expect(await codeOf(call)).toBe('internal');
  expect(items).toBe(5);
});

test.each([0, -1, 1.5, Number.NaN])('a window of %d is refused here', async (window) => {
  const { client } = makePair();
  expect(await codeOf(client.call('stream', 1, { window, onItem: () => undefined }))).toBe('invalid-params');
});

const NOTHING = new Uint8Array(0);

describe('a handler that writes as fast as it can', () => {
  /** What it wrote until another call was answered, of which it learns by `others`. */
  const writtenMeanwhile = async (
    options: { readonly window?: number; readonly onItem?: () => void | Promise<void> },
    write: (context: { write: (item: Uint8Array<ArrayBuffer>) => Promise<void> }) => Promise<void>,
    limits: Partial<RpcLimits> = {},
  ): Promise<number> => {
    let written = 0;
    let answered = false;
    const { client } = makePair({
      handlers: {
        stream: async (_count, context) => {
          for (; !answered && written < FOR_EVER; written++) await write(context);
          return 'done';
        },
        echo: (value) => {
          answered = true;
          return value;
        },
      },
      server: { limits },
    });
    const streamed = client.call('stream', 0, options);
    await client.call('echo', null);
    await streamed.catch(() => undefined);
    return written;
  };

  test('to a caller that wants no items lets other calls be answered', async () => {
    expect(await writtenMeanwhile({}, ({ write }) => write(ITEM))).toBeLessThan(FOR_EVER);
  });

  test('items of nothing lets other calls be answered', async () => {
    expect(await writtenMeanwhile({}, ({ write }) => write(NOTHING))).toBeLessThan(FOR_EVER);
  });

  test('into a window as large as all of them lets other calls be answered', async () => {
    const options = { window: 250_000_000, onItem: () => undefined };
    expect(await writtenMeanwhile(options, ({ write }) => write(NOTHING))).toBeLessThan(FOR_EVER);
  });

  test('what is refused, and goes on all the same, lets other calls be answered', async () => {
    const options = { window: 100, onItem: () => undefined };
    const tooLarge = writtenMeanwhile(options, ({ write }) => write(ITEM).catch(() => undefined));
    expect(await tooLarge).toBeLessThan(FOR_EVER);
    const full = writtenMeanwhile(
      { window: 2 * itemBytes, onItem: () => new Promise((resolve) => setImmediate(resolve)) },
      async ({ write }) => {
        void write(ITEM);
        await write(ITEM).catch(() => undefined);
      },
      { maxQueuedBytes: itemBytes },
    );
    expect(await full).toBeLessThan(FOR_EVER);
  });

  test('and does not hear that its call was cancelled lets other calls be answered', async () => {
    let written = 0;
    let answered = false;
    const begun = makeGate();
    const { client } = makePair({
      handlers: {
        stream: async (_count, { write }) => {
          begun.open();
          for (; !answered && written < FOR_EVER; written++) await write(ITEM).catch(() => undefined);
          return 'done';
        },
        echo: (value) => {
          answered = true;
          return value;
        },
      },
    });
    const stop = new AbortController();
    const streamed = codeOf(client.call('stream', 0, { signal: stop.signal }));
    await begun.opened;
    stop.abort();
    expect(await streamed).toBe('cancelled');
    await client.call('echo', null);
    expect(written).toBeLessThan(FOR_EVER);
  });

  test('holds no more than the window and the queue, and ends with the connection', async () => {
    const codes: string[] = [];
    let written = 0;
    const ended = makeGate();
    const { client, server } = makePair({
      handlers: {
        stream: async (_count, { write }) => {
          for (let code = ''; code !== 'closed' && written < FOR_EVER; written++) {
            code = await codeOf(write(ITEM));
            if (code !== codes.at(-1)) codes.push(code);
          }
          ended.open();
          return 'done';
        },
      },
    });
    const call = codeOf(client.call('stream', 0));
    await client.call('add', { a: 1, b: 1 });
    server.close('enough');
    expect(await call).toBe('closed');
    await ended.opened;
    expect(codes).toEqual(['resolved undefined', 'closed']);
  });
});
