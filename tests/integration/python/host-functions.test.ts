/** Functions of the app's as Python has them, over schemas at random; their stubs are read by Python itself. */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkTypes } from '../../../scripts/lint-python/pyright.ts';
import { FunctionSet } from '../../../src/main/functions/function-set.ts';
import type { HostFunctions } from '../../../src/main/functions/host-function.ts';
import { stubsOf } from '../../../src/main/functions/python-stubs.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { LAST_PART } from '../../../src/shared/protocol/call-codes.ts';
import { makeRandom } from '../../support/random.ts';
import { RandomSchemas } from '../../support/random-schemas.ts';
import { startGuest, type Guest } from './guest.ts';

const FUNCTIONS_EACH = 6;
const SETS = 25;

interface Called {
  readonly name: string;
  readonly arguments: unknown;
}

let guest: Guest;
const called: Called[] = [];

beforeAll(async () => {
  guest = await startGuest(undefined, ({ json }, target) => {
    called.push(JSON.parse(json ?? '') as Called);
    const answer = new TextEncoder().encode('{"value":null}');
    target.set([LAST_PART, ...answer]);
    return answer.length + 1;
  });
}, 60_000);

const NAMES = ['one', 'list', 'Any', 'space.str', 'space.two', 'space.inner.three'];

const randomSet = (seed: number): { set: FunctionSet; schemas: RandomSchemas } => {
  const schemas = new RandomSchemas(makeRandom(seed));
  const functions: Record<string, HostFunctions[string]> = {};
  for (let left = FUNCTIONS_EACH; left > 0; left--) {
    functions[NAMES[left - 1] ?? ''] = {
      description: schemas.text(),
      input: schemas.input(),
      output: schemas.schema(3),
      handler: () => null,
    };
  }
  return { set: new FunctionSet(functions), schemas };
};

const factsOf = (set: FunctionSet): string =>
  set.facts({ calls: 10_000, bytes: LIMITS.callBytes, depth: 62, together: LIMITS.callsTogether });

/** The value, as JSON, of code that does not fail. */
const valueOf = async (code: string, set: FunctionSet): Promise<unknown> => {
  const { error, value } = await guest.run(code, undefined, { functions: factsOf(set) });
  expect(error).toBeNull();
  return value?.json;
};

const literal = (value: unknown): string =>
  JSON.stringify(JSON.stringify(value)).replaceAll('\u2028', '\\u2028');

const seeds = Array.from({ length: SETS }, (_none, index) => index + 1);

describe('stubs of schemas at random', () => {
  it.each(seeds)('describe the functions (%i)', async (seed) => {
    const { set } = randomSet(seed);
    const { files } = stubsOf(set);
    const code = `
import ast, importlib, inspect, json
files = json.loads(${literal(files)})
def described(node):
    of = node.args
    defaults = [None] * (len(of.args) - len(of.defaults)) + [ast.unparse(one) for one in of.defaults]
    return [[[one.arg, ast.unparse(one.annotation), default] for one, default in zip(of.args, defaults)],
            of.kwarg and of.kwarg.arg, ast.get_docstring(node)]
def shown(function):
    of = inspect.signature(function).parameters.values()
    return [[[one.name, None, None if one.default is one.empty else
              "..." if repr(one.default) == "..." or isinstance(one.default, (list, dict)) else repr(one.default)]
             for one in of if one.kind is not one.VAR_KEYWORD],
            next((one.name for one in of if one.kind is one.VAR_KEYWORD), None), inspect.getdoc(function)]
differences, count = [], 0
for name, source in files.items():
    module = importlib.import_module(name.removesuffix("/__init__.pyi").replace("/", "."))
    tree = ast.parse(source)
    allowed = (ast.ImportFrom, ast.ClassDef, ast.Assign, ast.FunctionDef, ast.AsyncFunctionDef)
    assert all(isinstance(node, allowed) for node in tree.body), source
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            count += 1
            function = getattr(module, node.name)
            stub, real = described(node), shown(function)
            for parameter in stub[0]: parameter[1] = None
            if stub != real: differences.append([name, node.name, stub, real])
            assert isinstance(node, ast.AsyncFunctionDef) == inspect.iscoroutinefunction(function)
[count, differences]`;
    expect(await valueOf(code, set)).toEqual([2 * FUNCTIONS_EACH, []]);
  });

  it('pass a type checker', { timeout: 240_000 }, async () => {
    const root = mkdtempSync(path.join(tmpdir(), 'vivarium-stubs-'));
    try {
      writeFileSync(path.join(root, 'pyrightconfig.json'), '{ "typeCheckingMode": "standard" }');
      for (const seed of seeds) {
        for (const [name, source] of Object.entries(stubsOf(randomSet(seed).set).files)) {
          const file = path.join(root, name.replaceAll(/\bhost\b/g, `host${String(seed)}`));
          mkdirSync(path.dirname(file), { recursive: true });
          writeFileSync(file, source.replaceAll(/\bfrom host import\b/g, `from host${String(seed)} import`));
        }
      }
      expect(await checkTypes(root)).toEqual({ ok: true, text: '' });
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});

describe('values that the app takes', () => {
  it.each(seeds)('are sent by Python unchanged (%i)', async (seed) => {
    const { schemas, set } = randomSet(seed);
    for (const one of set.all) {
      const given = Array.from({ length: 4 }, () => schemas.object(one.input.json as never));
      for (const values of given)
        expect(await one.input.check(values), JSON.stringify([one.input.json, values])).toEqual({
          ok: true,
          value: expect.anything() as unknown,
        });
      called.length = 0;
      const code = `
import host, json
function = host
for part in ${JSON.stringify(one.name)}.split("."): function = getattr(function, part)
import inspect
keys = {one["key"]: one["name"] for described in json.loads(${literal(keysOf(set))})
        if described["name"] == ${JSON.stringify(one.name)} for one in described["parameters"]}
for values in json.loads(${literal(given)}):
    function(**{keys.get(key, key): value for key, value in values.items()})`;
      await valueOf(code, set);
      expect(called.map(({ arguments: values }) => values)).toEqual(given);
    }
  });
});

const keysOf = (set: FunctionSet): unknown => (JSON.parse(factsOf(set)) as { functions: unknown }).functions;
