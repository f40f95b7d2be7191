import { CodeReading } from '../../../../src/main/sandbox/packages/code-reading.ts';
import { expect, it } from 'vitest';
import { PackageCatalog } from '../../../../src/main/packages/resolve/catalog.ts';
import { PackageLock } from '../../../../src/main/packages/resolve/lock-file.ts';
import { UnreachableSources } from '../../../../src/main/packages/sources/unreachable-sources.ts';
import { PackageError } from '../../../../src/main/packages/package-error.ts';
import type { EnsureOptions } from '../../../../src/main/packages/package-service.ts';
import type { OpenInterpreter } from '../../../../src/main/sandbox/sessions/session-registry.ts';
import { PackageInstaller } from '../../../../src/main/sandbox/packages/package-installer.ts';
import type { ImportReport } from '../../../../src/shared/protocol/package-files.ts';
import { LOCK_WHEELS, lockText } from '../../packages/support/world.ts';
import { FakeClock } from '../support.ts';

/** An interpreter that claims this of the code, and a store in which nothing is to be had. */
const stage = (report: Partial<ImportReport>) => {
  const catalog = new PackageCatalog({ lock: PackageLock.parse(lockText(LOCK_WHEELS)) });
  const asked: { names: readonly string[]; options: EnsureOptions }[] = [];
  const clock = new FakeClock();
  const installer = new PackageInstaller({
    clock,
    provider: {
      ensure: (names, options) => {
        asked.push({ names, options });
        return Promise.reject(new PackageError('no-source', 'no source has it'));
      },
      read: () => Promise.reject(new Error('nothing is there')),
      providersOf: (modules) => Promise.resolve(catalog.providersOf(modules)),
      close: () => Promise.resolve(),
    },
  });
  const words = JSON.stringify({ modules: [], hints: [], asked: [], ...report });
  const session = (): OpenInterpreter =>
    ({
      id: 1,
      sidecar: { packages: { findImports: () => Promise.resolve(words) } },
    }) as unknown as OpenInterpreter;
  const first = session();
  const install = (code: string, interpreter = first) =>
    installer.install({
      interpreter,
      request: { code },
      code: new CodeReading(code),
      signal: new AbortController().signal,
      silent: new UnreachableSources(),
    });
  const spelledOut = (): string[] => [
    ...new Set(asked.flatMap(({ options }) => [...(options.spelledOut ?? [])])),
  ];
  return { asked, clock, install, session, spelledOut };
};

it('only what main itself reads in the code may be looked up, whatever the interpreter claims', async () => {
  const { asked, install, spelledOut } = stage({
    modules: ['frame.part', 'docx', 'pptx', 'plain', 'stolen_secret', 'resource'],
    asked: ['named>1', 'another-secret'],
    hints: ['openpyxl', 'third_secret'],
  });
  await install('import frame, docx, plain\nx = """\nimport pptx\n"""\nmicropip.install("named>1")');
  expect(spelledOut().sort()).toEqual(['frame', 'named', 'openpyxl', 'python-docx']);
  // What was named and what imports stand for was sought on this computer, at least; nothing else was.
  expect(asked[0]?.names).toEqual(['named>1', 'another-secret', 'frame', 'python-docx', 'python-pptx']);
});

it.each([
  ['plain', /no known package provides "plain"; if it is a file of yours, give it/u],
  ['config', /--file.+name it for the run \(packages, or --package NAME\)/u],
  ['resource', /"resource" belongs to Python's standard library/u],
  ['ace_tools', /no known package provides "ace_tools"/u],
])('an import that stands for no package is explained, and nothing is asked: %s', async (module, message) => {
  const { asked, install } = stage({ modules: [`${module}.part`] });
  const { advice } = await install(`import ${module}.part`);
  expect(asked.flatMap(({ names }) => names)).toEqual([]);
  const text = `No module named '${module}'`;
  const error = { type: 'ModuleNotFoundError', message: text, traceback: '', line: 1 };
  expect(
    advice.applyTo({ value: null, files: [], notices: [], truncated: false, error }).error?.message,
  ).toMatch(message);
});

it('what was hinted at and could not be had is not sought with every run', async () => {
  const { asked, clock, install, session } = stage({ hints: ['openpyxl'] });
  const code = 'import pandas';
  await install(code);
  expect(asked).toHaveLength(1);
  const { advice } = await install(code);
  expect(asked).toHaveLength(1);
  const error = {
    type: 'ModuleNotFoundError',
    message: "No module named 'openpyxl'",
    traceback: '',
    line: 1,
  };
  expect(
    advice.applyTo({ value: null, files: [], notices: [], truncated: false, error }).error?.message,
  ).toContain('no source');
  // Another session's runs know nothing of it: this one's other packages may have been the reason.
  await install(code, session());
  expect(asked).toHaveLength(2);
  clock.advance(120_000);
  await install(code);
  expect(asked).toHaveLength(3);
});
