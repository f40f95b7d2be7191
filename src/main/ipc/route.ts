/** One IPC channel of the page: sender check, validation of the arguments, and the answer. Independent of Electron. */
import type { z } from 'zod';
import type { WindowApi } from '../../shared/ipc/api.ts';
import type { Answer, ApiError } from '../../shared/ipc/answer.ts';
import { ARGUMENTS, type AnsweringFeature, type ArgumentsOf } from '../../shared/ipc/arguments.ts';
import { CALLS, type Calls } from '../../shared/ipc/channels.ts';
import { LIMITS } from '../../shared/limits.ts';
import { measure } from '../../shared/rpc/measure.ts';
import { apiErrorOf } from './api-failure.ts';

/** The page that asks. */
export interface Caller {
  /** Sends it an event; nothing happens when it is closed. */
  send(channel: string, payload: unknown): void;
  /** Aborted when the page is closed, reloaded or dies. */
  readonly closed: AbortSignal;
}

export interface Route {
  readonly channel: string;
  /** Never rejects. @param caller null when it is not the app's own page that asks */
  readonly answer: (caller: Caller | null, given: readonly unknown[]) => Promise<unknown>;
}

type ValueOf<T> = T extends (...args: never[]) => Promise<Answer<infer V>> ? V : never;

/** Handlers of one feature's calls. They throw `ApiFailure` for errors that are meant for the page. */
export type HandlersOf<F extends AnsweringFeature> = {
  readonly [M in keyof Calls[F] & keyof WindowApi[F]]: (
    args: ArgumentsOf<F, M>,
    caller: Caller,
  ) => ValueOf<WindowApi[F][M]> | Promise<ValueOf<WindowApi[F][M]>>;
};

/** Large enough for whole input files. */
const MEASURE = {
  maxBytes: LIMITS.totalFileBytes + 64 * 1024 * 1024,
  maxDepth: 64,
  maxNodes: 100_000,
} as const;

const MAX_PROBLEM = 300;

export const FORBIDDEN: ApiError = { code: 'forbidden', message: 'only the page of the app may ask this' };

/** Why the arguments exceed a limit, or null. */
export const sizeProblem = (given: readonly unknown[]): ApiError | null => {
  const size = measure(given, MEASURE);
  if (typeof size === 'number') return null;
  return { code: 'invalid-argument', message: `what was sent can't be accepted: ${size.text}` };
};

const shapeProblem = (error: z.ZodError): ApiError => {
  const issue = error.issues[0];
  const [position, ...path] = issue?.path ?? [];
  const where = position === undefined ? 'the arguments' : `argument ${Number(position) + 1}`;
  const field = path.length === 0 ? '' : ` (${path.join('.')})`;
  const text = `${where}${field}: ${issue?.message ?? 'not valid'}`;
  return { code: 'invalid-argument', message: text.slice(0, MAX_PROBLEM) };
};

/** Receives internal errors, which are not shown to the page. */
export type OnFault = (channel: string, error: unknown) => void;

/** One channel, whose arguments are parsed by the schema. */
export const answering = <Given extends unknown[]>(
  channel: string,
  schema: z.ZodType<Given>,
  handler: (given: Given, caller: Caller) => unknown,
  onFault: OnFault,
): Route => ({
  channel,
  answer: async (caller, given): Promise<Answer<unknown>> => {
    const refused = caller === null ? FORBIDDEN : sizeProblem(given);
    if (caller === null || refused !== null) return { ok: false, error: refused ?? FORBIDDEN };
    const parsed = schema.safeParse(given);
    if (!parsed.success) return { ok: false, error: shapeProblem(parsed.error) };
    try {
      return { ok: true, value: await handler(parsed.data, caller) };
    } catch (error) {
      const told = apiErrorOf(error);
      if (told.code === 'internal') onFault(channel, error);
      return { ok: false, error: told };
    }
  },
});

/** The routes of one feature. */
export const routesOf = <F extends AnsweringFeature>(
  feature: F,
  handlers: HandlersOf<F>,
  onFault: OnFault,
): Route[] => {
  const channels: Readonly<Record<string, string>> = CALLS[feature];
  const schemas: Readonly<Record<string, z.ZodType<unknown[]>>> = ARGUMENTS[feature];
  return Object.entries(channels).map(([method, channel]) => {
    const schema = schemas[method];
    const handler = handlers[method as keyof HandlersOf<F>] as (args: unknown[], caller: Caller) => unknown;
    if (schema === undefined) throw new Error(`${feature}.${method} has no schema`);
    return answering(channel, schema, handler, onFault);
  });
};
