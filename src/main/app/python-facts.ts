import type { Config } from '../../shared/config/config.ts';
import { traitsOf, type PythonRuntime } from '../../shared/runtimes.ts';
import type { InterpreterCheck } from '../native/interpreter-check.ts';
import type { PythonFacts } from '../plugin/describe-python.ts';

export interface PythonFactsOptions {
  readonly settings: () => Config;
  /** The embedded Python's version, such as `3.14`. */
  readonly pythonVersion: string;
  /** Names of installed packages, for the tool's description to a model. */
  readonly installed: () => Promise<readonly string[]>;
  readonly check: (binpath: string) => Promise<InterpreterCheck>;
}

/** Current facts about Python for the tool's description; slow ones are cached by `refresh`. */
export class PythonFactsNow {
  readonly #options: PythonFactsOptions;
  #packages: readonly string[] = [];
  #native: { readonly binpath: string; readonly version: string | null } | null = null;

  constructor(options: PythonFactsOptions) {
    this.#options = options;
  }

  /** Never rejects: unknown facts are left out. */
  async refresh(): Promise<void> {
    const { check, installed, settings } = this.#options;
    this.#packages = await installed().catch(() => []);
    const { binpath = '', runtime } = settings().plugins.python;
    if (!traitsOf(runtime).needsProgram) return;
    const checked = await check(binpath);
    this.#native = { binpath, version: checked.ok ? checked.interpreter.version : null };
  }

  of(runtime: PythonRuntime): PythonFacts {
    const { plugins, sandbox } = this.#options.settings();
    const { outputKiB, timeoutSeconds } = sandbox;
    switch (runtime) {
      case 'embedded':
        return {
          runtime,
          pythonVersion: this.#options.pythonVersion,
          packages: this.#packages,
          autoInstall: sandbox.packages.autoInstall,
          timeoutSeconds,
          memoryMiB: sandbox.memoryMiB,
          outputKiB,
        };
      case 'native': {
        const { binpath = '' } = plugins.python;
        const pythonVersion = this.#native?.binpath === binpath ? this.#native.version : null;
        return { runtime, pythonVersion, timeoutSeconds, outputKiB };
      }
    }
  }
}
