/** What the settings of Python in a page may ask. The channels are those of Vivarium's own window, under the package's name. */
import { Config } from '../../shared/config/config.ts';
import { changesOf, InvalidSettingError, withValueAt } from '../../shared/config/config-keys.ts';
import { ARGUMENTS } from '../../shared/ipc/arguments.ts';
import { CALLS } from '../../shared/ipc/channels.ts';
import type { SettingsNow } from '../../shared/ipc/config.ts';
import { libraryChannel } from '../../shared/ipc/library-channels.ts';
import type { Tasks } from '../app/tasks.ts';
import { ApiFailure } from '../ipc/api-failure.ts';
import { nativeHandlers } from '../ipc/native.ts';
import { answering, type Caller, type OnFault, type Route } from '../ipc/route.ts';
import type { FoundInterpreter } from '../native/find-interpreters.ts';
import { checkInterpreter } from '../native/interpreter-check.ts';
import { foundPythons } from '../ipc/file.ts';
import type { PythonSettingsStore, SandboxPackages } from './api/api.ts';
import { VivariumError } from './errors.ts';

export interface SettingsRoutesDeps {
  /** Undefined where the app has given none. */
  readonly settings: PythonSettingsStore | undefined;
  readonly packages: Pick<SandboxPackages, 'size' | 'verify'>;
  readonly tasks: Tasks;
  readonly findInterpreters: () => Promise<readonly FoundInterpreter[]>;
  /** The system's dialog, for a page. */
  readonly pickFile: (options: { readonly title?: string }, caller: Caller) => Promise<string | null>;
  readonly onFault: OnFault;
}

const SECTION = ['plugins', 'python'];

export const settingsNow = (settings: PythonSettingsStore): SettingsNow => ({
  // Checked: they may be kept by the app.
  config: Config.parse({ plugins: { python: settings.get() } }),
  notices: settings.notices ?? [],
});

/** The change that a page asks for. @throws InvalidSettingError for what is none of these settings, or not valid */
const changeOf = (name: string, value: unknown): object => {
  const path = name.split('.');
  if (path.length !== 3 || SECTION.some((part, index) => path[index] !== part)) {
    throw new InvalidSettingError(name, 'does not exist');
  }
  const [change] = changesOf(withValueAt({}, path, value));
  return { [path[2] ?? '']: change?.value };
};

export const settingsRoutes = (deps: SettingsRoutesDeps): Route[] => {
  const { findInterpreters, onFault, packages, pickFile, tasks } = deps;
  const settings = (): PythonSettingsStore => {
    if (deps.settings !== undefined) return deps.settings;
    throw new ApiFailure(
      'failed',
      'this app keeps no settings for Python; give registerInterpreter the option "settings"',
    );
  };
  const { config, file, native, packages: store } = CALLS;
  return [
    answering(libraryChannel(config.get), ARGUMENTS.config.get, () => settingsNow(settings()), onFault),
    answering(
      libraryChannel(config.set),
      ARGUMENTS.config.set,
      async ([name, value]) => {
        await inPageTerms(settings().set(changeOf(name, value)));
        const now = settingsNow(settings());
        return { ...now, saved: !now.notices.some(({ code }) => UNSAVED.has(code)) };
      },
      onFault,
    ),
    answering(
      libraryChannel(store.list),
      ARGUMENTS.packages.list,
      async () => ({ totalBytes: await inPageTerms(packages.size()) }),
      onFault,
    ),
    answering(
      libraryChannel(store.verify),
      ARGUMENTS.packages.verify,
      async ([{ taskId }]) => {
        await inPageTerms(tasks.run(taskId, (signal) => packages.verify({ signal })));
        // What was damaged is mended by now.
        return { damaged: [] };
      },
      onFault,
    ),
    answering(
      libraryChannel(store.cancel),
      ARGUMENTS.packages.cancel,
      ([taskId]) => tasks.cancel(taskId),
      onFault,
    ),
    answering(
      libraryChannel(native.check),
      ARGUMENTS.native.check,
      (given, caller) => nativeHandlers(checkInterpreter).check(given, caller),
      onFault,
    ),
    answering(
      libraryChannel(file.find),
      ARGUMENTS.file.find,
      async () => foundPythons(await findInterpreters()),
      onFault,
    ),
    answering(
      libraryChannel(file.pickFile),
      ARGUMENTS.file.pickFile,
      ([options], caller) => pickFile(options, caller),
      onFault,
    ),
  ];
};

/** Notices of settings whose changes hold only until the app is closed. */
const UNSAVED: ReadonlySet<string> = new Set(['newer', 'unreadable', 'not-saved']);

/** Has the words of our own errors, and of the app's store, reach the page. */
const inPageTerms = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (error instanceof VivariumError) throw new ApiFailure('failed', error.message);
    throw error;
  }
};
