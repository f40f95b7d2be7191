/** What the settings of Python in a page may ask. The channels are those of Vivarium's own window, under the package's name. */
import PQueue from 'p-queue';
import type { z } from 'zod';
import { Config } from '../../../shared/config/config.ts';
import { changesOf, InvalidSettingError, withValueAt } from '../../../shared/config/config-keys.ts';
import { ARGUMENTS } from '../../../shared/ipc/arguments.ts';
import { CALLS } from '../../../shared/ipc/channels.ts';
import type { SettingsNow } from '../../../shared/ipc/config.ts';
import { libraryChannel } from '../../../shared/ipc/library/library-channels.ts';
import type { Tasks } from '../../app/tasks.ts';
import { ApiFailure } from '../../ipc/api-failure.ts';
import { nativeHandlers } from '../../ipc/native.ts';
import { answering, type Caller, type OnFault, type Route } from '../../ipc/route.ts';
import type { FoundInterpreter } from '../../native/find-interpreters.ts';
import { checkInterpreter } from '../../native/interpreter-check.ts';
import { foundPythons } from '../../ipc/file.ts';
import type { PythonSettingsStore, SandboxPackages } from '../api/api.ts';
import { VivariumError } from '../errors.ts';

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
  /** All of it is there only for pages of apps that have given their settings: a page could start any program else. */
  const route = <Given extends unknown[]>(
    channel: string,
    schema: z.ZodType<Given>,
    handler: (given: Given, caller: Caller, store: PythonSettingsStore) => unknown,
  ): Route =>
    answering(
      libraryChannel(channel),
      schema,
      (given, caller) => handler(given, caller, settings()),
      onFault,
    );
  const { check } = nativeHandlers(oneAtATime(checkInterpreter));
  const find = shared(findInterpreters);
  const { config, file, native, packages: store } = CALLS;
  return [
    route(config.get, ARGUMENTS.config.get, (_given, _caller, own) => settingsNow(own)),
    route(config.set, ARGUMENTS.config.set, async ([name, value], _caller, own) => {
      await inPageTerms(own.set(changeOf(name, value)));
      const now = settingsNow(own);
      return { ...now, saved: !now.notices.some(({ code }) => UNSAVED.has(code)) };
    }),
    route(store.list, ARGUMENTS.packages.list, async () => ({
      totalBytes: await inPageTerms(packages.size()),
    })),
    route(store.verify, ARGUMENTS.packages.verify, async ([{ taskId }]) => {
      if (tasks.has(taskId)) throw new ApiFailure('duplicate-id', `a task "${taskId}" is under way already`);
      await inPageTerms(tasks.run(taskId, (signal) => packages.verify({ signal })));
      // What was damaged is mended by now.
      return { damaged: [] };
    }),
    route(store.cancel, ARGUMENTS.packages.cancel, ([taskId]) => tasks.cancel(taskId)),
    route(native.check, ARGUMENTS.native.check, check),
    route(file.find, ARGUMENTS.file.find, async () => foundPythons(await find())),
    route(file.pickFile, ARGUMENTS.file.pickFile, ([options], caller) => pickFile(options, caller)),
  ];
};

/** A page may ask as often as it likes: one interpreter after the other is started. */
const oneAtATime = <A, T>(work: (argument: A) => Promise<T>): ((argument: A) => Promise<T>) => {
  const queue = new PQueue({ concurrency: 1 });
  return (argument) => queue.add(() => work(argument));
};

/** Whoever asks while it is under way gets the same answer. */
const shared = <T>(work: () => Promise<T>): (() => Promise<T>) => {
  let underWay: Promise<T> | undefined;
  return () =>
    (underWay ??= work().finally(() => {
      underWay = undefined;
    }));
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
