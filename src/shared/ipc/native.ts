/** What the page may ask of the user's own interpreters. */
import { z } from 'zod';
import { LIMITS } from '../limits.ts';

export const nativeArguments = { check: z.tuple([z.string().max(LIMITS.pathLength)]) } as const;

/** An interpreter of the user's own that was found; with a problem it can't be used. */
export interface FoundPython {
  readonly path: string;
  /** Such as `3.12.1`; null when it has a problem. */
  readonly version: string | null;
  /** `cpython`, `pypy`, …; null when it has a problem. */
  readonly implementation: string | null;
  /** What is wrong with it and what to do; null when it can be used. */
  readonly problem: NativeProblem | null;
}

/** Why an interpreter can't be used. */
export interface NativeProblem {
  readonly code:
    | 'not-set'
    | 'not-a-full-path'
    | 'missing'
    | 'folder'
    | 'not-a-file'
    | 'not-executable'
    | 'does-not-start'
    | 'no-answer'
    | 'not-python'
    | 'too-old';
  /** What is wrong and what to do, on one line of English. */
  readonly message: string;
}

export type NativeCheck =
  | {
      readonly usable: true;
      readonly path: string;
      readonly version: string;
      readonly implementation: string;
    }
  | { readonly usable: false; readonly problem: NativeProblem };
