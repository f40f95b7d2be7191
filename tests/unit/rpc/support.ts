import { setImmediate } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { defineContract } from '../../../src/shared/rpc/contract.ts';
import type { Handlers } from '../../../src/shared/rpc/contract.ts';
import { RpcError } from '../../../src/shared/rpc/errors.ts';
import type { RpcLimits } from '../../../src/shared/rpc/limits.ts';
import { RpcPeer } from '../../../src/shared/rpc/peer.ts';
import type { RpcPeerOptions } from '../../../src/shared/rpc/peer.ts';
import { fromEmitterPort } from '../../../src/shared/rpc/port.ts';

/** What the serving side offers in these tests. */
export const service = defineContract({
  methods: {
    add: { params: z.strictObject({ a: z.number(), b: z.number() }), result: z.number() },
    echo: { params: z.unknown(), result: z.unknown() },
    /** Answers only when aborted or when the test says so. */
    hang: { params: z.null(), result: z.number() },
    stream: { params: z.int().min(0), result: z.string(), item: z.instanceof(Uint8Array) },
  },
  events: { tick: z.strictObject({ n: z.number() }) },
});
export type Service = typeof service;

/** What the calling side offers. */
export const client = defineContract({
  methods: { ask: { params: z.string().max(100), result: z.string() } },
  events: { note: z.string() },
});
export type Client = typeof client;

/** Items of a stream: far more than fit into any pause between two turns of the event loop. */
export const FOR_EVER = 500_000;

export const serviceHandlers: Handlers<Service> = {
  add: ({ a, b }) => a + b,
  echo: (value) => value,
  hang: (_params, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(new RpcError('cancelled', 'gave up'));
      });
    }),
  stream: async (count, { write }) => {
    for (let index = 0; index < count; index++) {
      // Better than a test run that hangs.
      if (index === FOR_EVER) throw new Error('a stream without an end was not ended');
      await write(Uint8Array.of(index & 255, index >> 8));
    }
    return `sent ${count}`;
  },
};

export const clientHandlers: Handlers<Client> = { ask: (text) => `answer to ${text}` };

export const nextTurn = (): Promise<void> => setImmediate();

type Options<
  Local extends typeof service | typeof client,
  Remote extends typeof service | typeof client,
> = Partial<Omit<RpcPeerOptions<Local, Remote>, 'port' | 'local' | 'remote' | 'handlers'>>;

export interface PairOptions {
  readonly handlers?: Partial<Handlers<Service>>;
  readonly clientHandlers?: Partial<Handlers<Client>>;
  readonly server?: Options<Service, Client>;
  readonly client?: Options<Client, Service>;
}

export const makeServer = (
  port: MessagePort,
  handlers: Partial<Handlers<Service>> = {},
  options: Options<Service, Client> = {},
): RpcPeer<Service, Client> =>
  new RpcPeer({
    ...options,
    port: fromEmitterPort(port),
    local: service,
    remote: client,
    handlers: { ...serviceHandlers, ...handlers },
    nextTurn,
  });

export const makeClient = (
  port: MessagePort,
  handlers: Partial<Handlers<Client>> = {},
  options: Options<Client, Service> = {},
): RpcPeer<Client, Service> =>
  new RpcPeer({
    ...options,
    port: fromEmitterPort(port),
    local: client,
    remote: service,
    handlers: { ...clientHandlers, ...handlers },
  });

/** Two peers over a real channel, closed when the test ends. */
export const makePair = (
  options: PairOptions = {},
): { server: RpcPeer<Service, Client>; client: RpcPeer<Client, Service>; ports: MessageChannel } => {
  const ports = new MessageChannel();
  const server = makeServer(ports.port1, options.handlers, options.server);
  const peer = makeClient(ports.port2, options.clientHandlers, options.client);
  onTestFinished(() => {
    peer.close('test over');
    server.close('test over');
  });
  return { server, client: peer, ports };
};

export interface HostileEnd {
  /** Posts anything at all. */
  post(...messages: unknown[]): void;
  /** Next message that the honest peer sends; rejects when the port closes first. */
  next(): Promise<unknown>;
  /** Everything received and not yet taken by next(). */
  readonly inbox: unknown[];
  readonly port: MessagePort;
}

export const hostileEnd = (port: MessagePort): HostileEnd => {
  const inbox: unknown[] = [];
  const waiting: { resolve: (message: unknown) => void; reject: (error: Error) => void }[] = [];
  let closed = false;
  port.on('message', (message: unknown) => {
    const waiter = waiting.shift();
    if (waiter === undefined) inbox.push(message);
    else waiter.resolve(message);
  });
  port.on('close', () => {
    closed = true;
    for (const waiter of waiting.splice(0)) waiter.reject(new Error('port closed'));
  });
  return {
    post: (...messages) => {
      for (const message of messages) port.postMessage(message);
    },
    next: () =>
      new Promise((resolve, reject) => {
        if (inbox.length > 0) resolve(inbox.shift());
        else if (closed) reject(new Error('port closed'));
        else waiting.push({ resolve, reject });
      }),
    inbox,
    port,
  };
};

/** An honest server facing a hostile caller. */
export const hostileCaller = (
  limits: Partial<RpcLimits> = {},
  handlers: Partial<Handlers<Service>> = {},
): HostileEnd & { server: RpcPeer<Service, Client>; errors: unknown[] } => {
  const ports = new MessageChannel();
  const errors: unknown[] = [];
  const server = makeServer(ports.port1, handlers, {
    limits,
    onInternalError: (error) => errors.push(error),
  });
  onTestFinished(() => {
    server.close('test over');
  });
  return { ...hostileEnd(ports.port2), server, errors };
};

/** An honest caller facing a hostile server. */
export const hostileServer = (
  limits: Partial<RpcLimits> = {},
): HostileEnd & { client: RpcPeer<Client, Service>; errors: unknown[] } => {
  const ports = new MessageChannel();
  const errors: unknown[] = [];
  const peer = makeClient(ports.port1, {}, { limits, onInternalError: (error) => errors.push(error) });
  onTestFinished(() => {
    peer.close('test over');
  });
  return { ...hostileEnd(ports.port2), client: peer, errors };
};

export const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    return `resolved ${JSON.stringify(await promise)}`;
  } catch (error) {
    return RpcError.is(error) ? error.code : `threw ${String(error)}`;
  }
};

export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export const makeGate = (): Gate => {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
};
