import type { Config, PythonRuntime } from '../../shared/config/config.ts';
import type { InterpreterCheck } from '../native/interpreter-check.ts';
import type { PythonFacts } from '../plugin/describe-python.ts';

export interface PythonFactsOptions {
  readonly settings: () => Config;
  /** Of the embedded Python, such as `3.14`. */
  readonly pythonVersion: string;
  /** Names of the packages on this computer that a model may be told of. */
  readonly installed: () => Promise<readonly string[]>;
  readonly check: (binpath: string) => Promise<InterpreterCheck>;
}

/** What is true of Python here and now; what takes a while to find out is as it was at the last `refresh`. */
export class PythonFactsNow {
  readonly #options: PythonFactsOptions;
  #packages: readonly string[] = [];
  #native: { readonly binpath: string; readonly version: string | null } | null = null;

  constructor(options: PythonFactsOptions) {
    this.#options = options;
  }

  /** Never rejects: what can't be found out is not told. */
  async refresh(): Promise<void> {
    const { check, installed, settings } = this.#options;
    this.#packages = await installed().catch(() => []);
    const { binpath = '', runtime } = settings().plugins.python;
    if (runtime !== 'native') return;
    const checked = await check(binpath);
    this.#native = { binpath, version: checked.ok ? checked.interpreter.version : null };
  }

  of(runtime: PythonRuntime): PythonFacts {
    const { plugins, sandbox } = this.#options.settings();
    const { outputKiB, timeoutSeconds } = sandbox;
    if (runtime === 'native') {
      const { binpath = '' } = plugins.python;
      const pythonVersion = this.#native?.binpath === binpath ? this.#native.version : null;
      return { runtime, pythonVersion, timeoutSeconds, outputKiB };
    }
    return {
      runtime,
      pythonVersion: this.#options.pythonVersion,
      packages: this.#packages,
      autoInstall: sandbox.packages.autoInstall,
      timeoutSeconds,
      memoryMiB: sandbox.memoryMiB,
      outputKiB,
      // No run reaches the network yet, whatever the setting says.
      hosts: [],
    };
  }
}
