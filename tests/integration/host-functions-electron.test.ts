/** Calls of functions from a locked-down process of Electron, whose messages may not be large. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runProgram } from '../../scripts/shared/run-program.ts';
import {
  electronEnvironment,
  installedElectron,
  sandboxSwitches,
} from '../../src/main/cli/host/electron-command.ts';
import { PROJECT_ROOT } from '../support/electron-sandbox.ts';

it('calls of functions are made and answered through Electron, small and large', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-functions-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { stdout } = await runProgram(
    await installedElectron(),
    [
      ...sandboxSwitches(),
      '--ozone-platform=headless',
      `--user-data-dir=${folder}`,
      path.join(PROJECT_ROOT, 'tests/support/host-functions-main.mjs'),
    ],
    { env: electronEnvironment() },
  );
  expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toEqual({
    calls: 102,
    error: null,
    status: 'ok',
    value: [true, 900_000, true],
  });
});
