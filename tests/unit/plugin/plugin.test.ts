import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InterpreterService, type Run } from '../../../src/main/interpreter/interpreter-service.ts';
import { nativeRunner } from '../../../src/main/native/native-runner.ts';
import type { Runner } from '../../../src/main/run/runner.ts';
import {
  describePython,
  type EmbeddedFacts,
  type PythonFacts,
} from '../../../src/main/plugin/describe-python.ts';
import { RunPythonCode, type PythonSettings } from '../../../src/main/plugin/run-python-code.ts';
import { systemClock } from '../../../src/main/base/clock.ts';
import type { RunResult } from '../../../src/shared/contract/run.ts';
import { nativePython } from '../../support/native-python.ts';

// The real native runner serves both: what is tested is what becomes of its results.
let runner: Runner;
let interpreter: InterpreterService;
let asked: ('embedded' | 'native')[];
beforeEach(async (context) => {
  const python = await nativePython(context);
  runner = nativeRunner({ binpath: () => python, clock: systemClock, outputKiB: () => 64 });
  asked = [];
  const via =
    (runtime: 'embedded' | 'native'): Run =>
    (request) => {
      asked.push(runtime);
      return runner.run({ timeoutMs: 30_000, ...request });
    };
  interpreter = new InterpreterService({ runEmbedded: via('embedded'), runNative: via('native') });
});
afterEach(() => runner.dispose());

describe('interpreter.pyodide', () => {
  it.each([
    ['{"a": [1, "é"]}', '{\n  "a": [\n    1,\n    "é"\n  ]\n}'],
    ['[1]', '[\n  1\n]'],
    ['[]', '[]'],
    ['"text"', 'text'],
    ['""', ''],
    ['1.0', '1.0'],
    ['True', 'True'],
    ['{1: 2}', '{1: 2}'],
    ['print("shown")\n5', '5'],
    ['print("only this")', 'only this\n'],
    ['x = 1', ''],
    ['', ''],
  ])('%j gives %j', async (code, result) => {
    expect(await interpreter.pyodide(code)).toEqual({ result });
  });
});

describe('interpreter.python', () => {
  it.each([
    ['print("a")\nprint("b")', ['a', 'b']],
    ['print("a")\n1 + 1', ['a', '2']],
    ['"x\\ny"', ['x', 'y']],
    ['[1, 2]', ['[1, 2]']],
    ['print()\nprint("a")', ['', 'a']],
    ['import sys\nsys.stdout.write("no newline")\n7', ['no newline', '7']],
    ['x = "a;b"; # quiet', []],
    ['def f():\n    """1 + 1"""\n    return "print(1)"\nf()', ['print(1)']],
  ])('%j gives %j', async (code, result) => {
    expect(await interpreter.python(code)).toEqual({ result });
  });
});

describe('errors are values', () => {
  it.each(['python', 'pyodide'] as const)('of %s', async (name) => {
    expect(await interpreter[name]('def f():\n    1 / 0\nf()')).toEqual({
      error: expect.stringMatching(
        /^Traceback[^]*line 2, in f[^]*\nZeroDivisionError: division by zero$/u,
      ) as string,
    });
    expect(await interpreter[name]('import sys\nsys.exit(2)')).toHaveProperty('error');
    expect(await interpreter[name]('import os\nos._exit(2)')).toEqual({
      error: 'Crashed: the Python interpreter ended: exit code 2',
    });
    for (const hostile of [undefined, null, 5, {}, ['1'], { toString: () => '1' }]) {
      expect(await interpreter[name](hostile)).toEqual({ error: 'there is no code to run; give it as text' });
    }
    expect(await interpreter[name]('#'.repeat(2 * 1024 * 1024))).toEqual({
      error: expect.stringContaining('code is longer than') as string,
    });
  });

  it('also when the runtime itself fails', async () => {
    const failing: Run = () => Promise.reject(new Error('no runtime'));
    const broken = new InterpreterService({ runEmbedded: failing, runNative: failing });
    expect(await broken.python('1')).toEqual({ error: 'no runtime' });
    expect(await broken.pyodide('1')).toEqual({ error: 'no runtime' });
  });

  it('says how long the code ran when it times out', async () => {
    const impatient: Run = (request): Promise<RunResult> => runner.run({ ...request, timeoutMs: 300 });
    const both = new InterpreterService({ runEmbedded: impatient, runNative: impatient });
    expect(await both.pyodide('while True: pass')).toEqual({
      error: expect.stringMatching(/^Timeout: the code ran longer than its limit of 0\.3 s\b/u) as string,
    });
  });
});

