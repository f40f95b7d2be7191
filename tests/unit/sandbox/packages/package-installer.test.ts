import { expect, it } from 'vitest';
import { PackageCatalog } from '../../../../src/main/packages/resolve/catalog.ts';
import { PackageLock } from '../../../../src/main/packages/resolve/lock-file.ts';
import { ModuleOwners } from '../../../../src/main/packages/resolve/module-owners.ts';
import { PackageError } from '../../../../src/main/packages/package-error.ts';
import type { WantedPackages } from '../../../../src/main/packages/package-transaction.ts';
import type { OpenInterpreter } from '../../../../src/main/sandbox/sessions/session-registry.ts';
import { PackageInstaller } from '../../../../src/main/sandbox/packages/package-installer.ts';
import { RunNeeds } from '../../../../src/main/sandbox/packages/run-needs.ts';
import type { ImportReport } from '../../../../src/shared/protocol/import-report.ts';
import { fakePackages, wantedNames } from '../../../support/fake-packages.ts';
import { LOCK_WHEELS, lockText } from '../../packages/support/world.ts';
import { FakeClock } from '../support.ts';

/** An interpreter that claims this of the code, and a store in which nothing is to be had. */
const stage = (report: Partial<ImportReport>) => {
  const lock = PackageLock.parse(lockText(LOCK_WHEELS));
  const catalog = new PackageCatalog({ lock });
  const asked: WantedPackages[] = [];
  const clock = new FakeClock();
  const provider = fakePackages({
    obtain: async (wants) => {
      if (wantedNames(wants).length > 0) asked.push(wants);
      const refusal = new PackageError('no-source', 'no source has it');
      if (wants.required.length > 0) throw refusal;
      return { wheels: [], refused: new Map(wantedNames(wants).map((name) => [name, refusal])) };
    },
    read: () => Promise.reject(new Error('nothing is there')),
    providersOf: (modules) => catalog.providersOf(modules),
    modules: new ModuleOwners(lock.entries()),
  });
  const installer = new PackageInstaller({ clock, provider });
  const words = JSON.stringify({ modules: [], hints: [], asked: [], ...report });
  const session = (): OpenInterpreter =>
    ({
      id: 1,
      sidecar: { questions: { ask: () => Promise.resolve(words) } },
    }) as unknown as OpenInterpreter;
  const first = session();
  const { signal } = new AbortController();
  const install = (code: string, interpreter = first) => {
    const request = { code };
    const needs = new RunNeeds(request, provider, { signal });
    return installer.install({ interpreter, request, needs, signal, adviceWording: 'command-line' });
  };
  const spelledOut = (): string[] => [...new Set(asked.flatMap((wants) => [...(wants.spelledOut ?? [])]))];
  return { asked, clock, install, installer, session, spelledOut };
};

it('fonts for a plot under way are asked for and answered with none where there are none; not again at once', async () => {
  const { asked, clock, installer } = stage({});
  const answered: unknown[] = [];
  const interpreter = {
    id: 'of-a-run',
    sidecar: {
      packages: {
        answerFonts: async (id: string, call: number, hashes: readonly string[]) => {
          answered.push([id, call, hashes]);
          return { missing: [] };
        },
      },
    },
  } as unknown as OpenInterpreter;
  const ended = new AbortController();
  const ask = (call: number) =>
    installer.bringFonts(interpreter, {
      call,
      modules: ['manimgx_fonts'],
      limitMs: 1000,
      signal: ended.signal,
      onPackages: undefined,
    });
  expect(await ask(1)).toEqual([]);
  expect(asked.map(wantedNames)).toEqual([['manimgx-fonts']]);
  await ask(2);
  expect(asked).toHaveLength(1);
  clock.advance(60_000);
  await ask(3);
  expect(asked).toHaveLength(2);
  expect(answered).toEqual([1, 2, 3].map((call) => ['of-a-run', call, []]));
  ended.abort();
  await ask(4);
  expect(answered).toHaveLength(3);
});

const failedWith = (message: string) => ({
  ...{ value: null, files: [], notices: [], truncated: false },
  error: { type: 'ModuleNotFoundError', message, traceback: '', line: 1 },
});

it('only what main itself reads in the code may be looked up, whatever the interpreter claims', async () => {
  const { asked, install, spelledOut } = stage({
    modules: ['frame.part', 'docx', 'pptx', 'plain', 'stolen_secret', 'resource'],
    asked: ['named>1', 'another-secret'],
    hints: ['openpyxl', 'third_secret'],
  });
  await install('import frame, docx, plain\nx = """\nimport pptx\n"""\nmicropip.install("named>1")');
  expect(spelledOut().sort()).toEqual(['frame', 'named', 'openpyxl', 'python-docx']);
  // What was named and what imports stand for was sought on this computer, at least; nothing else was.
  expect(asked.map(wantedNames)).toEqual([
    ['named>1', 'another-secret', 'frame', 'python-docx', 'python-pptx', 'openpyxl'],
  ]);
});

it('a package in a line that installs is asked for, and a refusal is told even where nothing imports it', async () => {
  const { asked, install, spelledOut } = stage({ modules: ['docx'] });
  const { advice } = await install('!pip install -q python-docx torch\nimport docx # pip install rich');
  expect(asked.map(wantedNames)).toEqual([['python-docx', 'torch', 'rich']]);
  expect(spelledOut().sort()).toEqual(['python-docx', 'rich', 'torch']);
  const { error, notices } = advice.applyTo(failedWith("No module named 'torch'"));
  expect(error?.message).toBe("No module named 'torch'; no source has it");
  expect(notices.map(({ code, message }) => `${code} ${message}`)).toEqual(
    ['python-docx', 'torch', 'rich'].map(
      (name) => `package-not-installed ${name} was asked for and is not installed: no source has it`,
    ),
  );
});

it.each([
  ['plain', /no known package provides "plain"; if it is a file of yours, give it/u],
  ['config', /--file.+name it with --package NAME/u],
  ['resource', /"resource" belongs to Python's standard library/u],
  ['ace_tools', /display\(frame\) shows a table/u],
  ['framme', /did you mean "frame"/u],
  ['Frame', /"Frame" is the name of a package; its module is imported as "frame"/u],
  ['python_docx', /imported as "docx"/u],
])('an import that stands for no package is explained, and nothing is asked: %s', async (module, message) => {
  const { asked, install } = stage({ modules: [`${module}.part`] });
  const { advice } = await install(`import ${module}.part`);
  expect(asked).toEqual([]);
  expect(advice.applyTo(failedWith(`No module named '${module}'`)).error?.message).toMatch(message);
});

it('a hinted package that could not be installed is not looked up again in every run', async () => {
  const { asked, clock, install, session } = stage({ hints: ['openpyxl'] });
  const code = 'import pandas';
  await install(code);
  expect(asked).toHaveLength(1);
  const { advice } = await install(code);
  expect(asked).toHaveLength(1);
  expect(advice.applyTo(failedWith("No module named 'openpyxl'")).error?.message).toContain('no source');
  // Another session's runs know nothing of it: this one's other packages may have been the reason.
  await install(code, session());
  expect(asked).toHaveLength(2);
  clock.advance(120_000);
  await install(code);
  expect(asked).toHaveLength(3);
});
