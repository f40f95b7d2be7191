/** Functions of the app's that code calls, in a real sandbox. */
import path from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hostFunction } from '../../src/main/library/functions.ts';
import type {
  HostFunctions,
  RunResult,
  Sandbox,
  SandboxEvent,
  SessionRunOptions,
} from '../../src/main/library/api/api.ts';
import { RunResult as RunResultSchema } from '../../src/shared/contract/run.ts';
import { runProgram } from '../../scripts/shared/run-program.ts';
import { librarySandbox } from '../support/library-sandbox.ts';
import { notRunHere } from '../support/not-run.ts';
import { testWheels } from '../support/test-wheels.ts';

/** What handlers were called with. */
const handled: unknown[] = [];

const functions: HostFunctions = {
  add: hostFunction({
    description: 'Adds two numbers.\nNothing "else".',
    input: z.object({ first: z.number().describe('the one'), second: z.number().default(2) }),
    output: z.number(),
    handler: ({ first, second }) => {
      handled.push({ first, second });
      return first + second;
    },
  }),
  'github.create_issue': {
    input: {
      type: 'object',
      properties: {
        title: { type: 'string', minLength: 3 },
        labels: { type: 'array', items: { enum: ['bug', 'idea'] } },
        from: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      },
      required: ['title'],
    },
    handler: (input) => {
      handled.push(input);
      return Promise.resolve({ number: 7, url: null, tags: ['a', 1.5, true] });
    },
  },
  echo: {
    input: { type: 'object', properties: { value: {} }, required: ['value'] },
    handler: (input) => (input as { value: unknown }).value,
  },
  save: hostFunction({
    frames: 'arrow',
    input: z.object({ table: z.instanceof(Uint8Array), name: z.string().default('') }),
    handler: ({ name, table }) => {
      handled.push({ name, size: table.byteLength });
      return table;
    },
  }),
  fail: {
    handler: () => {
      throw new TypeError('the record is locked');
    },
  },
};

let sandbox: Sandbox;

beforeAll(() => {
  sandbox = librarySandbox({ functions, calls: { keepArguments: true } });
});
afterAll(() => sandbox.dispose());
beforeEach(() => void handled.splice(0));

const run = async (code: string, options: SessionRunOptions = {}): Promise<RunResult> =>
  RunResultSchema.parse(await sandbox.session('tests').run(code, options));

/** The value, as JSON, of code that does not fail. */
const valueOf = async (code: string, options?: SessionRunOptions): Promise<unknown> => {
  const { error, value } = await run(code, options);
  expect(error).toBeNull();
  return value?.json;
};

/** Type and message of the exception that code ends with. */
const errorOf = async (code: string, options?: SessionRunOptions): Promise<string> => {
  const { error } = await run(code, options);
  return `${error?.type ?? 'none'}: ${error?.message ?? ''}`;
};

describe('a function', () => {
  it.each([
    ['from host import add\nadd(1)', 3],
    ['from host import add\nadd(1, 5)', 6],
    ['import host\nhost.add(second=5, first=1)', 6],
    ['from host.github import create_issue\ncreate_issue("abc")["tags"]', ['a', 1.5, true]],
    ['from host import github\ngithub.create_issue("abc", ["bug"], from_="me")["number"]', 7],
    ['import host.github\nhost.github.create_issue(title="abc")["url"] is None', true],
    ['from host.aio import add\nawait add(1)', 3],
    ['import asyncio\nfrom host.aio import add\nawait asyncio.gather(add(1), add(first=2))', [3, 4]],
    ['import asyncio\nfrom host import aio\nasyncio.run(aio.github.create_issue("abc"))["number"]', 7],
  ])('is called: %j', async (code, value) => {
    expect(await valueOf(code)).toEqual(value);
  });

  it("gets arguments by the names of its schema, and the schema's defaults for the others", async () => {
    await valueOf('from host import add, github\nadd(4)\ngithub.create_issue("abc", None, None)\n0');
    expect(handled).toEqual([
      { first: 4, second: 2 },
      { title: 'abc', from: null },
    ]);
  });

  it('has its signature, types and docstring', async () => {
    const code = `
from host import add, github
import inspect
[str(inspect.signature(add)), inspect.getdoc(add), add.__name__, add.__module__,
 str(inspect.signature(github.create_issue)), github.create_issue.__module__]`;
    expect(await valueOf(code)).toEqual([
      '(first: float, second: float = 2) -> float',
      'Adds two numbers.\nNothing "else".\n\nArgs:\n    first: the one',
      'add',
      'host',
      '(title: str, labels: list[Literal["bug", "idea"]] = ..., from_: str | None = ...) -> Any',
      'host.github',
    ]);
  });

  it('is reported in the result and as an event, with its arguments if so configured', async () => {
    const events: SandboxEvent[] = [];
    const listening = sandbox.events.on('function-called', (event) => void events.push(event));
    const { calls } = await run('from host import add\nadd(1)');
    listening.dispose();
    const call = {
      name: 'add',
      bytes: '{"name":"add","arguments":{"first":1}}'.length,
      resultBytes: '{"value":3}'.length,
      ms: expect.any(Number) as number,
      outcome: 'ok',
      arguments: { first: 1 },
    };
    expect(calls).toEqual([call]);
    expect(events).toEqual([
      {
        type: 'function-called',
        at: expect.any(Number) as number,
        run: expect.any(Number) as number,
        session: 'tests',
        call,
      },
    ]);
  });

  it('is called after what was printed before has been passed on', async () => {
    const order: string[] = [];
    await run('from host import note\nprint("one")\nnote("two")\nprint("three")', {
      functions: {
        note: {
          input: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
          handler: (input) => void order.push((input as { text: string }).text),
        },
      },
      onOutput: ({ bytes }) => void order.push(new TextDecoder().decode(bytes).trim()),
    });
    expect(order).toEqual(['one', 'two', 'three']);
  });
});

