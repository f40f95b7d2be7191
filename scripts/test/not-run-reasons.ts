import { z } from 'zod';

interface Reason {
  /** Whether a test run may end well without the check. */
  readonly isAllowed: boolean;
  readonly text: string;
}

/**
 * Why a check may not run on some computer. Where the computer could run it and only lacks something, leaving
 * it out is a failure, and the text says what to run.
 */
const REASONS = {
  'other-system': { isAllowed: true, text: 'the check is for another operating system' },
  'other-architecture': { isAllowed: true, text: 'the check is for another processor architecture' },
  'ordinary-user': { isAllowed: true, text: 'the check needs root, and this user is not' },
  'no-privilege': {
    isAllowed: true,
    text: 'this root lacks the capability SYS_ADMIN, as in most containers',
  },
  'no-second-user': { isAllowed: true, text: 'this root can become no ordinary user' },
  'little-memory': {
    isAllowed: true,
    text: 'this computer has less free memory than the check takes',
  },
  'no-wheels': {
    isAllowed: false,
    text: 'the wheels for the tests are not there: run "npm run provision -- --wheels"',
  },
  'no-cdn': {
    isAllowed: true,
    text: 'the check needs a package that only the official source has, which is out of reach',
  },
  'no-python': {
    isAllowed: false,
    text: 'no Python 3.8 or newer is installed: on Debian, run "apt-get install -y python3"',
  },
  'no-binding': {
    isAllowed: false,
    text: 'the native binding of the lock-down is not installed: run "npm ci"',
  },
  'no-util-linux': {
    isAllowed: false,
    text: 'mount, umount or unshare is not installed: on Debian, run "apt-get install -y mount util-linux"',
  },
} as const satisfies Record<string, Reason>;

export const NotRunCode = z.enum(Object.keys(REASONS) as [keyof typeof REASONS, ...(keyof typeof REASONS)[]]);
export type NotRunCode = z.infer<typeof NotRunCode>;

export const notRunReason = (code: NotRunCode): Reason => REASONS[code];

/** What a test says of itself when it does not run. */
export const NotRun = z.strictObject({
  code: NotRunCode,
  /** What of this computer it is, where the reason alone does not say. */
  detail: z.string(),
});
export type NotRun = z.infer<typeof NotRun>;
