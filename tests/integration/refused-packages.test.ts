/** Packages that a run can't have: nothing of that depends on the engine. */
import { afterAll, describe, expect, it, type TestContext } from 'vitest';
import { openSandbox } from '../support/either-sandbox.ts';
import { type TestSandbox } from '../support/test-sandbox.ts';
import { testWheels } from '../support/test-wheels.ts';

/** Far more than a run takes on a slow machine. */
const LONG_MS = 300_000;

const openWith = async (mirror: string, allow: string[] = []): Promise<TestSandbox> =>
  openSandbox({
    packages: { settings: { autoInstall: true, mirror, allow }, official: false },
  });

let sandbox: TestSandbox | undefined;
let mirror: string | undefined;

const opened = async (context: TestContext): Promise<TestSandbox> => {
  mirror ??= await testWheels(context);
  return (sandbox ??= await openWith(mirror));
};

afterAll(async () => {
  await sandbox?.dispose();
});

describe('packages that can not be installed', { timeout: LONG_MS }, () => {
  it('of time zones: the error says what would help', async (context) => {
    await opened(context);
    const strict = await openWith('');
    try {
      const hidden = await strict.run('__import__("zone" + "info").ZoneInfo("Europe/Berlin")');
      expect(hidden.error?.message).toContain('"No time zone found with key Europe/Berlin"; time zones');
      expect(hidden.error?.traceback).toContain('# pip install tzdata');
    } finally {
      await strict.dispose();
    }
  });

  it('that are imported: the error says why and what would help', async (context) => {
    const box = await opened(context);
    const unknown = await box.run('import six\nprint(1)\nimport no_such_module');
    expect(unknown).toMatchObject({ status: 'error', stdout: '1\n', packages: ['six'] });
    expect(unknown.error).toMatchObject({ type: 'ModuleNotFoundError', line: 3 });
    expect(unknown.error?.message).toMatch(/^No module named 'no_such_module'; no known package provides/u);
    expect(unknown.error?.traceback).toContain('# pip install NAME');
    const offline = await box.run('import geopandas');
    expect(offline.error?.message).toMatch(/could not be obtained: the mirror folder does not have it/u);
    const caught = await box.run('try:\n    import geopandas\nexcept ImportError:\n    print("without")');
    expect(caught).toMatchObject({ status: 'ok', stdout: 'without\n', error: null });
  });

  it.for([
    ['geopandas', 'could not be obtained'],
    ['no-such-package', '"no-such-package" is neither in the package lock'],
    ['six>=99', 'six'],
    ['sklearn', 'the package that has it is called "scikit-learn"'],
    ['PIL', 'the package that has it is called "pillow"'],
    ['json', "belongs to Python's standard library"],
    ['torch', 'torch has no build for the sandbox'],
    ['six numpy', 'write them like ">=2,<3", and give each of several names by itself'],
    ['six @ https://evil.test/six.whl', 'six'],
  ] as const)('that the request names: %s', async ([name, message], context) => {
    const result = await (await opened(context)).run('print(1)', { packages: [name], session: 'named' });
    expect(result).toMatchObject({ status: 'setup-failed', stdout: '', session: { state: 'kept' } });
    expect(result.error?.message).toContain(message);
  });

  it('that the script names in its own metadata', async (context) => {
    const box = await opened(context);
    const script = (dependency: string): string =>
      `# /// script\n# dependencies = ["${dependency}"]\n# ///\nimport importlib\nimportlib.import_module("six").__name__`;
    expect((await box.run(script('six'))).value?.text).toBe('six');
    expect(await box.run(script('no-such-package'))).toMatchObject({ status: 'setup-failed' });
  });

  it('that the settings do not allow', async (context) => {
    await opened(context);
    const strict = await openWith(mirror ?? '', ['pytz']);
    try {
      const result = await strict.run('import pytz\nprint(pytz.__name__)\nimport six');
      expect(result).toMatchObject({ status: 'error', stdout: 'pytz\n', packages: ['pytz'] });
      expect(result.error?.message).toContain('sandbox.packages.allow');
    } finally {
      await strict.dispose();
    }
  });

  it('are not looked up further when the run is cancelled', async (context) => {
    const box = await opened(context);
    const cancel = new AbortController();
    const running = box.run('import sympy', { signal: cancel.signal, session: 'cancelled' });
    cancel.abort();
    expect(await running).toMatchObject({ status: 'cancelled' });
    await box.expectAlive();
  });
});
