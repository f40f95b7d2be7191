import type { Clock } from '../base/clock.ts';
import { BackendRunner } from '../run/backend-runner.ts';
import { RunQueue } from '../run/run-queue.ts';
import type { Runner } from '../run/runner.ts';
import { NativeBackend, type NativeBackendConfig } from './native-backend.ts';

export interface NativeRunnerConfig extends NativeBackendConfig {
  readonly clock: Clock;
  /** Captured output per stream, in KiB. Asked at each run. */
  readonly outputKiB: () => number;
}

const MAX_CONCURRENT_RUNS = 4;

/** Runs in the user's own Python. A session in a request keeps nothing: its state is `reset` after each run. */
export const nativeRunner = ({ outputKiB, ...config }: NativeRunnerConfig): Runner =>
  new BackendRunner({
    backend: new NativeBackend(config),
    queue: new RunQueue(MAX_CONCURRENT_RUNS),
    clock: config.clock,
    outputBytes: () => outputKiB() * 1024,
    disposedDetail: 'Python was switched off',
  });
