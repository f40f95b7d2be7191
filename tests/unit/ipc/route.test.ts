/** What the page sends is hostile until it is parsed; what it is answered is a value, whatever happens. */
import { describe, expect, it } from 'vitest';
import { ApiFailure } from '../../../src/main/ipc/api-failure.ts';
import { routesOf, type Caller, type HandlersOf, type Route } from '../../../src/main/ipc/route.ts';
import { PackageError } from '../../../src/main/packages/package-error.ts';
import { InvalidSettingError } from '../../../src/shared/config/config-keys.ts';
import { ARGUMENTS } from '../../../src/shared/ipc/arguments.ts';
import { CALLS, EVENTS } from '../../../src/shared/ipc/channels.ts';
import { LIMITS } from '../../../src/shared/limits.ts';

const caller: Caller = { send: () => undefined, closed: new AbortController().signal };

interface Heard {
  readonly routes: readonly Route[];
  readonly calls: unknown[];
  readonly faults: string[];
}

/** The file feature, with handlers that do as they are told. */
const listen = (save: () => unknown = () => null): Heard => {
  const calls: unknown[] = [];
  const faults: string[] = [];
  const handlers: HandlersOf<'file'> = {
    find: (args) => {
      calls.push(args);
      return [];
    },
    pickFile: (args) => {
      calls.push(args);
      return null;
    },
    saveFile: async (args) => {
      calls.push(args);
      await save();
      return null;
    },
  };
  return { routes: routesOf('file', handlers, (channel) => faults.push(channel)), calls, faults };
};

const ask = ({ routes }: Heard, channel: string, ...given: unknown[]): Promise<unknown> => {
  const route = routes.find((one) => one.channel === channel);
  if (route === undefined) throw new Error(`no route ${channel}`);
  return route.answer(caller, given);
};

const refused = (message: RegExp | string): unknown => ({
  ok: false,
  error: {
    code: 'invalid-argument',
    message: typeof message === 'string' ? message : (expect.stringMatching(message) as string),
  },
});

const bytes = new Uint8Array([1]);

it('each call of the contract has a schema, and each channel belongs to one call or event', () => {
  for (const [feature, calls] of Object.entries(CALLS)) {
    if (feature === 'interpreter') continue;
    expect(Object.keys(ARGUMENTS[feature as keyof typeof ARGUMENTS])).toEqual(Object.keys(calls));
  }
  const channels = [CALLS, EVENTS].flatMap((all) =>
    Object.values(all).flatMap((one: Readonly<Record<string, string>>) => Object.values(one)),
  );
  expect(new Set(channels).size).toBe(channels.length);
});

it('gives the parsed arguments to the handler, and its value to the page', async () => {
  const all = listen();
  expect(await ask(all, 'file-find', 'python')).toEqual({ ok: true, value: [] });
  expect(all.calls).toEqual([['python']]);
});

it('refuses senders other than the app’s own page, without calling a handler', async () => {
  const all = listen();
  for (const route of all.routes) {
    expect(await route.answer(null, ['python'])).toMatchObject({ ok: false, error: { code: 'forbidden' } });
  }
  expect(all.calls).toEqual([]);
});

describe('arguments that break the schema are refused by name', () => {
  it.each<[string, string, unknown[], RegExp | string]>([
    ['too few arguments', 'file-save', [], /^the arguments: /u],
    ['too many', 'file-find', ['python', 'more'], /^the arguments: /u],
    ['another type', 'file-find', [1], /^argument 1: /u],
    ['an unknown value', 'file-find', ['/bin/sh'], /^argument 1: /u],
    ['a folder in a name', 'file-save', ['../a', bytes], 'argument 1: must be a plain file name'],
    ['a name that is a folder', 'file-save', ['..', bytes], 'argument 1: must be a plain file name'],
    ['a device’s colon', 'file-save', ['c:a', bytes], 'argument 1: must be a plain file name'],
    ['a NUL in a name', 'file-save', ['a\0', bytes], 'argument 1: must be a plain file name'],
    ['text for bytes', 'file-save', ['a', 'text'], 'argument 2: must be bytes'],
    ['further fields', 'file-pick', [{ title: 'a', properties: ['openDirectory'] }], /^argument 1: /u],
    ['a field of another type', 'file-pick', [{ title: 1 }], /^argument 1 \(title\): /u],
    ['a long text', 'file-pick', [{ title: 'a'.repeat(201) }], /^argument 1 \(title\): /u],
    ['an array for an object', 'file-pick', [[]], /^argument 1: /u],
    ['null', 'file-pick', [null], /^argument 1: /u],
  ])('%s', async (_what, channel, given, message) => {
    const all = listen();
    expect(await ask(all, channel, ...given)).toEqual(refused(message));
    expect(all.calls).toEqual([]);
  });

  const deep = (): unknown => {
    let value: unknown = 1;
    for (let depth = 0; depth < 100; depth++) value = [value];
    return value;
  };

  it.each<[string, unknown, RegExp]>([
    ['nested deeply', deep(), /nested too deeply/u],
    ['of very many parts', Array.from({ length: 200_000 }, () => 1), /too many values/u],
    ['of another kind', new Map([[1, 2]]), /neither plain nor an array/u],
    ['with a prototype as a key', JSON.parse('{"__proto__": {"title": "a"}}'), /__proto__/u],
    ['with holes', Array(3), /holes/u],
    ['shared', new Uint8Array(new SharedArrayBuffer(8)), /shared memory/u],
    ['larger than all files may be', 'a'.repeat(LIMITS.totalFileBytes), /too many bytes/u],
  ])('something %s, before any schema sees it', async (_what, value, message) => {
    const all = listen();
    expect(await ask(all, 'file-pick', value)).toEqual(refused(message));
    expect(all.calls).toEqual([]);
  });

  it('in a short message, however much was sent', async () => {
    const all = listen();
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`key${index}`, 1]));
    const answer = (await ask(all, 'file-pick', many)) as { error: { message: string } };
    expect(answer.error.message.length).toBeLessThanOrEqual(300);
  });
});

describe('what a handler throws', () => {
  it.each<[string, Error, string]>([
    ['for the page', new ApiFailure('not-found', 'there is none'), 'not-found'],
    ['by the package store', new PackageError('store-full', 'the disk is full'), 'store-full'],
    ['for a setting', new InvalidSettingError('a.b', 'must be a number'), 'invalid-setting'],
  ])('%s is told with its words', async (_what, error, code) => {
    const all = listen(() => Promise.reject(error));
    expect(await ask(all, 'file-save', 'a', bytes)).toEqual({
      ok: false,
      error: { code, message: error.message },
    });
    expect(all.faults).toEqual([]);
  });

  it('by accident reaches the page as "internal", without path or stack', async () => {
    const all = listen(() => Promise.reject(new Error('ENOENT: no such file, open /home/someone/secret')));
    const answer = await ask(all, 'file-save', 'a', bytes);
    expect(answer).toMatchObject({ ok: false, error: { code: 'internal' } });
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(all.faults).toEqual(['file-save']);
  });
});
