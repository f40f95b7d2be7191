import type { NameQuestion, NameReport } from '../../shared/protocol/name-reports.ts';
import { DEFAULTS, LIMITS } from '../../shared/limits.ts';
import { sharedController } from '../base/stop-signal.ts';
import { BackendRunner } from '../run/backend-runner.ts';
import { RunQueue } from '../run/run-queue.ts';
import type { Runner } from '../run/runner.ts';
import { OutputRelay } from '../run/output-relay.ts';
import type { RunOptions } from '../run/run-options.ts';
import { CappedOutput } from './capped-output.ts';
import { NativeBackend, type NativeBackendConfig } from './native-backend.ts';
import { MS_PER_MINUTE } from '../../shared/units.ts';

export interface NativeRunnerConfig extends NativeBackendConfig {
  /** Captured output per stream, in KiB. Asked at each run. */
  readonly outputKiB: () => number;
}

export interface NativeRunner extends Runner {
  /** Named sessions with state, the one used last at the end. */
  readonly sessions: readonly string[];
  /**
   * Forgets a session's state once its runs are over, and ends its process. False when there was none.
   *
   * @param onOutput gets what its code prints as it ends, one piece at a time
   */
  reset(session: string, options?: Pick<RunOptions, 'onOutput'>): Promise<boolean>;
  /** What a session knows of names; null when it is at work, has no process or does not answer at once. */
  lookUpNames(session: string, question: NameQuestion): Promise<NameReport | null>;
}

/** Every session may wait for something at the same time. */
const MAX_CONCURRENT_RUNS = LIMITS.sessions;

const never = sharedController().signal;

/** Runs in the user's own Python. */
export const nativeRunner = ({ outputKiB, ...config }: NativeRunnerConfig): NativeRunner => {
  const backend = new NativeBackend(config);
  const queue = new RunQueue(MAX_CONCURRENT_RUNS);
  const runner = new BackendRunner({
    backend,
    queue,
    clock: config.clock,
    outputBytes: () => outputKiB() * 1024,
    inputWaitMs: config.idleMs ?? (() => DEFAULTS.idleMinutes * MS_PER_MINUTE),
    disposedDetail: 'Python was switched off',
  });
  return {
    run: (request, options) => runner.run(request, options),
    dispose: () => runner.dispose(),
    get sessions() {
      return backend.sessions;
    },
    lookUpNames: async (session, question) =>
      (await queue.isBusy(session)) ? null : backend.lookUpNames(session, question),
    reset: async (session, { onOutput } = {}) => {
      const relay = new OutputRelay();
      const output = new CappedOutput(outputKiB() * 1024, (piece) => {
        if (piece.channel !== 'stdout' && piece.channel !== 'stderr') return;
        const { bytes, channel: stream } = piece;
        relay.push(() => onOutput?.({ stream, bytes }));
      });
      const had = await queue.add(session, never, () =>
        backend.reset(session, ({ bytes, stream }) => output.push(stream, bytes)),
      );
      await output.end();
      await relay.drained(never);
      return had ?? false;
    },
  };
};
