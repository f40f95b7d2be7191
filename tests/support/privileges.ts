/** What takes root, and what takes an ordinary user. */
import { spawnSync } from 'node:child_process';
import { chownSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { expect, onTestFinished, type TestContext } from 'vitest';
import { notRunHere, needPosix, needSystem } from './not-run.ts';

/** Of a user that owns nothing; it need not be in the list of users. */
export const NOBODY = 65_534;

/** Number of the capability in include/uapi/linux/capability.h. */
const SYS_ADMIN = 21n;

const hasSysAdmin = (): boolean => {
  const bits = /^CapEff:\s*([0-9a-f]+)$/mu.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${bits}`) >> SYS_ADMIN) & 1n) === 1n;
};

/** Runs a program of util-linux that root may run; ends the test where that is not possible. */
const runAsAdmin = (context: TestContext, program: string, args: readonly string[]): void => {
  needSystem(context, process.platform === 'linux', `${program} as Linux has it`);
  if (process.geteuid?.() !== 0) notRunHere(context, 'ordinary-user', program);
  if (!hasSysAdmin()) notRunHere(context, 'no-privilege', program);
  const { error, status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (error !== undefined) notRunHere(context, 'no-util-linux', error.message);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr.trim()}`);
};

/** Mounts a disk of that size, such as `3m`, until the test is over. */
export const mountSmallDisk = (context: TestContext, folder: string, size: string): void => {
  runAsAdmin(context, 'mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  onTestFinished(() => {
    expect(spawnSync('umount', [folder]).status).toBe(0);
  });
};

/** Changes the size of one that is mounted. */
export const resizeDisk = (context: TestContext, folder: string, size: string): void =>
  runAsAdmin(context, 'mount', ['-o', `remount,size=${size}`, folder]);

/** What a command is started through to have no network at all, not even this computer's. */
export const withoutNetwork = (context: TestContext): readonly string[] => {
  const command = ['--net', 'true'];
  runAsAdmin(context, 'unshare', command);
  return ['unshare', '--net'];
};

/**
 * Permissions do not apply to root: for the rest of the test, hooks included, it becomes another user.
 *
 * @param owned what that user is to own
 */
export const becomeOrdinary = (context: TestContext, ...owned: readonly string[]): void => {
  needPosix(context);
  if (process.geteuid?.() !== 0) return;
  try {
    for (const file of owned) chownSync(file, NOBODY, NOBODY);
    process.seteuid?.(NOBODY);
  } catch (error) {
    notRunHere(context, 'no-second-user', error instanceof Error ? error.message : '');
  }
  onTestFinished(() => process.seteuid?.(0));
};
