import { FunctionError, FunctionSet } from '../functions/function-set.ts';
import type { CallLimits, RunFunctions } from '../functions/call-request-handler.ts';
import type { HostFunctions } from '../functions/host-function.ts';
import type { RunOptions as InnerRunOptions } from '../run/run-options.ts';
import type { ConfirmCall, SandboxRunOptions } from './api/api.ts';
import { VivariumError } from './errors.ts';
import type { ParsedOptions } from './options.ts';

/** The functions that runs are given: the sandbox's, or those of a run's own. */
export class OfferedFunctions {
  readonly #set: FunctionSet;
  readonly #limits: CallLimits;
  readonly #confirm: ConfirmCall | undefined;

  /** @throws VivariumError `invalid-option` for a function that can't be used */
  constructor({ calls, confirm, functions }: Pick<ParsedOptions, 'calls' | 'confirm' | 'functions'>) {
    const { argumentKiB, resultKiB, ...limits } = calls;
    this.#limits = { ...limits, argumentBytes: argumentKiB * 1024, resultBytes: resultKiB * 1024 };
    this.#confirm = confirm;
    this.#set = asOption(functions);
  }

  /** @throws FunctionError for a function that can't be used */
  optionsOf({ confirm, functions, ...options }: SandboxRunOptions): InnerRunOptions {
    const offered: RunFunctions = {
      set: functions === undefined ? this.#set : new FunctionSet(functions),
      limits: this.#limits,
      confirm: confirm ?? this.#confirm,
    };
    return { ...options, functions: offered };
  }
}

const asOption = (functions: HostFunctions): FunctionSet => {
  try {
    return new FunctionSet(functions);
  } catch (cause) {
    if (!(cause instanceof FunctionError)) throw cause;
    throw new VivariumError('invalid-option', cause.message, { cause });
  }
};
