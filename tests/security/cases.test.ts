/** What hostile code tries, in a locked-down process with real canaries around it. See cases.json. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunOutput, RunResult } from '../../src/shared/contract/run.ts';
import { Canaries } from '../support/canaries.ts';
import { PROJECT_ROOT } from '../support/electron-sandbox.ts';
import { openSandbox } from '../support/either-sandbox.ts';
import { type TestSandbox } from '../support/test-sandbox.ts';
import { canSeeProcesses, childrenOf } from '../support/processes.ts';
import { securityCases, type Expectation } from '../support/security-cases.ts';

const TIMEOUT_MS = 40_000;

let canaries: Canaries;
let sandbox: TestSandbox;
let fingerprint: string;
beforeAll(async () => {
  canaries = await Canaries.place();
  fingerprint = canaries.fingerprint();
  sandbox = await openSandbox();
  await sandbox.expectAlive();
});
afterAll(async () => {
  await sandbox.dispose();
  await canaries.remove();
});

interface Seen {
  readonly result: RunResult;
  /** All that came out of the run, wherever. */
  readonly everything: string;
}

const umaskOf = (pid: number): string | undefined =>
  canSeeProcesses ? /^Umask:\s*(\d+)$/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] : undefined;

const run = async (code: string, timeoutMs: number, session?: string): Promise<Seen> => {
  const outputs: RunOutput[] = [];
  const result = await sandbox.run(code, {
    timeoutMs,
    ...(session === undefined ? {} : { session }),
    onOutput: (output) => void outputs.push(output),
  });
  const streamed = Buffer.concat(outputs.map(({ bytes }) => bytes)).toString('utf8');
  return { result, everything: `${streamed}\n${JSON.stringify(result)}` };
};

const expectHeld = ({ result, everything }: Seen, expectation: Expectation): void => {
  const summary = {
    status: result.status,
    stdout: result.stdout.slice(0, 2000),
    stderr: result.stderr.slice(0, 500),
    error: { ...result.error, message: result.error?.message.slice(0, 500), traceback: undefined },
  };
  expect(expectation.status, JSON.stringify(summary)).toContain(result.status);
  if (expectation.stdout !== undefined) expect(result.stdout).toMatch(new RegExp(expectation.stdout, 'u'));
  if (expectation.error !== undefined) {
    expect(`${result.error?.type ?? ''}: ${result.error?.message ?? ''}`).toMatch(
      new RegExp(expectation.error, 'u'),
    );
  }
  if (expectation.never !== undefined) {
    const never = new RegExp(expectation.never, 'mu');
    for (const text of [
      result.stdout,
      result.stderr,
      result.value?.text ?? '',
      result.error?.message ?? '',
    ]) {
      expect(text).not.toMatch(never);
    }
  }
  if (expectation.truncated !== undefined) expect(result.truncated).toBe(expectation.truncated);
  if (expectation.files !== undefined) expect(result.files).toHaveLength(expectation.files);
  // Bounded, whatever was tried: two streams, a value, an error and a list of files.
  expect(everything.length).toBeLessThan(8 * 1024 * 1024);
};

/** A computer's name says something only when it is not everybody's. */
const namesOfHost = [PROJECT_ROOT, ...(/^(?:localhost|.{0,5})$/u.test(hostname()) ? [] : [hostname()])];

const expectHostUntouched = (everything: string): void => {
  for (const secret of [canaries.token, canaries.variable, ...namesOfHost]) {
    expect(everything.includes(secret), `${secret} in the output`).toBe(false);
  }
  expect(canaries.fingerprint()).toBe(fingerprint);
  expect(canaries.connections).toBe(0);
};

describe.each(securityCases)('$id: $tries', ({ id, runs }) => {
  it('is contained', async () => {
    const before = await sandbox.sidecarPid();
    const umask = umaskOf(before);
    const names = { mainPid: String(sandbox.mainPid), sidecarPid: String(before) };
    const session = runs.some((step) => step.expect.session === true) ? id.replaceAll('/', '.') : undefined;
    const printed = new Set<string>();
    let ended = false;
    for (const { code, timeoutMs, expect: expectation } of runs) {
      const seen = await run(canaries.fill(code, names), timeoutMs ?? TIMEOUT_MS, session);
      expectHeld(seen, expectation);
      ended ||= seen.result.error?.message.startsWith('the sandbox misbehaved and was ended') === true;
      // Its own words may hold the canary's path, but nothing that is behind it.
      expectHostUntouched(seen.everything);
      if (expectation.differs === true) {
        for (const word of seen.result.stdout.trim().split(' ')) {
          expect(printed).not.toContain(word);
          printed.add(word);
        }
      }
    }
    await sandbox.expectAlive();
    // The interpreter may have died of it, the process around it only when main did not like its answers.
    const after = await sandbox.sidecarPid();
    if (!ended) expect(after).toBe(before);
    expect(umaskOf(after)).toBe(umask);
    if (canSeeProcesses) expect(childrenOf(after)).toEqual([]);
    expectHostUntouched('');
  });
});
