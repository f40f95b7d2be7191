/** The real thing for tests: a headless Electron whose main process runs the sandbox with its utility process. */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect } from 'vitest';
import type { RunOptions } from '../../src/main/cli/dependencies.ts';
import { installedElectron } from '../../src/main/cli/electron-command.ts';
import { electronDoctor, ElectronHost } from '../../src/main/cli/open-electron-host.ts';
import { DoctorReport } from '../../src/shared/doctor.ts';
import type { HostSandboxOptions, HostStatus } from '../../src/shared/host-protocol.ts';
import { DEFAULTS } from '../../src/shared/limits.ts';
import type { SandboxEvent } from '../../src/shared/sandbox-events.ts';
import { RunResult, type OutputFile, type RunRequest } from '../../src/shared/sandbox.ts';
import { eventually } from './eventually.ts';
import { canSeeProcesses, processesOfSession, untilGone, untilNone } from './processes.ts';

export const PROJECT_ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What is left out is as in the product. */
export type Limits = Partial<HostSandboxOptions>;

export interface RunningOptions extends Omit<RunRequest, 'code'>, Partial<RunOptions> {}

/** For tests that crash the sandbox again and again. */
export const NEVER_BROKEN = { crashes: 1_000_000, windowMs: 1 } as const;

export class ElectronSandbox {
  readonly #host: ElectronHost;
  readonly #mainPid: number;
  /** All that the sandbox has told so far. */
  readonly events: readonly SandboxEvent[];

  private constructor(host: ElectronHost, mainPid: number, events: readonly SandboxEvent[]) {
    this.events = events;
    this.#host = host;
    this.#mainPid = mainPid;
  }

  static async open(limits: Limits = {}): Promise<ElectronSandbox> {
    const events: SandboxEvent[] = [];
    const host = new ElectronHost(await installedElectron(), PROJECT_ROOT, (event) => events.push(event));
    await host.open({
      memoryMiB: DEFAULTS.memoryMiB,
      outputKiB: DEFAULTS.outputKiB,
      ...limits,
    });
    if (host.pid === undefined) throw new Error('Electron has no pid');
    return new ElectronSandbox(host, host.pid, events);
  }

  /** Of Electron's main process. */
  get mainPid(): number {
    return this.#mainPid;
  }

  /** Runs code; what comes back is held against the contract. */
  async run(code: string, options: RunningOptions = {}): Promise<RunResult> {
    const { signal = new AbortController().signal, onOutput = () => undefined, ...rest } = options;
    const { onDisplay, onFile, onInput, onPackages, ...request } = rest;
    const watcher = {
      ...(onDisplay === undefined ? {} : { onDisplay }),
      ...(onFile === undefined ? {} : { onFile }),
      ...(onInput === undefined ? {} : { onInput }),
      ...(onPackages === undefined ? {} : { onPackages }),
    };
    return RunResult.parse(await this.#host.run({ code, ...request }, { signal, onOutput, ...watcher }));
  }

  status(): Promise<HostStatus> {
    return this.#host.status();
  }

  listFiles(session: string): Promise<OutputFile[] | null> {
    return this.#host.listFiles(session);
  }

  readFile(session: string, name: string): Promise<Uint8Array> {
    return this.#host.readFile(session, name);
  }

  reset(session: string): Promise<boolean> {
    return this.#host.reset(session);
  }

  restart(): Promise<void> {
    return this.#host.restart();
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

  /** The same main process still answers, and its answer is right. */
  async expectAlive(): Promise<void> {
    expect(this.#host.pid).toBe(this.#mainPid);
    expect(() => process.kill(this.#mainPid, 0)).not.toThrow();
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

  /** Ends everything in order and makes sure that it is gone. */
  async dispose(): Promise<void> {
    await this.#host.dispose();
    await this.expectGone();
  }

  /** No process that Electron or its children started is left. */
  async expectGone(): Promise<void> {
    if (!canSeeProcesses) return;
    await untilGone(this.#mainPid);
    await untilNone(() => processesOfSession(this.#mainPid));
  }
}

/** One sandbox for all tests of a file or a suite. */
export const useElectronSandbox = (limits: Limits = {}): (() => ElectronSandbox) => {
  let sandbox: ElectronSandbox | undefined;
  beforeAll(async () => {
    sandbox = await ElectronSandbox.open(limits);
  });
  afterAll(async () => {
    await sandbox?.dispose();
  });
  return () => {
    if (sandbox === undefined) throw new Error('the sandbox is not open');
    return sandbox;
  };
};

/** What the doctor says there; held against the contract. */
export const examineInElectron = async (lockdown: boolean): Promise<DoctorReport> =>
  DoctorReport.parse(await electronDoctor(installedElectron, PROJECT_ROOT, lockdown)());
