import { expect, test } from 'vitest';
import { RpcError } from '../../../src/shared/rpc/errors.ts';
import { makeRandom } from '../../support/random.ts';
import { hostileCaller, hostileServer } from './support.ts';

/** More of them: VIVARIUM_FUZZ_ROUNDS=400. */
const ROUNDS = Number(process.env['VIVARIUM_FUZZ_ROUNDS'] ?? 100);
const MESSAGES_PER_ROUND = 15;

const seed = Number(process.env['VIVARIUM_FUZZ_SEED'] ?? Date.now() & 0xffff_ffff);
const random = makeRandom(seed);
const below = (limit: number): number => Math.floor(random() * limit);
const pick = <T>(...choices: [T, ...T[]]): T => choices[below(choices.length)] ?? choices[0];

const value = (depth = 0): unknown => {
  switch (below(depth > 4 ? 9 : 13)) {
    case 0:
      return null;
    case 1:
      return undefined;
    case 2:
      return random() < 0.5;
    case 3:
      return pick(0, -0, 1, -1, NaN, Infinity, 2 ** 53, 0.1, -(2 ** 31));
    case 4:
      return pick('', 'x', '__proto__', 'constructor', '\ud800', 'y'.repeat(below(2000)));
    case 5:
      return new Uint8Array(below(300));
    case 6:
      return pick<unknown>(
        new Date(0),
        new Map(),
        new Set([1]),
        /x/u,
        1n,
        new Error('x'),
        new Float32Array(2),
      );
    case 7:
      return { a: below(9), b: below(9) };
    case 8:
      return below(1000);
    case 9:
    case 10:
      return Array.from({ length: below(4) }, () => value(depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: below(4) }, () => [
          pick('a', 'b', 'data', '__proto__', 'then', 'toString', 'length'),
          value(depth + 1),
        ]),
      );
  }
};

/** What a caller may send to the service, with now and then a step too far. */
const fromCaller = (nextId: number): { message: object; nextId: number } => {
  const known = below(Math.max(nextId, 1));
  switch (below(8)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return {
        message: {
          kind: 'request',
          id: nextId,
          method: pick('add', 'echo', 'hang', 'stream', 'ask', '__proto__', 'constructor', ''),
          params: pick(value(), { a: 1, b: 2 }, null, below(50)),
          window: pick(0, 60, 500, 1e9),
        },
        nextId: nextId + 1,
      };
    case 4:
      return { message: { kind: 'cancel', id: known }, nextId };
    case 5:
      return { message: { kind: 'credit', id: known, bytes: pick(1, 50, 100) }, nextId };
    case 6:
      return { message: { kind: 'event', name: 'note', payload: pick('text', '', 'x', value()) }, nextId };
    default:
      return { message: { kind: 'answer', id: below(2), result: pick('text', value()) }, nextId };
  }
};

/** What a service may send to its caller, who has made the requests 0 (add) and 1 (stream). */
const fromService = (): object => {
  switch (below(6)) {
    case 0:
      return { kind: 'answer', id: below(2), result: pick(value(), below(9), 'text') };
    case 1:
      return { kind: 'failure', id: below(2), code: pick('busy', 'closed', 'internal'), message: 'x' };
    case 2:
    case 3:
      return { kind: 'item', id: 1, item: pick<unknown>(new Uint8Array(below(30)), 'text', below(9)) };
    case 4:
      return { kind: 'event', name: 'tick', payload: { n: below(9) } };
    default:
      return { kind: 'request', id: below(3), method: 'ask', params: pick('x', value()), window: 0 };
  }
};

/** Mostly left as it is, else spoiled in one place, else anything. */
const spoil = (message: object): unknown => {
  const choice = random();
  if (choice < 0.95) return message;
  if (choice < 0.99) return { ...message, [pick('kind', 'id', 'extra', 'params', 'window')]: value() };
  return value();
};

const EXPECTED_REASON = /^(protocol violation: |port closed$|closed by the other side: )/u;

/** Each call's outcome, which must be one that the contract allows; and how often it settled. */
const watch = (calls: Promise<unknown>[], isValid: (result: unknown) => boolean): Promise<number>[] =>
  calls.map(async (call) => {
    let settled = 0;
    await call.then(
      (result) => {
        settled++;
        expect(isValid(result)).toBe(true);
      },
      (error: unknown) => {
        settled++;
        expect(RpcError.is(error)).toBe(true);
      },
    );
    return settled;
  });

test(`random messages never hang, never escape and never get past a schema (VIVARIUM_FUZZ_SEED=${seed})`, async () => {
  console.info(`VIVARIUM_FUZZ_SEED=${seed}`);
  const reasons = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    let nextId = 0;
    const limits = { maxMessageBytes: 5000, maxDepth: 6, maxNodes: 40, maxInFlight: 3, maxQueuedBytes: 500 };
    const served: unknown[] = [];
    const caller = hostileCaller(limits, {
      add: ({ a, b }) => {
        served.push(a, b);
        return a + b;
      },
    });
    const server = hostileServer(limits);
    const outcomes = [
      ...watch(
        [caller.server.call('ask', 'x'), caller.server.call('ask', 'y')],
        (result) => typeof result === 'string',
      ),
      ...watch(
        [
          server.client.call('add', { a: 1, b: 2 }),
          server.client.call('stream', 3, {
            window: 200,
            onItem: (item) => {
              expect(item).toBeInstanceOf(Uint8Array);
            },
          }),
        ],
        (result) => typeof result === 'number' || typeof result === 'string',
      ),
    ];
    for (let count = 0; count < MESSAGES_PER_ROUND; count++) {
      const next = fromCaller(nextId);
      nextId = next.nextId;
      caller.post(spoil(next.message));
      server.post(spoil(fromService()));
    }
    caller.port.close();
    server.port.close();
    for (const reason of await Promise.all([caller.server.closed, server.client.closed])) {
      expect(reason).toMatch(EXPECTED_REASON);
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    expect(await Promise.all(outcomes)).toEqual([1, 1, 1, 1]);
    expect([...caller.errors, ...server.errors]).toEqual([]);
    expect(served.every((operand) => typeof operand === 'number')).toBe(true);
  }
  // The generator must keep reaching the deep states, or the test proves nothing.
  expect(reasons.get('port closed') ?? 0).toBeGreaterThan(0);
  expect(reasons.size).toBeGreaterThan(5);
});
