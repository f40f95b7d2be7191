/** What one run brought, and what later ones make of it: a hostile index, a real store, real interpreters. */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { nodeTransport } from '../../src/main/packages/http/node-transport.ts';
import { openPackages, type Packages } from '../../src/main/packages/open-packages.ts';
import { loadPyodideLock } from '../../src/main/packages/resolve/pyodide-lock.ts';
import { installPackages } from '../../src/main/packages/maintenance.ts';
import { builtFiles } from '../../src/main/runtime/runtime-locations.ts';
import type { RunRequest, RunResult } from '../../src/shared/contract/run.ts';
import { hashOf, madeWheel, openIndex, type MadeWheel } from '../support/hostile-index.ts';
import { nodeSandbox, OUT_FOLDER } from '../support/node-sandbox.ts';
import { testWheels } from '../support/test-wheels.ts';

const LONG_MS = 300_000;

const EVIL = 'HIJACKED = True\nimport sys\nprint("evil code for", __name__)\n';
const evil = (...modules: string[]): Record<string, string> =>
  Object.fromEntries(modules.map((module) => [`${module}/__init__.py`, EVIL]));

/** A wheel that claims modules of others. */
const HELPER = madeWheel('aaa-helper', {
  'aaa_helper/__init__.py': 'mine = 1\n',
  ...evil('docx', 'jwt', 'dotenv', 'company_utils'),
});
const HINTS = madeWheel('aab-hints', {
  'aab_hints/__init__.py': '',
  ...evil('openpyxl', 'tabulate', 'pkg_resources', 'tkinter', 'koreanize_matplotlib'),
});
const DOCX = madeWheel('python-docx', { 'docx/__init__.py': 'print("the real docx")\n' });
const TABULATE = madeWheel('tabulate', {
  'tabulate/__init__.py': '__version__ = "0.9.0"\ndef tabulate(*args, **options): return "the real table"\n',
});

/** With an interpreter's snapshot, which would otherwise be made anew in each place. */
let begun: string;
beforeAll(async () => {
  begun = await mkdtemp(path.join(tmpdir(), 'vivarium-begun-'));
  const sandbox = nodeSandbox({ dataDir: begun });
  expect(await sandbox.run({ code: '1' })).toMatchObject({ status: 'ok' });
  await sandbox.dispose();
});
afterAll(() => rm(begun, { recursive: true, force: true }));

interface Place {
  readonly requests: readonly string[];
  readonly data: string;
  /** A run in a process and with a store of its own; only the folder is the same. */
  readonly run: (request: Partial<RunRequest>, options?: { offline?: boolean }) => Promise<RunResult>;
  /** Runs of one session. */
  readonly session: (requests: readonly Partial<RunRequest>[]) => Promise<RunResult[]>;
  readonly packages: (offline?: boolean) => Promise<Packages>;
}

const place = async (wheels: readonly MadeWheel[], mirror = ''): Promise<Place> => {
  const data = await mkdtemp(path.join(tmpdir(), 'vivarium-later-'));
  onTestFinished(() => rm(data, { recursive: true, force: true }));
  const snapshots = path.join(data, 'snapshots');
  await cp(begun, snapshots, { recursive: true });
  const index = await openIndex(wheels);
  const packages = async (offline = false): Promise<Packages> =>
    openPackages({
      dataFolder: data,
      ...(await loadPyodideLock(builtFiles(OUT_FOLDER).runtime)),
      settings: { autoInstall: true, mirror, allow: [] },
      transport: nodeTransport(),
      official: false,
      ...(offline ? {} : { indexUrl: index.indexUrl }),
    });
  const runAll = async (requests: readonly RunRequest[], offline = false): Promise<RunResult[]> => {
    const { service } = await packages(offline);
    const sandbox = nodeSandbox({ packages: service, dataDir: snapshots });
    try {
      const results: RunResult[] = [];
      for (const request of requests) results.push(await sandbox.run({ timeoutMs: LONG_MS, ...request }));
      return results;
    } finally {
      await sandbox.dispose();
    }
  };
  return {
    requests: index.requests,
    data,
    packages,
    run: async (request, { offline = false } = {}) => {
      const [result] = await runAll([{ code: '1', ...request }], offline);
      if (result === undefined) throw new Error('there is no result');
      return result;
    },
    session: (requests) => runAll(requests.map((request) => ({ code: '1', session: 's', ...request }))),
  };
};

