import { z } from 'zod';
import type { RunOptions as NativeRunOptions, SandboxRunOptions, SessionRunOptions } from './api/api.ts';
import { Confirm, Functions, parseOption } from './options.ts';

const listener = <T extends (...given: never) => unknown>() =>
  z.custom<T>((value) => typeof value === 'function', 'must be a function').optional();

/** Also one of another realm. */
const Signal = z.custom<AbortSignal>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    'aborted' in value &&
    'addEventListener' in value &&
    typeof value.addEventListener === 'function',
  'must be an AbortSignal',
);

/** What each field holds is looked at with the request. */
const List = z.custom<never[]>((value) => Array.isArray(value), 'must be a list');

const OPTIONS = {
  signal: Signal.optional(),
  onOutput: listener<NonNullable<SandboxRunOptions['onOutput']>>(),
  onDisplay: listener<NonNullable<SandboxRunOptions['onDisplay']>>(),
  onInput: listener<NonNullable<SandboxRunOptions['onInput']>>(),
  onFile: listener<NonNullable<SandboxRunOptions['onFile']>>(),
  onPackages: listener<NonNullable<SandboxRunOptions['onPackages']>>(),
  countsInput: z.boolean().optional(),
};

/** The user's own Python calls no functions. */
const NativeOptions = z.strictObject(OPTIONS);
const NativeResetOptions = NativeOptions.pick({ onOutput: true });
const RunOptions = NativeOptions.extend({ functions: Functions.optional(), confirm: Confirm.optional() });
const SessionOptions = RunOptions.extend({
  timeoutMs: z.number().optional(),
  files: List.optional(),
  packages: List.optional(),
});

/** @throws VivariumError `invalid-option`, whose message begins with the option's name */
export const checkNativeOptions = (options: NativeRunOptions): void =>
  void parseOption(NativeOptions, options);

/** @throws VivariumError `invalid-option`, whose message begins with the option's name */
export const checkNativeResetOptions = (options: Pick<NativeRunOptions, 'onOutput'>): void =>
  void parseOption(NativeResetOptions, options);

/** @throws VivariumError `invalid-option`, whose message begins with the option's name */
export const checkRunOptions = (options: SandboxRunOptions): void => void parseOption(RunOptions, options);

/** @throws VivariumError `invalid-option`, whose message begins with the option's name */
export const checkSessionOptions = (options: SessionRunOptions): void =>
  void parseOption(SessionOptions, options);
