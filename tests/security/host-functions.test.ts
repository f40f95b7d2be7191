/** Functions of the app's in the hands of hostile code: it calls past the module `host`, by the device itself. */
import { setFlagsFromString } from 'node:v8';
import process from 'node:process';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HostFunctions, RunCall, RunResult, Sandbox } from '../../src/main/library/api/api.ts';
import { librarySandbox } from '../support/library-sandbox.ts';

/** What the module does, without any check of its own. */
const RAW = `
import os
DEVICE, number = 4096, 1_000_000
def raw(message, id=None):
    global number
    number += 1
    mark = str(number if id is None else id).encode()
    os.write(DEVICE, b"c" + mark + b" " + (message.encode() if isinstance(message, str) else message))
    answer = b""
    while True:
        part = os.read(DEVICE, 262144)
        answer += part[1:]
        if part[:1] == b"\\1":
            return answer.decode()
        os.write(DEVICE, b"r" + mark)
def attempt(message, id=None):
    try:
        return raw(message, id)
    except OSError as error:
        return f"OSError {error.errno}"
`;

let called = 0;
const functions: HostFunctions = { one: { handler: () => ++called } };

let sandbox: Sandbox;
const told: RunCall[] = [];

beforeAll(() => {
  sandbox = librarySandbox({ functions });
  sandbox.events.on('function-called', ({ call }) => void told.push(call));
});
afterAll(() => sandbox.dispose());
beforeEach(() => {
  called = 0;
  told.length = 0;
});

const run = (code: string, given?: HostFunctions, timeoutMs = 110_000): Promise<RunResult> =>
  sandbox.run({ code: `${RAW}\n${code}`, timeoutMs }, given === undefined ? {} : { functions: given });

const lines = ({ error, stdout }: RunResult): string[] => {
  expect(error).toBeNull();
  return stdout.trimEnd().split('\n');
};

const gc = (): void => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
};