describe('values', () => {
  it.each([
    ['{"a": [1, 2.5, "é\\n\\u2028", True, None]}', { a: [1, 2.5, 'é\n\u2028', true, null] }],
    ['(1, 2)', [1, 2]],
    ['b"\\xff\\x00"', '/wA='],
    ['__import__("datetime").date(2026, 1, 2)', '2026-01-02'],
    ['__import__("pathlib").Path("a") / "b"', 'a/b'],
    ['{1: 2}', { '1': 2 }],
    ['__import__("dataclasses").make_dataclass("P", ["x", "y"])(1, [2])', { x: 1, y: [2] }],
    ['"\\ud800"', '?'],
    ['2**53 - 1', 2 ** 53 - 1],
    ['"\\x00" * 3', '\0\0\0'],
  ])('%s crosses unchanged', async (source, value) => {
    expect(await valueOf(`from host import echo\necho(${source})`)).toEqual(value);
  });

  it('of several hundred kilobytes come back whole', async () => {
    const code = 'from host import echo\nvalue = "é" * 100_000\necho(value) == value';
    expect(await valueOf(code)).toBe(true);
    const large = { give: { handler: () => ['x'.repeat(400_000), '\u{1f40d}'.repeat(100_000)] } };
    expect(
      await valueOf('from host import give\n[len(part) for part in give()]', { functions: large }),
    ).toEqual([400_000, 100_000]);
  });

  it.each([
    ['float("nan")', 'ValidationError', /finite number/u],
    ['2**53', 'ValidationError', /lose digits/u],
    ['object()', 'ValidationError', /type object has no form in JSON/u],
    ['[1, {"a": {1, print}}]', 'ValidationError', /^value\.1\.a\.[01]$/mu],
    ['{(1, 2): 3}', 'ValidationError', /Keys/u],
    ['"x" * 300_000', 'CallLimitError', /larger than 262144 bytes/u],
    ['["é"] * 100_000', 'CallLimitError', /larger than 262144 bytes/u],
  ])('%s is refused before the call leaves', async (source, type, message) => {
    const { calls, error } = await run(`from host import echo\necho(${source})`);
    expect(error?.type).toBe(`host.${type}`);
    expect(error?.message).toMatch(message);
    expect(calls).toEqual([]);
  });

  it.each(['value = []; value.append(value)', 'value = 0\nfor _ in range(10_000): value = [value]'])(
    'without an end are refused before the call leaves: %s',
    async (made) => {
      const code = `from host import echo\n${made}\ntry:\n  echo(value)\nexcept ValueError as error:\n  text = str(error)\ntext`;
      expect(await valueOf(code)).toMatch(/nested too deeply/u);
    },
  );
});

