import { describe, expect, it } from 'vitest';
import { PackageLock } from '../../../../src/main/packages/resolve/lock-file.ts';
import { ModuleOwners } from '../../../../src/main/packages/resolve/module-owners.ts';
import {
  adviceFormatterOf,
  type AdviceWording,
  type PackageRefusal,
} from '../../../../src/main/run/package-advice.ts';
import { windowAdvice } from '../../../../src/main/app/window-advice.ts';
import { translateTo } from '../../../../src/main/app/texts.ts';
import {
  ModuleAdvice,
  type ModuleAdviceOptions,
} from '../../../../src/main/sandbox/packages/module-advice.ts';
import { ModuleCatalog } from '../../../../src/main/sandbox/packages/module-catalog.ts';
import type { GuestOutcome } from '../../../../src/shared/protocol/guest-report.ts';
import { lockText, wheel } from '../../packages/support/world.ts';

const PYODIDE = "On Pyodide you must do pyodide.loadPackage('tzdata') package before you use zoneinfo.";
const LOCK = PackageLock.parse(
  lockText(['pandas', 'scipy', 'lxml', 'pyarrow', 'matplotlib'].map((name) => wheel(name))),
);

const failed = (type: string, message: string): GuestOutcome => ({
  truncated: false,
  value: null,
  files: [],
  notices: [],
  error: { type, message, traceback: `Traceback\n${type}: ${message}\n`, line: 1 },
});

const advising = (options: ModuleAdviceOptions = {}): ModuleAdvice =>
  new ModuleAdvice({
    knowledge: new ModuleCatalog(new ModuleOwners(LOCK.entries())),
    adviceWording: 'command-line',
    ...options,
  });

const after = (advice: ModuleAdvice, type: string, message: string): readonly string[] => {
  const { error } = advice.applyTo(failed(type, message));
  return [error?.message ?? '', error?.traceback ?? ''];
};

const refusal = (message: string): PackageRefusal => ({
  kind: 'refused',
  code: 'no-source',
  packageName: null,
  message,
});

