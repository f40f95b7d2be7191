import path from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Most of the time a test waits for an interpreter to start, which keeps one core busy.
    maxWorkers: 2,
    // Nothing of the user's own is touched, and no package index of theirs is asked.
    env: { VIVARIUM_DATA_DIR: path.join(import.meta.dirname, '.cache', 'test-data'), PIP_NO_INDEX: '1' },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.ts'],
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
          ],
          environment: 'node',
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