describe('arguments of another form', () => {
  it.each([
    [
      'add("1")',
      'ValidationError',
      "1 validation error for add\nfirst\n  Input should be a valid number [type=number_type, input_value='1', input_type=str]",
    ],
    [
      'github.create_issue("ab", ["bug", "x"])',
      'ValidationError',
      "2 validation errors for github.create_issue\ntitle\n  String should have at least 3 characters [type=string_too_short, input_value='ab', input_type=str]\nlabels.1\n  Input should be 'bug' or 'idea' [type=literal_error, input_value='x', input_type=str]",
    ],
  ])('%s says what is wrong, as pydantic does', async (call, type, message) => {
    expect(await errorOf(`from host import add, github\n${call}`)).toBe(`host.${type}: ${message}`);
    expect(handled).toEqual([]);
  });

  it.each([
    ['add()', "TypeError: add() missing a required argument: 'first'"],
    ['add(1, 2, 3)', 'TypeError: add() too many positional arguments'],
    ['add(1, third=3)', "TypeError: add() got an unexpected keyword argument 'third'"],
  ])('%s is a TypeError', async (call, message) => {
    expect(await errorOf(`from host import add\n${call}`)).toBe(message);
  });

  it('are refused by the app as well, whatever Python has let through', async () => {
    const even = {
      even: {
        input: z.object({ n: z.number().refine((n) => n % 2 === 0, 'must be even') }),
        handler: () => 1,
      },
    };
    const { calls, error } = await run('from host import even\neven(3)', { functions: even });
    expect(error).toMatchObject({ type: 'host.ValidationError', message: 'n: must be even' });
    expect(calls).toMatchObject([{ name: 'even', outcome: 'refused' }]);
  });
});

describe('what goes wrong', () => {
  it('in a handler raises an exception with its message, and nothing else of it', async () => {
    const { calls, error } = await sandbox.run('from host import fail\nfail()');
    expect(error).toMatchObject({ type: 'host.FunctionError', message: 'the record is locked', line: 2 });
    expect(error?.traceback).toBe(
      'Traceback (most recent call last):\n  File "<script>", line 2, in <module>\n    fail()\n    ~~~~^^\nhost.FunctionError: the record is locked\n',
    );
    expect(calls).toMatchObject([{ name: 'fail', outcome: 'error' }]);
  });

  const circle: unknown[] = [];
  circle.push(circle);
  it.each<[string, unknown, string]>([
    ['a circle', circle, "its result can't be passed on"],
    ['a bigint', 1n, "its result can't be passed on"],
    ['bytes', { bytes: Buffer.from('x') }, "its result can't be passed on: bytes are no JSON"],
    ['too much', 'x'.repeat(2_000_000), 'its result is larger than 1048576 bytes'],
  ])('with a result, %s, is an exception', async (_what, result, message) => {
    const text = await errorOf('from host import give\ngive()', {
      functions: { give: { handler: () => result } },
    });
    expect(text).toContain(`host.FunctionError: ${message}`);
  });

  it('with the schema of a result raises an exception', async () => {
    const wrong = { count: { output: z.number(), handler: () => 'three' } };
    expect(await errorOf('from host import count\ncount()', { functions: wrong })).toMatch(
      /^host\.FunctionError: its result is not what it should be: .*expected number/u,
    );
  });

  it('can be caught', async () => {
    const code =
      'import host\ntry:\n  host.fail()\nexcept host.FunctionError as error:\n  caught = str(error)\ncaught';
    expect(await valueOf(code)).toBe('the record is locked');
  });
});

describe('the gate', () => {
  const gated = (confirm: HostFunctions[string]['confirm']): HostFunctions => ({
    act: {
      input: { type: 'object', properties: { what: { type: 'string' } }, required: ['what'] },
      confirm,
      handler: (input) => {
        handled.push(input);
        return 'done';
      },
    },
  });
  const CODE = 'from host import act\nact("it")';

  it.each<[string, HostFunctions[string]['confirm'], string]>([
    ['a denial', 'deny', 'the call was denied'],
    ['a denial with its reason', { deny: 'not today' }, 'the call was denied: not today'],
    ['a policy of its own', () => ({ deny: 'too late' }), 'the call was denied: too late'],
    [
      'a policy that fails',
      () => Promise.reject(new Error('secret')),
      'the app could not decide on the call',
    ],
    ['a question to nobody', 'ask', 'it is to be asked for, and nobody can be asked'],
  ])('does not let through: %s', async (_what, confirm, message) => {
    const { calls, error } = await run(CODE, { functions: gated(confirm) });
    expect(error).toMatchObject({ type: 'host.CallDeniedError', message });
    expect(calls).toMatchObject([{ name: 'act', outcome: 'denied' }]);
    expect(handled).toEqual([]);
  });

  it('asks, with the function and its arguments', async () => {
    const asked: unknown[] = [];
    const answers = [true, false, { deny: 'no' }];
    const options: SessionRunOptions = {
      functions: gated(({ arguments: { what } }) => (what === 'free' ? 'allow' : 'ask')),
      confirm: ({ arguments: values, name, session }) => {
        asked.push({ name, values, session });
        return answers.shift() ?? false;
      },
    };
    const code = `
import host
def attempt(what):
  try:
    return host.act(what)
  except host.CallDeniedError as error:
    return str(error)
[attempt(what) for what in ("free", "a", "b", "c")]`;
    expect(await valueOf(code, options)).toEqual([
      'done',
      'done',
      'the call was denied',
      'the call was denied: no',
    ]);
    expect(asked).toEqual(
      ['a', 'b', 'c'].map((what) => ({ name: 'act', values: { what }, session: 'tests' })),
    );
  });
});