describe('advice on a missing module', () => {
  it.each([
    [
      'flask',
      'code in the sandbox can open no server; call the functions themselves, and print or display what they return; ' +
        'for what else the package "flask" has, name it with --package flask, or in a line "# pip install flask"',
    ],
    [
      'uvicorn.config',
      'code in the sandbox can open no server; call the functions themselves, and print or display what they return; ' +
        'for what else the package "uvicorn" has, name it with --package uvicorn, or in a line "# pip install uvicorn"',
    ],
    [
      'streamlit',
      'code in the sandbox can open no server; call the functions themselves, and print or display what they return',
    ],
    ['yfinance', 'code in the sandbox has no network; get the data outside and give it to the run as a file'],
    [
      'PySimpleGUI',
      'the sandbox has no desktop: neither windows nor a keyboard, a mouse or a picture of the screen; ' +
        'draw with Matplotlib or pillow, show results with print() and display(), and ask with input()',
    ],
  ])('names what is absent where a package is of no use: %s', (module, advice) => {
    const [message] = after(advising(), 'ModuleNotFoundError', `No module named '${module}'`);
    expect(message).toBe(`No module named '${module}'; ${advice}`);
  });

  it.each([
    ['redis', /no network.*"redis" can be installed.*# pip install redis/u],
    ['gradio', /^No module named 'gradio'; Code in the sandbox can't open a server\. Call [^.]*\.$/u],
  ])('says so in the window, too: %s', (module, advice) => {
    const adviceWording = windowAdvice(translateTo('en'));
    const [message] = after(
      advising({ adviceWording }),
      'ModuleNotFoundError',
      `No module named '${module}'`,
    );
    expect(message).toMatch(advice);
  });

  it('is added to an error about a module, and to no other', () => {
    const advice = advising();
    advice.add('Some_Package>=1', refusal('it is not here; bring it'));
    const missing = after(advice, 'ModuleNotFoundError', "No module named 'some_package.part'");
    expect(missing).toEqual([
      "No module named 'some_package.part'; it is not here; bring it",
      "Traceback\nModuleNotFoundError: No module named 'some_package.part'\nit is not here; bring it\n",
    ]);
    const other = failed('ValueError', "No module named 'some_package'");
    expect(advice.applyTo(other)).toEqual(other);
  });

  const zone = (key: string): string => `"No time zone found with key ${key}. \\n ${PYODIDE}"`;

  it('is the package of the time zones, in place of what Pyodide advises', () => {
    const type = 'zoneinfo._common.ZoneInfoNotFoundError';
    const [message, traceback] = after(advising(), type, zone('Europe/Berlin'));
    expect(message).toBe(
      '"No time zone found with key Europe/Berlin"; time zones come with the package tzdata; ' +
        'name it with --package tzdata, or in a line "# pip install tzdata"',
    );
    expect(traceback).not.toContain('Pyodide');
    expect(traceback).toContain('--package tzdata');
  });

  it('says why the package of the time zones was not installed by itself', () => {
    const advice = advising();
    advice.add('pytz', refusal('no source has it; get one'));
    expect(after(advice, 'ZoneInfoNotFoundError', zone('UTC'))[0]).toBe(
      '"No time zone found with key UTC"; no source has it; get one',
    );
  });

  it('names no package when the zone does not exist', () => {
    const advice = advising({ isInstalled: (name) => name === 'pytz' });
    expect(after(advice, 'ZoneInfoNotFoundError', zone('Europe/Berlim'))[0]).toBe(
      '"No time zone found with key Europe/Berlim"',
    );
  });
});

describe('in place of the advice of libraries, which does not work here, the package is named', () => {
  it.each([
    ['ImportError', "Missing optional dependency 'scipy'.  Use pip or conda to install scipy.", 'scipy'],
    [
      'ImportError',
      '`Import tabulate` failed.  Use pip or conda to install the tabulate package.',
      'tabulate',
    ],
    [
      'ImportError',
      'plot_tree requires matplotlib. You can install matplotlib with `pip install matplotlib`',
      'matplotlib',
    ],
    [
      'bs4.exceptions.FeatureNotFound',
      "Couldn't find a tree builder with the features you requested: lxml. Do you need to install a parser library?",
      'lxml',
    ],
    ['RuntimeError', '`clustermap` requires scipy to be available', 'scipy'],
    [
      'ImportError',
      'matplotlib is required for plotting when the default backend is selected.',
      'matplotlib',
    ],
    ['ImportError', 'To read docx files, please run: pip install python-docx', 'python-docx'],
  ])('%s: %s', (type, text, name) => {
    const [message = '', traceback = ''] = after(advising(), type, text);
    expect(message).toContain(
      `; the package "${name}" has it, and is not installed; name it with --package ${name}, or in a line`,
    );
    for (const said of [message, traceback]) {
      expect(said.replaceAll('# pip install', '')).not.toMatch(/Use pip|conda|pip install|parser library/u);
    }
  });

  it('with the reason where it could not be installed, and with both names where there are two', () => {
    const advice = advising();
    advice.add('pyarrow', refusal('pyarrow 22 could not be obtained: no network'));
    const [message] = after(
      advice,
      'ImportError',
      "Unable to find a usable engine; tried using: 'pyarrow', 'fastparquet'.\n - Missing optional dependency " +
        "'pyarrow'. pyarrow is required for parquet support. Use pip or conda to install pyarrow.\n - Missing optional " +
        "dependency 'lxml'. Use pip or conda to install lxml.",
    );
    expect(message).toContain('; pyarrow 22 could not be obtained: no network; the package "lxml" has it');
  });

  it.each([
    ['of what nobody knows', "Missing optional dependency 'tables'.  Use pip or conda to install pytables."],
    ['of what is installed', 'this method requires pandas to be first'],
    ['of nothing at all', 'it requires a list'],
  ])('except that nothing is added to messages %s', (_what, text) => {
    const outcome = failed('ImportError', text);
    expect(advising({ isInstalled: (name) => name === 'pandas' }).applyTo(outcome)).toEqual(outcome);
  });
});

describe('every entry has a text of its own', () => {
  const window = windowAdvice(translateTo('en'));
  const said = (words: AdviceWording, module: string): string =>
    after(
      advising({ adviceWording: words, files: ['my_tools'] }),
      'ModuleNotFoundError',
      `No module named '${module}'`,
    )[0] ?? '';

  it.each([
    ['pandsa', /pandas/u],
    ['my_tool', /my_tools/u],
    ['config', /file of yours/u],
    ['turtle', /no screen/u],
    ['scipy.special', /scipy/u],
    ['Pandas', /"pandas"/u],
    ['python_docx', /"docx"/u],
  ])('and not that of another entry: %s', (module, right) => {
    for (const words of ['command-line', 'program', window] as const)
      expect(said(words, module)).toMatch(right);
    for (const words of ['program', window] as const) expect(said(words, module)).not.toMatch(/--|vivarium/u);
    expect(said(window, module)).not.toMatch(/packages,|\(files\)/u);
  });

  it('also for packages that the settings forbid', () => {
    const order = `install it with "vivarium packages install six"`;
    const off: PackageRefusal = {
      kind: 'refused',
      code: 'auto-install-off',
      packageName: 'six',
      message: order,
    };
    expect(adviceFormatterOf('command-line')(off)).toContain('vivarium packages install six');
    for (const words of [adviceFormatterOf('program'), window, windowAdvice(translateTo('de'))]) {
      expect(words(off)).toContain('six');
      expect(words(off)).not.toMatch(/--|vivarium/u);
    }
  });
});
