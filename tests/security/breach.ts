/** For the tests that assume a breach. */
import process from 'node:process';
import type { TestContext } from 'vitest';
import { builtFiles } from '../../src/main/runtime-locations.ts';
import type { ProbeResult } from '../../src/shared/probe-protocol.ts';
import { OUT_FOLDER } from '../support/node-sandbox.ts';
import { notRunHere } from '../support/not-run.ts';

/** Ends a test where there is no lock-down. */
export const needLockdown = (context: TestContext): void => {
  if (process.platform !== 'linux') notRunHere(context, 'only Linux has a lock-down');
  if (builtFiles(OUT_FOLDER).binding.file === null) {
    notRunHere(context, 'the native binding for this system is not installed');
  }
};

/** What was not refused, for a failure's message. */
export const openOnes = (probes: readonly ProbeResult[]): string[] =>
  probes.filter(({ refused }) => !refused).map(({ name, where, how }) => `${name} (${where}): ${how}`);
