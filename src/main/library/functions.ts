import { FunctionError, FunctionSet } from '../functions/function-set.ts';
import { stubsOf } from '../functions/python-stubs.ts';
import type { FunctionStubs, HostFunction, HostFunctions } from './api/api.ts';
import { VivariumError } from './errors.ts';
import { Functions, parseOption } from './options.ts';

/** The same function, its handler typed by the schema of its input. */
export const hostFunction = <Input extends object>(
  declared: HostFunction<Input> & { readonly input: Input },
): HostFunction => declared;

/**
 * What code imports from `host`, as Python stubs.
 *
 * @throws VivariumError `invalid-option` for a function that can't be used
 */
export const functionStubs = (functions: HostFunctions): FunctionStubs => {
  try {
    return stubsOf(new FunctionSet(parseOption(Functions, functions, 'functions')));
  } catch (cause) {
    if (!(cause instanceof FunctionError)) throw cause;
    throw new VivariumError('invalid-option', cause.message, { cause });
  }
};
