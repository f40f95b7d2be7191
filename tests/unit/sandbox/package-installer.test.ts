import { expect, it } from 'vitest';
import { SilentSources } from '../../../src/main/packages/silent-sources.ts';
import { PackageError } from '../../../src/main/packages/package-error.ts';
import type { EnsureOptions } from '../../../src/main/packages/package-service.ts';
import type { OpenInterpreter } from '../../../src/main/sandbox/interpreters.ts';
import { PackageInstaller } from '../../../src/main/sandbox/package-installer.ts';
import type { ImportReport } from '../../../src/shared/package-files.ts';
import { FakeClock } from './support.ts';

/** An interpreter that claims this of the code, and a store in which nothing is to be had. */
const stage = (report: Partial<ImportReport>) => {
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
      packagesForImports: () => Promise.resolve([]),
      close: () => Promise.resolve(),
    },
  });
  const words = JSON.stringify({ modules: [], hints: [], asked: [], ...report });
  const interpreter = {
    id: 1,
    sidecar: { packages: { findImports: () => Promise.resolve(words) } },
  } as unknown as OpenInterpreter;
  const install = (code: string) =>
    installer.install({
      interpreter,
      request: { code },
      signal: new AbortController().signal,
      silent: new SilentSources(),
    });
  const spelledOut = (): string[] => [
    ...new Set(asked.flatMap(({ options }) => [...(options.spelledOut ?? [])])),
  ];
  return { asked, clock, install, spelledOut };
};

it('only what main itself reads in the code may be looked up, whatever the interpreter claims', async () => {
  const { asked, install, spelledOut } = stage({
    modules: ['plain.part', 'docx', 'stolen_secret', 'quoted'],
    asked: ['named>1', 'another-secret'],
    hints: ['openpyxl', 'third_secret'],
  });
  await install('import plain, docx\nx = """\nimport quoted\n"""\nmicropip.install("named>1")');
  expect(spelledOut().sort()).toEqual(['named', 'openpyxl', 'plain', 'python-docx']);
  // All of it was sought on this computer, at least.
  expect(asked[0]?.names).toEqual([
    'named>1',
    'another-secret',
    'plain',
    'python-docx',
    'stolen-secret',
    'quoted',
  ]);
});

it('what was hinted at and could not be had is not sought with every run', async () => {
  const { asked, clock, install } = stage({ hints: ['openpyxl'] });
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
  clock.advance(120_000);
  await install(code);
  expect(asked).toHaveLength(2);
});