const told = ({ packages, status, stdout, error }: RunResult): object => ({
  status,
  stdout,
  packages,
  ...(error === null ? {} : { message: error.message }),
});

const NOT_HIJACKED = `
import importlib
found = []
for name in ("docx", "jwt", "dotenv", "company_utils", "openpyxl", "tabulate", "pkg_resources", "tkinter"):
    try:
        found.append(getattr(importlib.import_module(name), "HIJACKED", None))
    except ImportError:
        pass
found`;

describe('an import', { timeout: LONG_MS }, () => {
  it("of a module that only a guest's package claims requests no package", async () => {
    const modules = ['aaa_helper', 'config', 'utils', 'helpers', 'resource', 'ace_tools', 'tkinter'];
    const { requests, session } = await place([
      HELPER,
      ...modules.map((module) => madeWheel(module.replaceAll('_', '-'), evil(module))),
    ]);
    const results = await session(modules.map((module) => ({ code: `import ${module}` })));
    expect(requests).toEqual([]);
    const advised: Readonly<Record<string, RegExp>> = {
      resource: /is not in this build of Python/u,
      tkinter: /is not in this build of Python/u,
      ace_tools: /display\(frame\) shows a table/u,
    };
    for (const [index, module] of modules.entries()) {
      const [result] = results.slice(index);
      expect(result).toMatchObject({ status: 'error', stdout: '', packages: [] });
      expect(result?.error?.message).toMatch(
        advised[module] ??
          /if it is a file of yours, give it with the run .+name it for the run \(packages, or a line/u,
      );
    }
  });

  it('of a file that was given, or that the code writes, asks no source, however well known its name is', async () => {
    const { requests, session } = await place([
      madeWheel('emoji', evil('emoji')),
      madeWheel('tabulate', evil('tabulate')),
      madeWheel('toml', evil('toml')),
    ]);
    const own = (name: string): { name: string; bytes: Uint8Array }[] => [
      { name, bytes: new TextEncoder().encode('x = "mine"\n') },
    ];
    const results = await session([
      {
        code: 'from pathlib import Path\nPath("emoji.py").write_text("x = \'mine\'")\nimport emoji\nprint(emoji.x)',
      },
      { code: 'import tabulate\nprint(tabulate.x)', files: own('tabulate.py') },
      { code: 'from toml import x\nprint(x)', files: own('toml/__init__.py') },
    ]);
    expect(results.map(({ packages, stdout }) => [stdout, packages])).toEqual(Array(3).fill(['mine\n', []]));
    expect(requests).toEqual([]);
  });

  it('of a curated name requests the curated package, whatever else claims to bring that module', async () => {
    const { requests, run } = await place([DOCX, HELPER, madeWheel('docx', evil('docx'))]);
    expect(told(await run({ code: 'import docx' }))).toEqual({
      status: 'ok',
      stdout: 'the real docx\n',
      packages: ['python-docx'],
    });
    expect(requests).toEqual(['/simple/python-docx/', `/files/${DOCX.fileName}`]);
  });
});

describe('a package that a run named', { timeout: LONG_MS }, () => {
  it('provides later only the module of its own name', async () => {
    const { run } = await place([HELPER, DOCX]);
    expect((await run({ code: 'import aaa_helper', packages: ['aaa-helper'] })).status).toBe('ok');
    for (const module of ['docx', 'jwt', 'dotenv', 'company_utils']) {
      const later = await run({ code: `import ${module}` }, { offline: true });
      expect(told(later)).toMatchObject({ status: 'error', stdout: '', packages: [] });
      expect(later.error?.type).toBe('ModuleNotFoundError');
    }
    const own = await run({ code: 'import aaa_helper\naaa_helper.mine' }, { offline: true });
    expect([own.status, own.value?.text, own.packages]).toEqual(['ok', '1', ['aaa-helper']]);
    const real = await run({ code: 'import docx', packages: ['python-docx'] });
    expect(told(real)).toEqual({ status: 'ok', stdout: 'the real docx\n', packages: ['python-docx'] });
  });

  it('does not provide what pandas uses, nor modules that this Python lacks', async (context) => {
    const mirror = await wheelsFor(context);
    const { run } = await place([HINTS, TABULATE], mirror);
    expect((await run({ code: 'import aab_hints', packages: ['aab-hints'] })).status).toBe('ok');
    const table = await run({ code: 'import pandas as pd\nprint(pd.DataFrame({"a": [1]}).to_markdown())' });
    expect(told(table)).toMatchObject({ status: 'ok', stdout: 'the real table\n' });
    expect(table.packages).toEqual(expect.arrayContaining(['pandas', 'tabulate']));
    expect(table.packages).not.toContain('aab-hints');
    for (const module of ['pkg_resources', 'tkinter']) {
      const later = await run({ code: `import ${module}` }, { offline: true });
      expect(later.packages).not.toContain('aab-hints');
      expect(later.stdout).toBe('');
    }
  });

  it('has dependencies that provide no module later, not even by their own names', async () => {
    const { run } = await place([
      madeWheel('aac-deps', { 'aac_deps/__init__.py': '' }, { requires: ['company-utils', 'openpyxl==1.0'] }),
      madeWheel('company-utils', evil('company_utils')),
      madeWheel('openpyxl', { 'openpyxl/__init__.py': 'version = 1\n' }, { version: '1.0' }),
      madeWheel('openpyxl', { 'openpyxl/__init__.py': 'version = 2\n' }, { version: '2.0' }),
    ]);
    expect((await run({ packages: ['aac-deps'] })).status).toBe('ok');
    expect(told(await run({ code: 'import company_utils' }))).toMatchObject({
      status: 'error',
      packages: [],
    });
    // Nor do they decide which version others get.
    expect((await run({ code: 'import openpyxl\nopenpyxl.version' })).value?.text).toBe('2');
  });

  it('in another version than other runs ask for: each gets its own version', async () => {
    const { packages } = await place([
      madeWheel('greeting', { 'greeting/__init__.py': '' }, { version: '1.0' }),
      madeWheel('greeting', { 'greeting/__init__.py': '' }, { version: '2.0' }),
    ]);
    const versions = async (requirement: string, offline = false): Promise<string[]> => {
      const { service } = await packages(offline);
      const options = { askedBy: 'code', spelledOut: new Set(['greeting']) } as const;
      return (await service.ensure([requirement], options)).map(({ version }) => version);
    };
    expect(await versions('greeting<2')).toEqual(['1.0']);
    await expect(versions('greeting', true)).rejects.toMatchObject({ code: 'unknown-package' });
    expect(await versions('greeting')).toEqual(['2.0']);
    expect([await versions('greeting<2', true), await versions('Greeting', true)]).toEqual([
      ['1.0'],
      ['2.0'],
    ]);
    // The default may be left out of a call.
    expect(await versions('greeting>1', true)).toEqual(['2.0']);
  });

  it.each(['Foo_Bar', 'foo.bar', 'FOO--bar'])('is the same however its name is written: %s', async (name) => {
    const { packages, requests } = await place([madeWheel('foo-bar', { 'foo_bar/__init__.py': '' })]);
    const options = { askedBy: 'code', spelledOut: new Set(['foo-bar']) } as const;
    expect((await (await packages()).service.ensure(['foo-bar'], options)).map((one) => one.name)).toEqual([
      'foo-bar',
    ]);
    const asked = requests.length;
    expect((await (await packages()).service.ensure([name], options)).map((one) => one.name)).toEqual([
      'foo-bar',
    ]);
    expect(requests).toHaveLength(asked);
  });

  it('whose bytes were changed in the store is fetched again, or not used', async () => {
    const wheel = madeWheel('greeting', { 'greeting/__init__.py': 'print("right")\n' });
    const { data, packages, run } = await place([wheel]);
    expect((await run({ code: 'import greeting', packages: ['greeting'] })).stdout).toBe('right\n');
    const { store } = await packages();
    const other = madeWheel('greeting', { 'greeting/__init__.py': EVIL });
    const file = path.join(store.folder, 'files', hashOf(wheel));
    expect(file.startsWith(data)).toBe(true);
    await writeFile(file, other.bytes);
    const offline = await run({ packages: ['greeting'] }, { offline: true });
    expect(offline).toMatchObject({ status: 'setup-failed', stdout: '' });
    expect((await run({ code: 'import greeting', packages: ['greeting'] })).stdout).toBe('right\n');
  });

  it('may come in time to a session in which a hostile one is: never with files of both', async () => {
    const { session } = await place([
      HELPER,
      DOCX,
      madeWheel('company-utils', { 'company_utils/__init__.py': 'print("the real one")\n' }),
    ]);
    const [first, second, third, last] = await session([
      { code: 'import aaa_helper, company_utils', packages: ['aaa-helper'] },
      { code: 'import docx' },
      { code: '1', packages: ['company-utils'] },
      { code: NOT_HIJACKED },
    ]);
    expect(first).toMatchObject({ status: 'ok', stdout: 'evil code for company_utils\n' });
    expect(second).toMatchObject({ status: 'ok', stdout: 'the real docx\n', packages: ['python-docx'] });
    expect(third).toMatchObject({ status: 'setup-failed', session: { state: 'kept' } });
    expect(third?.error?.message).toMatch(
      /^company-utils can not be installed: aaa-helper, which the session has/u,
    );
    // Its own run asked for it by its name, and no other package provides that module there.
    expect(last?.value?.text).toBe('[None, True]');
  });
});

describe('files of a wheel', { timeout: LONG_MS }, () => {
  it('never take the place of others, nor come before them', async (context) => {
    const mirror = await wheelsFor(context);
    const bytecode = '__pycache__/__init__.cpython-314.pyc';
    const bad = madeWheel('bad', {
      'bad/__init__.py': 'ok = True\n',
      // Python's own, the lock's, bytecode of both, and other forms of the same modules.
      'json/__init__.py': EVIL,
      'encodings/evil.py': EVIL,
      'six/__init__.py': EVIL,
      'six.so': 'no library',
      '__pycache__/six.cpython-314.pyc': 'no bytecode',
      [`pytz/${bytecode}`]: 'no bytecode',
      'pytz/evil.py': EVIL,
      'Six.py': EVIL,
      'evil.pth': 'import os; print("evil pth")',
      'sitecustomize.py': EVIL,
      'usercustomize/__init__.py': EVIL,
      'six-1.17.0.dist-info/entry_points.txt': '[console_scripts]\nevil = bad:evil\n',
      'six-6.6.6.dist-info/RECORD': '',
      'bad-1.0.data/purelib/six/evil.py': EVIL,
      'bad-1.0.data/data/share/bad/ok.txt': 'fine',
      './six.py': EVIL,
      'pytz//zone.py': EVIL,
      'ﬁle_in_ligature.py': 'fine = 1\n',
      'docx/__init__.py': EVIL,
      'docx.py': EVIL,
    });
    const { run } = await place([bad], mirror);
    const result = await run({
      code: `
import bad, json, six, pytz, os, importlib.metadata, encodings
place = os.path.dirname(six.__file__)
[
    bad.ok, json.dumps({}), six.__version__ > "1", hasattr(pytz, "HIJACKED"),
    importlib.metadata.version("six"), len(importlib.metadata.entry_points(name="evil")), importlib.metadata.version("bad"),
    sorted(name for name in os.listdir(place) if not name.startswith(("six", "pytz"))),
    sorted(name for name in os.listdir(place) if name.lower().startswith("six")),
    [name for name in os.listdir(place + "/pytz") if "evil" in name or "cache" in name],
    os.path.exists("/share/bad/ok.txt"),
]`,
      packages: ['bad', 'six', 'pytz'],
    });
    expect(result.stdout).toBe('');
    expect(result.error).toBeNull();
    expect(result.value?.text).toMatch(
      /^\[True, '\{\}', True, False, '1\.17\.0', 0, '1\.0', \[.*'bad', 'bad-1\.0\.dist-info', 'ﬁle_in_ligature\.py'\], \['six-1\.17\.0\.dist-info', 'six\.py'\], \[\], True\]$/u,
    );
  });

  it('may share a folder that is nobody', async () => {
    const declaration = '__path__ = __import__("pkgutil").extend_path(__path__, __name__)\n';
    const { run } = await place([
      madeWheel('space-one', {
        'space/one/__init__.py': 'a = 1\n',
        'tests/test_one.py': '1',
        LICENSE: 'one',
      }),
      madeWheel('space-two', { 'space/two.py': 'a = 2\n', 'tests/__init__.py': '', LICENSE: 'two' }),
      madeWheel('old-one', { 'old/__init__.py': declaration, 'old/one.py': 'a = 3\n' }),
      madeWheel('old-two', { 'old/__init__.py': `# as the other\n${declaration}`, 'old/two.py': 'a = 4\n' }),
    ]);
    const result = await run({
      code: 'import space.one, space.two, old.one, old.two\n[space.one.a, space.two.a, old.one.a, old.two.a]',
      packages: ['space-one', 'space-two', 'old-one', 'old-two'],
    });
    expect([result.error, result.value?.text]).toEqual([null, '[1, 2, 3, 4]']);
  });

  it.each([
    ['a folder of its own', { 'space/__init__.py': EVIL }],
    ['a module in it', { 'space/one.py': EVIL }],
    ['what looks like a declaration', { 'space/__init__.py': `${EVIL}# extend_path(__path__, __name__)\n` }],
  ])('do not take a folder over that others share, with %s', async (_what, files) => {
    const { run } = await place([
      madeWheel('space-one', { 'space/one/__init__.py': 'a = 1\n' }),
      madeWheel('zzz', { 'zzz/__init__.py': '', ...files }),
    ]);
    const result = await run({
      code: 'import zzz, space.one\nspace.one.a',
      packages: ['zzz', 'space-one'],
    });
    expect([result.stdout, result.value?.text]).toEqual(['', '1']);
  });
});

describe('what the user installed by hand', { timeout: LONG_MS }, () => {
  it('provides the modules of its wheel that belong to no other package, and keeps its version', async () => {
    const tools = madeWheel('company-tools', {
      'company_utils/__init__.py': 'print("by hand")\n',
      ...evil('docx', 'json'),
    });
    const { packages, run } = await place([
      tools,
      madeWheel('company-tools', { 'company_utils/__init__.py': 'print("newer")\n' }, { version: '2.0' }),
    ]);
    const opened = await packages();
    const options = { signal: new AbortController().signal, onProgress: () => undefined };
    await installPackages(opened, ['company-tools<2'], options);
    const later = await run({ code: 'import json, company_utils' }, { offline: true });
    expect(told(later)).toEqual({ status: 'ok', stdout: 'by hand\n', packages: ['company-tools'] });
    expect((await run({ code: 'import docx' }, { offline: true })).stdout).toBe('');
    // A run that asks for another version gets it, and later ones what the user has.
    const other = await run({ code: 'import company_utils', packages: ['company-tools>1'] });
    expect(other.stdout).toBe('newer\n');
    expect((await run({ code: 'import company_utils' }, { offline: true })).stdout).toBe('by hand\n');
  });
});

const wheelsFor = (context: TestContext): Promise<string> => testWheels(context);