describe('the functions of a run', () => {
  it('are not available to other runs of its session', async () => {
    const session = sandbox.session('changing');
    const one = { one: { handler: () => 1 } };
    const two = { two: { handler: () => 2 } };
    expect((await session.run('from host import one\none()', { functions: one })).value?.json).toBe(1);
    const second = await session.run('import host\n[hasattr(host, "one"), host.two()]', { functions: two });
    expect(second.value?.json).toEqual([false, 2]);
    const stale = await session.run('one()', { functions: two });
    expect(stale.error).toMatchObject({
      type: 'host.ValidationError',
      message: 'this run was given no function of that name',
    });
    expect(stale.calls).toMatchObject([{ name: 'one', outcome: 'refused' }]);
    const none = await session.run('one()', { functions: {} });
    expect(none.error?.message).toMatch(/was given no functions/u);
    expect(none.calls).toBeUndefined();
    await session.close();
  });

  it('are those of the sandbox where it was given none of its own', async () => {
    const session = sandbox.session('usual');
    expect((await session.run('from host import add\nadd(1)')).value?.json).toBe(3);
    await session.close();
  });

  it('that has none are explained by the ImportError of "host"', async () => {
    expect(await errorOf('import host', { functions: {} })).toBe(
      "ImportError: the app that runs this code gave it no functions to call (no module 'host')",
    );
  });

  it('that can not be used are refused by name', async () => {
    const broken = { 'a.class': { handler: () => 1 } };
    await expect(sandbox.run('1', { functions: broken })).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringMatching(/^functions\.a\.class: /u) as string,
    });
    expect(() => librarySandbox({ functions: broken })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }) as Error,
    );
  });
});

