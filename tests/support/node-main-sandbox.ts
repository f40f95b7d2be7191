/** The sandbox as a library has it: this very Node is its main process, and starts its sidecars. */
import process from 'node:process';
import { createSandbox } from '../../src/main/create-sandbox.ts';
import { nodeTransport } from '../../src/main/packages/http/node-transport.ts';
import { builtFiles } from '../../src/main/runtime/runtime-locations.ts';
import { NodeLauncher } from '../../src/main/sandbox/process/node-launcher.ts';
import type { Sandbox } from '../../src/main/sandbox/sandbox.ts';
import type { SandboxEvent } from '../../src/shared/contract/sandbox-events.ts';
import { RunResult, type EndedSession, type OutputFile } from '../../src/shared/contract/run.ts';
import { OUT_FOLDER } from './node-sandbox.ts';
import { canSeeProcesses, untilGone } from './processes.ts';
import { TestSandbox, type Limits, type RunningOptions, type TestStatus } from './test-sandbox.ts';

export class NodeMainSandbox extends TestSandbox {
  readonly #sandbox: Sandbox;
  protected override readonly sidecarMark = builtFiles(OUT_FOLDER).sidecar;

  private constructor(sandbox: Sandbox, events: readonly SandboxEvent[]) {
    super(process.pid, events);
    this.#sandbox = sandbox;
  }

  static open({ packages, ...limits }: Limits = {}): NodeMainSandbox {
    const events: SandboxEvent[] = [];
    const sandbox = createSandbox({
      outDir: OUT_FOLDER,
      launcher: (script) => new NodeLauncher(script),
      onEvent: (event) => events.push(event),
      ...limits,
      ...(packages === undefined ? {} : { packageSources: { ...packages, transport: nodeTransport() } }),
    });
    return new NodeMainSandbox(sandbox, events);
  }

  override async run(code: string, options: RunningOptions = {}): Promise<RunResult> {
    const {
      signal,
      countsInput,
      onOutput = () => undefined,
      onDisplay,
      onFile,
      onInput,
      onPackages,
      ...request
    } = options;
    const watcher = {
      onOutput,
      ...(signal === undefined ? {} : { signal }),
      ...(onDisplay === undefined ? {} : { onDisplay }),
      ...(onFile === undefined ? {} : { onFile }),
      ...(onInput === undefined ? {} : { onInput }),
      ...(countsInput === undefined ? {} : { countsInput }),
      ...(onPackages === undefined ? {} : { onPackages }),
    };
    return RunResult.parse(await this.#sandbox.run({ code, ...request }, watcher));
  }

  override async status(): Promise<TestStatus> {
    const { state, pid, standby, sessions } = this.#sandbox;
    return { state, pid, standby, sessions };
  }

  override listFiles(session: string): Promise<OutputFile[] | null> {
    return this.#sandbox.listFiles(session);
  }

  override readFile(session: string, name: string): Promise<Uint8Array> {
    return this.#sandbox.readFile(session, name);
  }

  override endSession(session: string): Promise<EndedSession> {
    return this.#sandbox.endSession(session);
  }

  override restart(): Promise<void> {
    return this.#sandbox.restart();
  }

  override async dispose(): Promise<void> {
    await this.#sandbox.dispose();
    if (!canSeeProcesses) return;
    const pids = [...this.told('process-started'), ...this.told('process-ended')].map(({ pid }) => pid);
    for (const pid of new Set(pids)) if (pid !== null) await untilGone(pid);
  }
}
