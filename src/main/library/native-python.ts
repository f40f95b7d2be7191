import { z } from 'zod';
import { SessionName } from '../../shared/contract/run.ts';
import { DEFAULTS, LIMITS } from '../../shared/limits.ts';
import { systemClock } from '../base/clock.ts';
import { nativeRunner } from '../native/native-runner.ts';
import type { NativePython, NativePythonOptions } from './api/api.ts';
import { VivariumError } from './errors.ts';
import { EventSource } from './events.ts';
import { withLibraryErrors } from './library-error.ts';
import { parseOption } from './options.ts';
import { checkNativeOptions, checkNativeResetOptions } from './run-options.ts';
import { MS_PER_MINUTE } from '../../shared/units.ts';

const Options = z.strictObject({
  /** A full path, or a name on the PATH. */
  python: z.string().min(1).max(LIMITS.pathLength).default('python3'),
  /** Captured output per stream and run, in KiB. */
  outputKiB: z.int().min(LIMITS.outputKiB.min).max(LIMITS.outputKiB.max).default(DEFAULTS.outputKiB),
  /** Without a run, before a session is ended; see `CreateSandboxOptions`. */
  idleMs: z
    .number()
    .min(LIMITS.idleMinutes.min * MS_PER_MINUTE)
    .max(LIMITS.idleMinutes.max * MS_PER_MINUTE)
    .default(DEFAULTS.idleMinutes * MS_PER_MINUTE),
});

/** @throws VivariumError `invalid-option` */
export const createNativePython = (options: NativePythonOptions = {}): NativePython => {
  const { python, ...limits } = parseOption(Options, options);
  return nativePython(() => python, limits);
};

interface NativeLimits {
  readonly idleMs: number;
  readonly outputKiB: number;
}

/** @param python asked at each run; '' for none, which the result says then */
export const nativePython = (
  python: () => string,
  { idleMs, outputKiB }: NativeLimits = Options.parse({}),
): NativePython => {
  const events = new EventSource();
  const runner = nativeRunner({
    binpath: python,
    clock: systemClock,
    outputKiB: () => outputKiB,
    idleMs: () => idleMs,
    onSessionEnd: (session, why, printed) => {
      const said = printed === undefined ? {} : { printed };
      events.tell({ type: 'session-ended', at: Date.now(), session, runtime: 'native', why, ...said });
    },
  });
  return {
    run: (request, given = {}) =>
      withLibraryErrors(() => {
        checkNativeOptions(given);
        return runner.run(typeof request === 'string' ? { code: request } : request, given);
      }),
    get sessions() {
      return [...runner.sessions];
    },
    events,
    reset: async (session, options = {}) => {
      checkNativeResetOptions(options);
      const name = SessionName.safeParse(session);
      if (name.success) return runner.reset(name.data, options);
      throw new VivariumError('invalid-request', `session: ${name.error.issues[0]?.message ?? 'not valid'}`);
    },
    dispose: () => runner.dispose(),
  };
};
