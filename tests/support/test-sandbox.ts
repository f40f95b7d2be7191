/** What tests of the whole sandbox use, whichever process is its main process. */
import process from 'node:process';
import { afterAll, beforeAll, expect } from 'vitest';
import type { RunOptions } from '../../src/main/run/run-options.ts';
import type { HostSandboxOptions, HostStatus } from '../../src/shared/protocol/host-protocol.ts';
import type { SandboxEvent } from '../../src/shared/contract/sandbox-events.ts';
import type { EndedSession, OutputFile, RunRequest, RunResult } from '../../src/shared/contract/run.ts';
import { eventually } from './eventually.ts';
import { allProcesses } from './processes.ts';

/** What is left out is as in the product. */
export type Limits = Partial<HostSandboxOptions>;

export interface RunningOptions extends Omit<RunRequest, 'code'>, Partial<RunOptions> {}

export type TestStatus = Omit<HostStatus, 'electron'>;

/** For tests that crash the sandbox again and again. */
export const NEVER_BROKEN = { crashes: 1_000_000, windowMs: 1 } as const;

export abstract class TestSandbox {
  /** All that the sandbox has told so far. */
  readonly events: readonly SandboxEvent[];
  /** Of the process that is the sandbox's main. */
  readonly mainPid: number;

  protected constructor(mainPid: number, events: readonly SandboxEvent[]) {
    this.mainPid = mainPid;
    this.events = events;
  }

  /** Runs code; what comes back is held against the contract. */
  abstract run(code: string, options?: RunningOptions): Promise<RunResult>;
  abstract status(): Promise<TestStatus>;
  abstract listFiles(session: string): Promise<OutputFile[] | null>;
  abstract readFile(session: string, name: string): Promise<Uint8Array>;
  abstract endSession(session: string): Promise<EndedSession>;
  abstract restart(): Promise<void>;
  /** Ends everything in order and makes sure that it is gone. */
  abstract dispose(): Promise<void>;
  /** In the command line of each sidecar process. */
  protected abstract readonly sidecarMark: string;

  async reset(session: string): Promise<boolean> {
    return (await this.endSession(session)).had;
  }

  /** Events of that type so far. */
  told<T extends SandboxEvent['type']>(type: T): Extract<SandboxEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<SandboxEvent, { type: T }> => event.type === type);
  }

  /** Of the sidecar, which must be there. */
  async sidecarPid(): Promise<number> {
    const { pid } = await this.status();
    if (pid === null) throw new Error('there is no sidecar');
    return pid;
  }

  /** Also of those that are only starting. */
  sidecarPids(): number[] {
    return allProcesses()
      .filter(({ parent, commandLine }) => parent === this.mainPid && commandLine.includes(this.sidecarMark))
      .map(({ pid }) => pid);
  }

  /** The same main process still answers, and its answer is right. */
  async expectAlive(): Promise<void> {
    expect(() => process.kill(this.mainPid, 0)).not.toThrow();
    const { status, value, stdout, error } = await this.run('1+1');
    expect({ status, text: value?.text, stdout, error }).toEqual({
      status: 'ok',
      text: '2',
      stdout: '',
      error: null,
    });
  }

  /** Nothing runs, and the sandbox knows it. */
  async untilIdle(): Promise<void> {
    await eventually(async () => expect((await this.status()).state.name).toMatch(/^(?:ready|stopped)$/u));
  }
}

/** One sandbox for all tests of a file or a suite. */
export const useOpened = <T extends TestSandbox>(open: () => Promise<T>): (() => T) => {
  let sandbox: T | undefined;
  beforeAll(async () => {
    sandbox = await open();
  });
  afterAll(async () => {
    await sandbox?.dispose();
  });
  return () => {
    if (sandbox === undefined) throw new Error('the sandbox is not open');
    return sandbox;
  };
};