describe('the end of a run', () => {
  const hanging = (): { functions: HostFunctions; signals: AbortSignal[] } => {
    const signals: AbortSignal[] = [];
    const hang: HostFunctions[string] = {
      handler: (_input, { signal }) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
    };
    return { functions: { hang }, signals };
  };

  it('at its time limit does not wait for a handler, and keeps the session', async () => {
    const session = sandbox.session('patient');
    const { functions: given, signals } = hanging();
    await session.run('x = 41', { functions: given });
    const stopped = await session.run('from host import hang\nhang()', { functions: given, timeoutMs: 500 });
    expect(stopped.status).toBe('timeout');
    expect(stopped.session.state).toBe('kept');
    expect(stopped.error?.line).toBe(2);
    expect(stopped.calls).toMatchObject([{ name: 'hang', outcome: 'abandoned' }]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    const next = await session.run('from host import add\nx + add(-1)');
    expect(next.value?.json).toBe(42);
    await session.close();
  });

  it('ends the right to call: code that ignores its stop calls nothing', async () => {
    const code = `
import host
try:
  host.hang()
except KeyboardInterrupt:
  host.add(1)`;
    const { functions: given } = hanging();
    const { calls, status } = await run(code, {
      functions: { ...given, ...functions },
      timeoutMs: 500,
    });
    expect([status, handled, calls?.map(({ name, outcome }) => [name, outcome])]).toEqual([
      'timeout',
      [],
      [['hang', 'abandoned']],
    ]);
  });

  it('by the end of its process settles its call once', async () => {
    const { functions: given, signals } = hanging();
    const killing: HostFunctions = {
      hang: {
        handler: (input, context) => {
          if (sandbox.pid !== null) process.kill(sandbox.pid, 'SIGKILL');
          return given['hang']?.handler(input, context);
        },
      },
    };
    const { calls, status } = await run('from host import hang\nhang()', { functions: killing });
    expect(status).toBe('crashed');
    expect(calls).toMatchObject([{ name: 'hang', outcome: 'abandoned' }]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(await valueOf('from host import add\nadd(1)')).toBe(3);
  });
});

describe('what libraries have', () => {
  it('crosses as plain data: a table as its records', { timeout: 300_000 }, async (context) => {
    const mirror = await testWheels(context);
    const withPackages = librarySandbox({ functions, packages: { mirror, offline: true } });
    try {
      const { error, value } = await withPackages.run({
        code: `
import numpy as np, pandas as pd
from host import echo
table = pd.DataFrame({"n": [1, 2], "x": [0.5, None], "when": pd.to_datetime(["2026-01-02", None]), "t": ["a", None]})
[echo(one) for one in (table, table["x"], np.arange(3), np.float64(1.5), {"a": np.eye(2, dtype=int)}, table.head(0))]`,
        timeoutMs: 240_000,
      });
      expect(error).toBeNull();
      expect(value?.json).toEqual([
        [
          { n: 1, x: 0.5, when: '2026-01-02T00:00:00', t: 'a' },
          { n: 2, x: null, when: null, t: null },
        ],
        [0.5, null],
        [0, 1, 2],
        1.5,
        {
          a: [
            [1, 0],
            [0, 1],
          ],
        },
        [],
      ]);
    } finally {
      await withPackages.dispose();
    }
  });
});

it('examples/host-functions.mjs gets its answers, and has one call denied', async () => {
  const { stderr, stdout } = await runProgram(process.execPath, ['examples/host-functions.mjs'], {
    cwd: path.join(import.meta.dirname, '..', '..'),
    env: process.env,
  });
  expect(stderr).toBe('');
  const told: unknown = JSON.parse(stdout.slice(stdout.indexOf('\n{'), stdout.indexOf('\n}') + 2));
  expect(told).toEqual({
    value: {
      owed: { Ada: 164, Bo: 176, Cy: 220 },
      results: ['Cy', 'Bo', 'the call was denied: ask the customer by telephone'],
    },
    reminded: [9, 17],
  });
  expect(stdout).toMatch(/^def orders\.find\(customer: str = \.\.\.\) -> list\[Order\]:$/mu);
  expect(stdout.trimEnd().split('\n').slice(-4)).toEqual([
    'orders.find: ok',
    'remind: ok',
    'remind: ok',
    'remind: denied',
  ]);
});

describe('limits', () => {
  it('hold the number of calls', async () => {
    const few = librarySandbox({ functions, calls: { calls: 3 } });
    try {
      const code = `
import host
def attempt():
  try:
    return host.add(1)
  except host.CallLimitError as error:
    return str(error)
[attempt() for _ in range(5)]`;
      const { calls, value } = await few.run(code);
      const refused = 'one run can make 3 calls, and has made them';
      expect(value?.json).toEqual([3, 3, 3, refused, refused]);
      expect(calls).toHaveLength(3);
      // Of a run, and not of a function that was imported in an earlier one.
      const session = few.session('again');
      const first = await session.run('from host import add\n[add(1), add(1), add(1)]');
      const second = await session.run('[add(1), add(1), add(1)]');
      expect([first.value?.json, second.value?.json]).toEqual([
        [3, 3, 3],
        [3, 3, 3],
      ]);
      expect(calls?.every((call) => !('arguments' in call))).toBe(true);
    } finally {
      await few.dispose();
    }
  });
});

describe('awaited calls', () => {
  /** Answers when so many calls are at work at the same time. */
  const meeting = (count: number): { readonly functions: HostFunctions; most: () => number } => {
    let atWork = 0;
    let most = 0;
    let open = (): void => undefined;
    const met = new Promise<void>((resolve) => {
      open = resolve;
    });
    const handler = async (input: unknown): Promise<unknown> => {
      atWork += 1;
      most = Math.max(most, atWork);
      if (atWork === count) open();
      await met;
      atWork -= 1;
      return (input as { n: number }).n;
    };
    const input = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
    return { functions: { meet: { input, handler } }, most: () => most };
  };

  it('are at work at the same time, up to four of them', async () => {
    const { functions: given, most } = meeting(3);
    const code =
      'import asyncio\nfrom host.aio import meet\nawait asyncio.gather(*(meet(n) for n in range(3)))';
    expect(await valueOf(code, { functions: given })).toEqual([0, 1, 2]);
    expect(most()).toBe(3);
    const many = meeting(4);
    const ten = code.replace('range(3)', 'range(10)');
    expect(await valueOf(ten, { functions: many.functions })).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(many.most()).toBe(4);
  });

  it('fail each by itself, and one that is cancelled before is not made', async () => {
    const code = `
import asyncio
from host.aio import add, fail
task = asyncio.ensure_future(add(40))
results = await asyncio.gather(add(1), fail(), add("1"), return_exceptions=True)
cancelled = asyncio.ensure_future(add(50))
asyncio.get_running_loop().call_soon(cancelled.cancel)
await asyncio.wait([cancelled])
[await task, results[0], str(results[1]), type(results[2]).__name__, cancelled.cancelled()]`;
    const { calls, error, value } = await run(code);
    expect([error, value?.json]).toEqual([null, [42, 3, 'the record is locked', 'ValidationError', true]]);
    // They were settled in any order.
    expect(calls?.map(({ name, outcome }) => `${name} ${outcome}`).sort()).toEqual([
      'add ok',
      'add ok',
      'fail error',
    ]);
  });

  it('of several loops, and of none, are answered', async () => {
    const code = `
import asyncio, nest_asyncio
nest_asyncio.apply()
from host.aio import add
async def inner():
    return asyncio.new_event_loop().run_until_complete(add(1)) + await add(2)
by_hand = add(3)
try:
    by_hand.send(None)
except StopIteration as stopped:
    value = stopped.value
[asyncio.run(inner()), value]`;
    expect(await valueOf(code)).toEqual([7, 5]);
  });

  it('are all stopped with their run', async () => {
    const { functions: given } = meeting(10);
    const code =
      'import asyncio\nfrom host.aio import meet\nawait asyncio.gather(*(meet(n) for n in range(6)))';
    const { calls, status } = await run(code, { functions: given, timeoutMs: 1500 });
    expect(status).toBe('timeout');
    expect(calls?.map(({ outcome }) => outcome)).toEqual([
      'abandoned',
      'abandoned',
      'abandoned',
      'abandoned',
    ]);
    expect(await valueOf('from host import add\nadd(1)')).toBe(3);
  });
});

describe('tables that cross as Arrow', () => {
  /** What a stream begins with. */
  const STREAM = 'b"\\xff\\xff\\xff\\xff\\x08\\0\\0\\0" + ';

  it('reach the handler as bytes, in pieces where they are large, and are recorded by their size', async () => {
    const size = 5 * 1024 * 1024;
    const code = `from host import save, FunctionError
try:
    save(${STREAM}bytes(${size - 8}), "large")
except FunctionError as error:
    print(error)`;
    const large = librarySandbox({
      functions,
      calls: { keepArguments: true, argumentKiB: 8192, resultKiB: 8192 },
    });
    const { calls, error, stdout } = await large.run(code);
    await large.dispose();
    expect(error).toBeNull();
    expect(handled).toEqual([{ name: 'large', size }]);
    // The result has come back whole; without packages it can't be read.
    expect(stdout).toBe(
      'save: its tables cross as Arrow, which needs the package pyarrow; write `import pyarrow` into the code\n',
    );
    expect(calls).toMatchObject([
      { name: 'save', outcome: 'ok', arguments: { table: { arrow: `${size} bytes` } } },
    ]);
    expect(calls?.[0]?.resultBytes).toBeGreaterThan(size);
  });

  it('are refused when they are none, before the handler is called', async () => {
    expect(await errorOf('from host import save\nsave(b"12345678")')).toContain('table: is no Arrow stream');
    expect(await errorOf('from host import save\nsave([{"a": 1}])')).toContain('ValidationError');
    expect(await errorOf(`from host import save\nsave(${STREAM}bytes(9 * 1024 * 1024))`)).toContain(
      'CallLimitError',
    );
    expect(handled).toEqual([]);
  });

  it('of pandas cross and come back, with pyarrow, which comes by itself', async (context) => {
    const mirror = await testWheels(context);
    const own = librarySandbox({ functions, packages: { mirror } });
    try {
      await own.packages.install(['pyarrow']);
    } catch (error) {
      await own.dispose();
      notRunHere(context, 'no-cdn', error instanceof Error ? error.message : '');
    }
    const { error, stdout } = await own.run({
      code: `import pandas as pd
from host import save
frame = pd.DataFrame({"n": [1, 2, None], "text": ["a", "ü", None], "day": pd.date_range("2026-01-01", periods=3)})
pd.testing.assert_frame_equal(save(frame), frame)
print("same")`,
      timeoutMs: 300_000,
    });
    await own.dispose();
    expect(error).toBeNull();
    expect(stdout).toBe('same\n');
  });
});