describe('a guest that writes calls to the device by itself', () => {
  it('is answered like a call through the module "host"', async () => {
    const result = await run(`print(attempt('{"name":"one","arguments":{}}'))`);
    expect(lines(result)).toEqual(['{"value":1}']);
  });

  it.each([
    ['nothing', '""'],
    ['no JSON', '"{"'],
    ['half a character', 'b"\\xff\\xfe"'],
    ['another form', '"[]"'],
    ['a function of every object', `'{"name":"constructor","arguments":{}}'`],
    ['a prototype', `'{"name":"one","arguments":{"__proto__":{"polluted":1}}}'`],
    ['levels without end', `'{"name":"one","arguments":' + '{"a":' * 60_000 + '1' + '}' * 60_000 + '}'`],
    ['lists without end', `'{"name":"one","arguments":{"a":' + '[' * 200_000 + ']' * 200_000 + '}}'`],
    ['values without end', `'{"name":"one","arguments":{"a":[' + '0,' * 110_000 + '0]}}'`],
    ['a number without end', `'{"name":"one","arguments":{"a":' + '9' * 200_000 + '}}'`],
    ['what the function does not take', `'{"name":"one","arguments":{"a":1}}'`],
  ])('with %s is refused, and may go on', async (_what, message) => {
    const result = await run(`print(attempt(${message}))\nprint(attempt('{"name":"one","arguments":{}}'))`);
    const [refusal = '', next] = lines(result);
    expect(refusal).toMatch(/^\{"error":"(?:invalid|limit)","message":/u);
    expect(next).toBe('{"value":1}');
    expect([called, told.map(({ outcome }) => outcome)]).toEqual([1, ['refused', 'ok']]);
    expect(result.calls).toEqual(told);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('with more bytes than a call may have is stopped in its own thread', async () => {
    const result = await run(`print(attempt(" " * 8_388_609))\nprint(attempt(b"\\xff" * 8_000_000))`);
    expect(lines(result)).toEqual(['OSError 22', 'OSError 29']);
    expect([called, told]).toEqual([0, []]);
  });

  it.each(['b"c"', 'b"cx {}"', 'b"c-1 {}"', 'b"c1e400 {}"', 'b"c0x10 "', 'b"r"', 'b"r7"', 'b"r-7"', 'b"x"'])(
    'with %s says nothing that is understood as a call',
    async (message) => {
      const result = await run(`
try:
    os.write(DEVICE, ${message})
    print("written", os.read(DEVICE, 10))
except OSError as error:
    print("refused")
print(attempt('{"name":"one","arguments":{}}'))`);
      expect(lines(result).at(-1)).toBe('{"value":1}');
      expect(called).toBe(1);
    },
  );

  it("200,000 times does not grow main's memory, and each call is reported once", async () => {
    gc();
    const before = process.memoryUsage().heapUsed;
    const result = await run(`
import collections
call = b'{"name":"one","arguments":{}}'
kinds = collections.Counter(attempt(call)[:20] for _ in range(200_000))
print(sum(kinds.values()), kinds["OSError 29"])`);
    gc();
    const grown = process.memoryUsage().heapUsed - before;
    expect(lines(result)).toEqual(['200000 190000']);
    expect(called).toBe(1000);
    expect(result.calls).toHaveLength(10_000);
    expect(told).toHaveLength(10_000);
    expect(result.calls?.filter(({ outcome }) => outcome === 'ok')).toHaveLength(1000);
    expect(result.calls?.filter(({ outcome }) => outcome === 'refused')).toHaveLength(9000);
    // The record itself, twice: as the result has it and as this test has heard of it.
    expect(grown).toBeLessThan(24 * 1024 * 1024);
  });

  it("with all that a run may send does not grow main's memory", async () => {
    gc();
    const before = process.memoryUsage().heapUsed;
    const result = await run(`
call = b'{"name":"one","arguments":{"a":"' + b"x" * 1_000_000 + b'"}}'
print([attempt(call)[:20] for _ in range(40)].count("OSError 29"))`);
    gc();
    const grown = process.memoryUsage().heapUsed - before;
    const refused = Number(lines(result)[0]);
    expect(refused).toBeGreaterThan(10);
    expect(told).toHaveLength(40 - refused);
    expect(called).toBe(0);
    expect(grown).toBeLessThan(8 * 1024 * 1024);
  });
});

describe('the right of a run to call functions', () => {
  const NAMES = ['one', 'mine', 'theirs', 'host.one', 'aio.one'];
  const tryAll = `print([attempt('{"name":"' + name + '","arguments":{}}')[:9] for name in ${JSON.stringify(NAMES)}])`;

  it('is not that of another run, also while both run', async () => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const secret = { theirs: { handler: () => released.then(() => 'secret') } };
    const holder = sandbox.run('from host import theirs\ntheirs()', { functions: secret });
    const thief = await run(tryAll, { mine: { handler: () => 1 } });
    release();
    expect(lines(thief)).toEqual([`['{"error":', '{"value":', '{"error":', '{"error":', '{"error":']`]);
    expect((await holder).value?.json).toBe('secret');
  });

  it('does not exist where no functions were given', async () => {
    expect(lines(await run(tryAll, {}))).toEqual([`[${NAMES.map(() => "'OSError 2'").join(', ')}]`]);
    expect([called, told]).toEqual([0, []]);
  });

  it('ends with the run: what an earlier run has left running calls nothing', async () => {
    const session = sandbox.session('left');
    const first = await session.run(`${RAW}\nfrom host import one\nkept = one\none()`);
    expect(first.value?.json).toBe(1);
    const second = await session.run(
      `print(attempt('{"name":"one","arguments":{}}'))\ntry:\n  kept()\nexcept Exception as error:\n  print(error)`,
      { functions: {} },
    );
    expect(second.stdout).toBe(
      "OSError 29\nthe app can't be called: this run was given no functions, or has ended\n",
    );
    expect(called).toBe(1);
    await session.close();
  });

  it('ends when the run is stopped, whatever the code does then', async () => {
    const { calls, status } = await run(
      `
import time
while True:
    try:
        while True: time.sleep(0.01)
    except KeyboardInterrupt:
        for _ in range(100): attempt('{"name":"one","arguments":{}}')`,
      functions,
      500,
    );
    expect([status, calls, called]).toEqual(['timeout', [], 0]);
  });

  it('is not extended by functions that the guest describes itself', async () => {
    const result = await run(`
import host, types
function = host.one.__closure__
names = [cell.cell_contents for cell in function]
for item in names:
    if hasattr(item, "name"): item.name = "theirs"
    if hasattr(item, "_left"): item._left = 10**9
try:
    host.one()
except host.ValidationError as error:
    print(error)`);
    expect(lines(result)).toEqual(['this run was given no function of that name']);
    expect(called).toBe(0);
  });

  it('settles open calls once when the process dies', async () => {
    const stuck: HostFunctions = {
      one: {
        handler: () => {
          called++;
          if (sandbox.pid !== null) process.kill(sandbox.pid, 'SIGKILL');
          return new Promise(() => undefined);
        },
      },
    };
    const { calls, status } = await run(`attempt('{"name":"one","arguments":{}}')`, stuck);
    expect([status, called, calls?.map(({ outcome }) => outcome)]).toEqual(['crashed', 1, ['abandoned']]);
    expect(told).toEqual(calls);
  });
});
