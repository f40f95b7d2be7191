import path from 'node:path';
import { defineConfig } from 'vitest/config';
import SlowestFirst from './scripts/test/slowest-first.ts';

/**
 * What `npm run test:engines` runs under each Node, through NodeLauncher: what depends on the engine's V8, libuv
 * and Node, and what the kernel is asked for.
 */
const ENGINE_TESTS = [
  // Life cycle and interrupts.
  'tests/integration/node-launcher.test.ts',
  'tests/integration/life-cycle/loops.test.ts',
  'tests/integration/life-cycle/memory.test.ts',
  'tests/integration/life-cycle/node-main-death.test.ts',
  'tests/integration/life-cycle/recovery.test.ts',
  'tests/integration/interrupted-imports.test.ts',
  // Security.
  'tests/security/assume-breach.test.ts',
  'tests/security/realm.test.ts',
  'tests/unit/lockdown/**/*.test.ts',
  // Packages: NumPy, pandas, Matplotlib.
  'tests/integration/packages-in-runs.test.ts',
  // Snapshots, also of packages.
  'tests/integration/package-snapshots.test.ts',
  'tests/integration/snapshot.test.ts',
  // The worker's and the control thread's parts by themselves.
  'tests/unit/utility/**/*.test.ts',
];

/** The same under the Node of the declared Electron only: with all three they would take too long. */
const DECLARED_ENGINE_TESTS = [
  'tests/integration/faults.test.ts',
  'tests/integration/package-snapshot-fallbacks.test.ts',
  'tests/integration/package-snapshot-sets.test.ts',
  'tests/integration/session-names.test.ts',
  'tests/integration/snapshot-fallbacks.test.ts',
  'tests/security/cases.test.ts',
  'tests/security/host-functions.test.ts',
  'tests/security/no-javascript.test.ts',
  'tests/unit/rpc/**/*.test.ts',
];

/**
 * Sandboxes that are started by NodeLauncher in any project: left to `npm run test:engines`, which runs them under each
 * engine or the declared one. What is Electron's in them is in snapshot-electron.test.ts, store-in-runs.test.ts and
 * main-death.test.ts.
 */
const NODE_LAUNCHER_TESTS = [
  'tests/integration/life-cycle/node-main-death.test.ts',
  'tests/integration/package-snapshot-fallbacks.test.ts',
  'tests/integration/package-snapshot-sets.test.ts',
  'tests/integration/package-snapshots.test.ts',
  'tests/integration/session-names.test.ts',
  'tests/integration/snapshot-fallbacks.test.ts',
];

/** Unit tests that start many processes, fill disks or read texts at their caps: left to `npm test`. */
const SLOW_UNIT_TESTS = [
  'tests/unit/app/guest-markup-caps.test.ts',
  'tests/unit/cli/native.test.ts',
  'tests/unit/cli/process.test.ts',
  'tests/unit/connect/server-flood.test.ts',
  'tests/unit/connect/tool-functions.test.ts',
  'tests/unit/foreign-text/main-is-not-stalled.test.ts',
  'tests/unit/foreign-text/red-team.test.ts',
  'tests/unit/lockdown/engine-life.test.ts',
  'tests/unit/native/interpreters.test.ts',
  'tests/unit/native/native-input.test.ts',
  'tests/unit/native/native-runner.test.ts',
  'tests/unit/native/native-sessions.test.ts',
  'tests/unit/packages/damage.test.ts',
  'tests/unit/packages/processes.test.ts',
  'tests/unit/plugin/plugin.test.ts',
  'tests/unit/renderer/formula-limits.test.ts',
  'tests/unit/sandbox/execution/snapshot-selector.test.ts',
  'tests/unit/scripts/test-summary.test.ts',
  'tests/unit/snapshot/snapshot-damage.test.ts',
];

const SETUP_FILES = ['tests/support/compare-bytes.ts'];

/** For tests with real processes, which take their time on a busy machine. */
const REAL_PROCESSES = {
  environment: 'node',
  setupFiles: SETUP_FILES,
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 20_000 } },
  // A second try, which the end of the run names with what went wrong at the first.
  retry: 1,
} as const;

/** What `npm run test:engines` runs in the system's Chromium. */
const BROWSER_TESTS = ['tests/integration/chromium/**/*.test.ts'];

export default defineConfig({
  test: {
    // Most of the time a test waits for an interpreter to start, which keeps one core busy.
    maxWorkers: 2,
    sequence: { sequencer: SlowestFirst },
    // Nothing of the user's own is touched, and no package index of theirs is asked.
    env: { VIVARIUM_DATA_DIR: path.join(import.meta.dirname, '.cache', 'test-data'), PIP_NO_INDEX: '1' },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.ts'],
          exclude: SLOW_UNIT_TESTS,
          setupFiles: SETUP_FILES,
          environment: 'node',
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: [
            'tests/integration/**/*.test.ts',
            'tests/security/**/*.test.ts',
            'tests/e2e/**/*.test.ts',
            ...SLOW_UNIT_TESTS,
          ],
          exclude: [...BROWSER_TESTS, ...NODE_LAUNCHER_TESTS],
          ...REAL_PROCESSES,
        },
      },
      {
        test: {
          name: 'engine',
          include: ENGINE_TESTS,
          ...REAL_PROCESSES,
          // See tests/support/either-sandbox.ts.
          env: { VIVARIUM_TEST_MAIN: 'node' },
        },
      },
      {
        test: {
          name: 'declared-engine',
          include: DECLARED_ENGINE_TESTS,
          ...REAL_PROCESSES,
          // See tests/support/either-sandbox.ts.
          env: { VIVARIUM_TEST_MAIN: 'node' },
        },
      },
      {
        test: {
          name: 'browser',
          include: BROWSER_TESTS,
          ...REAL_PROCESSES,
        },
      },
    ],
  },
});