const EMBEDDED: EmbeddedFacts = {
  runtime: 'embedded',
  pythonVersion: '3.14.0',
  packages: ['numpy', 'pandas'],
  autoInstall: false,
  timeoutSeconds: 60,
  memoryMiB: 512,
  outputKiB: 1024,
};
const NATIVE: PythonFacts = { runtime: 'native', pythonVersion: '3.12.1', timeoutSeconds: 30, outputKiB: 64 };

describe('run_python_code', () => {
  const plugin = (settings: PythonSettings): RunPythonCode =>
    new RunPythonCode({
      settings: () => settings,
      interpreter,
      facts: (runtime) => (runtime === 'embedded' ? EMBEDDED : NATIVE),
      translate: (key) => `<${key}>`,
    });

  it('has one parameter', () => {
    const { name, parameters } = plugin({});
    expect(name).toBe('run_python_code');
    expect(parameters).toMatchObject([{ name: 'script', type: 'string', required: true }]);
  });

  it.each([
    [{}, false],
    [{ enabled: true }, true],
    [{ enabled: true, runtime: 'embedded' }, true],
    [{ enabled: true, runtime: 'native' }, false],
    [{ enabled: true, runtime: 'native', binpath: ' ' }, false],
    [{ enabled: true, runtime: 'native', binpath: '/opt/python' }, true],
    [{ enabled: false, runtime: 'native', binpath: '/opt/python' }, false],
  ] as [PythonSettings, boolean][])('%j: enabled %j', (settings, enabled) => {
    expect(plugin(settings).isEnabled()).toBe(enabled);
  });

  it('goes by the runtime; embedded when none is set', async () => {
    const script = 'print("p")\n[1]';
    expect(await plugin({}).execute({ script })).toEqual({ result: '[\n  1\n]' });
    expect(await plugin({ runtime: 'embedded' }).execute({ script })).toEqual({ result: '[\n  1\n]' });
    expect(await plugin({ runtime: 'native' }).execute({ script })).toEqual({ result: 'p\n[1]' });
    expect(asked).toEqual(['embedded', 'embedded', 'native']);
  });

  it('passes errors on unchanged', async () => {
    const script = 'raise ValueError("v")';
    const direct = await interpreter.python(script);
    expect(direct).toHaveProperty('error');
    expect(await plugin({ runtime: 'native' }).execute({ script })).toEqual(direct);
    expect(await plugin({}).execute({ script })).toEqual(direct);
  });

  it.each([undefined, null, {}, { script: 5 }, 'print(1)', []])('refuses %j', async (parameters) => {
    const answer = await plugin({}).execute(parameters);
    expect(answer).toEqual({ error: 'the parameter "script" is missing; give the Python code as text' });
    expect(asked).toEqual([]);
  });

  it('has texts for the user', () => {
    expect(plugin({}).getStatus('running')).toBe('<plugins.python.running>');
    expect(plugin({}).getStatus({ result: '' })).toBe('<plugins.python.completed>');
    expect(plugin({}).getStatus({ error: 'e' })).toBe('<plugins.python.error>');
  });

  it('describes the runtime that is chosen', () => {
    expect(plugin({}).getDescription()).toBe(describePython(EMBEDDED));
    expect(plugin({ runtime: 'native' }).getDescription()).toBe(describePython(NATIVE));
  });
});

describe('the description', () => {
  it('of the embedded runtime says what there is and what is denied', () => {
    const text = describePython(EMBEDDED);
    for (const fact of [
      'Python 3.14.0',
      'are numpy, pandas; no others',
      '60 s',
      '1024 KiB',
      '512 MiB',
      'and the network.',
    ]) {
      expect(text).toContain(fact);
    }
    expect(text).not.toMatch(/null|undefined/u);
  });

  it('changes with the facts', () => {
    const text = describePython({
      ...EMBEDDED,
      pythonVersion: null,
      packages: [],
      autoInstall: true,
    });
    expect(text).toContain('Runs Python code in a sandbox');
    expect(text).toContain('no packages at hand; other well-known ones are fetched');
    const many = Array.from({ length: 130 }, (_value, index) => `package-${index}`);
    expect(describePython({ ...EMBEDDED, packages: many })).toContain('package-99 and 30 more;');
  });

  it('of the native one says that it is not sandboxed', () => {
    const text = describePython(NATIVE);
    for (const fact of ['Python 3.12.1', 'not sandboxed', '30 s', '64 KiB']) expect(text).toContain(fact);
    expect(text).not.toContain('MiB of memory');
  });
});
