/** The real thing for tests: a headless Electron whose main process runs the sandbox with its utility process. */
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { installedElectron } from '../../src/main/cli/host/electron-command.ts';
import { electronDoctor, ElectronHost } from '../../src/main/cli/host/open-electron-host.ts';
import { DoctorReport } from '../../src/shared/contract/doctor.ts';
import type { HostStatus } from '../../src/shared/protocol/host-protocol.ts';
import { DEFAULTS } from '../../src/shared/limits.ts';
import type { SandboxEvent } from '../../src/shared/contract/sandbox-events.ts';
import { RunResult, type EndedSession, type OutputFile } from '../../src/shared/contract/run.ts';
import { canSeeProcesses, processesOfSession, untilGone, untilNone } from './processes.ts';
import { TestSandbox, useOpened, type Limits, type RunningOptions } from './test-sandbox.ts';

export { NEVER_BROKEN, type Limits, type RunningOptions } from './test-sandbox.ts';

export const PROJECT_ROOT = fileURLToPath(new URL('../..', import.meta.url));

export class ElectronSandbox extends TestSandbox {
  readonly #host: ElectronHost;
  /** What Chromium calls the kind of process that utilityProcess starts. */
  protected override readonly sidecarMark = 'node.mojom.NodeService';

  private constructor(host: ElectronHost, mainPid: number, events: readonly SandboxEvent[]) {
    super(mainPid, events);
    this.#host = host;
  }

  static async open(limits: Limits = {}): Promise<ElectronSandbox> {
    const events: SandboxEvent[] = [];
    const host = new ElectronHost(await installedElectron(), PROJECT_ROOT, {
      onEvent: (event) => events.push(event),
    });
    await host.open({
      memoryMiB: DEFAULTS.memoryMiB,
      outputKiB: DEFAULTS.outputKiB,
      ...limits,
    });
    if (host.pid === undefined) throw new Error('Electron has no pid');
    return new ElectronSandbox(host, host.pid, events);
  }

  override async run(code: string, options: RunningOptions = {}): Promise<RunResult> {
    const { signal = new AbortController().signal, onOutput = () => undefined, ...rest } = options;
    const { countsInput, onDisplay, onFile, onInput, onPackages, ...request } = rest;
    const watcher = {
      ...(onDisplay === undefined ? {} : { onDisplay }),
      ...(onFile === undefined ? {} : { onFile }),
      ...(onInput === undefined ? {} : { onInput }),
      ...(countsInput === undefined ? {} : { countsInput }),
      ...(onPackages === undefined ? {} : { onPackages }),
    };
    return RunResult.parse(await this.#host.run({ code, ...request }, { signal, onOutput, ...watcher }));
  }

  override status(): Promise<HostStatus> {
    return this.#host.status();
  }

  override listFiles(session: string): Promise<OutputFile[] | null> {
    return this.#host.listFiles(session);
  }

  override readFile(session: string, name: string): Promise<Uint8Array> {
    return this.#host.readFile(session, name);
  }

  override endSession(session: string): Promise<EndedSession> {
    return this.#host.endSession(session);
  }

  override restart(): Promise<void> {
    return this.#host.restart();
  }

  override async expectAlive(): Promise<void> {
    expect(this.#host.pid).toBe(this.mainPid);
    await super.expectAlive();
  }

  override async dispose(): Promise<void> {
    await this.#host.dispose();
    await this.expectGone();
  }

  /** No process that Electron or its children started is left. */
  async expectGone(): Promise<void> {
    if (!canSeeProcesses) return;
    await untilGone(this.mainPid);
    await untilNone(() => processesOfSession(this.mainPid));
  }
}

/** One sandbox for all tests of a file or a suite. */
export const useElectronSandbox = (limits: Limits = {}): (() => ElectronSandbox) =>
  useOpened(() => ElectronSandbox.open(limits));

/** What the doctor says there; held against the contract. */
export const examineInElectron = async (lockdown: boolean): Promise<DoctorReport> =>
  DoctorReport.parse(await electronDoctor(installedElectron, PROJECT_ROOT, lockdown)());
