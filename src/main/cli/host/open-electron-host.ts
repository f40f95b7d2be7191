import { spawn, type ChildProcess } from 'node:child_process';
import process from 'node:process';
import type { DoctorReport } from '../../../shared/contract/doctor.ts';
import {
  HOST_LIMITS,
  hostClientContract,
  hostContract,
  type HostContract,
  type HostSandboxOptions,
  type HostStatus,
} from '../../../shared/protocol/host-protocol.ts';
import { DEFAULTS } from '../../../shared/limits.ts';
import { fromIpcChannel } from '../../../shared/rpc/child-process-port.ts';
import { RpcError } from '../../../shared/rpc/errors.ts';
import { RpcPeer } from '../../../shared/rpc/peer.ts';
import type { EndedSession, OutputFile, RunRequest, RunResult } from '../../../shared/contract/run.ts';
import type { SandboxEvent } from '../../../shared/contract/sandbox-events.ts';
import { systemClock } from '../../base/clock.ts';
import { identify } from '../../base/process-table.ts';
import { CallRequestHandler, type RunFunctions } from '../../functions/call-request-handler.ts';
import type { RunOptions } from '../../run/run-options.ts';
import type { Runner } from '../../run/runner.ts';
import type { SandboxOptions } from '../dependencies.ts';
import { electronEnvironment, sandboxSwitches, type ProvideElectron } from './electron-command.ts';
import { HostFolders } from './host-folders.ts';
import { HostRunReader } from './host-run-reader.ts';
import { TextTail } from '../../base/text-tail.ts';

/** For Electron to be ready, in ms. */
const OPEN_LIMIT_MS = 60_000;

const STDERR_TAIL = 2000;
/** Output on its way to this process at once, in bytes. */
const WINDOW_BYTES = 8 * 1024 * 1024;

/** The host and all its children: it leads a process group of its own. */
const killGroup = (pid: number | undefined): void => {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // Gone is what was wanted.
  }
};

/** An Electron without a window, which runs the sandbox for one command line process. */
export class ElectronHost implements Runner {
  readonly #child: ChildProcess;
  readonly #wantsEvents: boolean;
  readonly #peer: RpcPeer<typeof hostClientContract, HostContract>;
  readonly #exited: Promise<void>;
  readonly #stderr = new TextTail(STDERR_TAIL);
  readonly #running = new Set<Promise<unknown>>();
  /** Ends the host with this process, where nobody waits for it. */
  readonly #abandon: () => void;
  readonly #mayGoOn: boolean;
  #isCancelled = false;
  /** Who hears how far the packages of a run are. */
  readonly #progress = new Map<number, Pick<RunOptions, 'onPackages' | 'onPhase'>>();
  #nextRun = 0;

  /**
   * @param electron path of the executable
   * @param appFolder folder of the app's package.json
   * @param onEvent told of what happens in the sandbox
   * @param mayGoOn whether it may outlive this process, to make snapshots for later runs
   */
  constructor(
    electron: string,
    appFolder: string,
    { mayGoOn = false, onEvent }: { onEvent?: (event: SandboxEvent) => void; mayGoOn?: boolean } = {},
  ) {
    this.#wantsEvents = onEvent !== undefined;
    this.#mayGoOn = mayGoOn;
    // Many hosts run at once: each keeps Chromium's files to itself.
    const folders = new HostFolders();
    const chromiumFiles = folders.make();
    const headless = process.platform === 'linux' ? ['--ozone-platform=headless'] : [];
    this.#child = spawn(
      electron,
      [
        ...sandboxSwitches(),
        ...headless,
        '--disable-gpu',
        `--user-data-dir=${chromiumFiles}`,
        appFolder,
        '--vivarium-host',
      ],
      {
        env: electronEnvironment(),
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        // A group of its own: Ctrl-C in the terminal is for the command line, which ends the host in order.
        detached: true,
        windowsHide: true,
      },
    );
    if (this.#child.pid !== undefined) folders.noteHost(chromiumFiles, identify(this.#child.pid));
    void folders.sweep();
    this.#child.stderr?.on('data', (bytes: Buffer) => this.#stderr.push(bytes.toString('utf8')));
    // Whoever could not wait for a host that hangs leaves none behind.
    this.#abandon = (): void => {
      killGroup(this.#child.pid);
      folders.remove(chromiumFiles);
    };
    process.once('exit', this.#abandon);
    this.#exited = new Promise((resolve) => {
      const ended = (): void => {
        process.off('exit', this.#abandon);
        // Only now: on its way out Chromium still writes there.
        folders.remove(chromiumFiles);
        resolve();
      };
      this.#child.once('exit', ended);
      this.#child.on('error', (error) => {
        this.#stderr.push(error.message);
        // Without a pid there is no process, and there will be no exit.
        if (this.#child.pid === undefined) ended();
        this.#peer.close(`Electron failed: ${error.message}`);
      });
    });
    this.#peer = new RpcPeer({
      port: fromIpcChannel(this.#child),
      local: hostClientContract,
      remote: hostContract,
      handlers: {},
      onEvent: {
        ...(onEvent === undefined ? {} : { sandbox: onEvent }),
        packages: ({ id, progress }) => this.#progress.get(id)?.onPackages?.(progress),
        phase: ({ id, phase }) => this.#progress.get(id)?.onPhase?.(phase),
      },
      limits: HOST_LIMITS,
    });
  }

  /** @throws Error with what Electron said, when it ends instead of answering */
  async open(options: HostSandboxOptions): Promise<void> {
    const tooLate = setTimeout(() => {
      this.#stderr.push(`(ended after ${OPEN_LIMIT_MS / 1000} s without an answer)`);
      this.#child.kill('SIGKILL');
    }, OPEN_LIMIT_MS);
    try {
      await this.#peer.call('open', { sandbox: options, events: this.#wantsEvents });
    } catch (error) {
      // Refused by a host that is there: there is nothing to wait for.
      if (RpcError.is(error) && error.code !== 'closed') throw error;
      await this.#exited;
      throw new Error(`Electron ended before it was ready. Its last words: ${this.#stderr.text || 'none'}`, {
        cause: error,
      });
    } finally {
      clearTimeout(tooLate);
    }
  }

  async run(request: RunRequest, options: RunOptions = {}): Promise<RunResult> {
    const { functions, onPackages, onPhase, signal } = options;
    const wantsProgress = onPackages !== undefined || onPhase !== undefined;
    const id = this.#nextRun++;
    if (wantsProgress) this.#progress.set(id, options);
    let noteAbort = (): void => undefined;
    const aborted = new Promise<void>((resolve) => {
      noteAbort = resolve;
    });
    const cancel = (): void => {
      this.#isCancelled = true;
      noteAbort();
      // When the host is gone, the run itself says so.
      this.#peer.call('cancel', { id }).catch(() => undefined);
    };
    // A slow reader must not delay the host, whose answer would be late.
    let delivered = Promise.resolve();
    const calls = functions === undefined ? null : this.#callsOf(id, request, functions);
    const answer = (line: string | null): void => {
      this.#peer.call('answer', { id, line }).catch(() => undefined);
    };
    const reader = new HostRunReader(options, answer, calls);
    const running = this.#peer.call(
      'run',
      {
        id,
        request,
        runOptions: reader.runOptions,
        progress: wantsProgress,
        ...(calls === null ? {} : { functions: calls.facts }),
      },
      {
        window: WINDOW_BYTES,
        onItem: (item) => {
          reader.note(item);
          delivered = delivered.then(() => reader.take(item));
          delivered.catch(() => undefined);
        },
      },
    );
    this.#running.add(running);
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted === true) cancel();
    try {
      const result = await running;
      // Someone who cancels does not wait for a stalled reader.
      await Promise.race([delivered, aborted]);
      return reader.complete(result);
    } finally {
      this.#running.delete(running);
      reader.end();
      this.#progress.delete(id);
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Functions stay in this process: the host passes calls on, and answers back. */
  #callsOf(id: number, request: RunRequest, functions: RunFunctions): CallRequestHandler | null {
    if (functions.set.all.length === 0) return null;
    const session = request.session ?? null;
    const calls = new CallRequestHandler({
      functions,
      clock: systemClock,
      session,
      onSettled: () => undefined,
    });
    calls.connect(async (call, answer) => {
      await this.#peer.call('answerCall', { id, call, answer });
    });
    return calls;
  }

  /** The state of the host's sandbox; asking for it starts no process. */
  status(): Promise<HostStatus> {
    return this.#peer.call('status', {});
  }

  /** Goes the way of a run of that session, without running anything. False when it has no interpreter. */
  async ping(session: string): Promise<boolean> {
    return (await this.#peer.call('ping', { session })).alive;
  }

  /** Ends a session as a program ends, and forgets its state. */
  endSession(session: string): Promise<EndedSession> {
    return this.#peer.call('reset', { session });
  }

  /** The files of a session; null when it has no interpreter. */
  async listFiles(session: string): Promise<OutputFile[] | null> {
    return (await this.#peer.call('listFiles', { session })).files;
  }

  /** @throws RpcError with why the file can't be had */
  async readFile(session: string, name: string): Promise<Uint8Array> {
    return (await this.#peer.call('readFile', { session, name })).bytes;
  }

  /** Ends the sidecar; the next run starts anew, also after too many crashes. */
  async restart(): Promise<void> {
    await this.#peer.call('restart', {});
  }

  /** @throws Error when the examination could not be made */
  doctor(lockdown: boolean): Promise<DoctorReport> {
    return this.#peer.call('doctor', { lockdown });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  async dispose(): Promise<void> {
    // Whoever cancels wants nothing to go on.
    const mayGoOn = this.#mayGoOn && !this.#isCancelled;
    const { goesOn } = await this.#peer.call('dispose', { mayGoOn }).catch(() => ({ goesOn: false }));
    // Runs under way were cancelled by it, as a host that has any does not go on; their results are on their way.
    await Promise.allSettled(this.#running);
    if (goesOn) this.#leaveBehind();
    this.#peer.close('the command line is done');
    if (!goesOn) await this.#exited;
  }

  /** The host ends by itself; nothing of it keeps this process, or whoever waits for the end of its output. */
  #leaveBehind(): void {
    process.off('exit', this.#abandon);
    this.#child.stderr?.destroy();
    this.#child.unref();
  }
}

/** Opens sandboxes in Electron hosts. @param mayGoOn see `ElectronHost` */
export const electronSandboxes =
  (provideElectron: ProvideElectron, appFolder: string, mayGoOn = false) =>
  async (options: SandboxOptions): Promise<ElectronHost> => {
    const host = new ElectronHost(await provideElectron(), appFolder, { mayGoOn });
    await host.open(options);
    return host;
  };

/** Examines the isolation in an Electron host. @param lockdown false to see what the probes reach without it */
export const electronDoctor =
  (provideElectron: ProvideElectron, appFolder: string, lockdown = true) =>
  async (): Promise<DoctorReport> => {
    const host = new ElectronHost(await provideElectron(), appFolder);
    try {
      // Tells why, when Electron does not start.
      await host.open({ memoryMiB: DEFAULTS.memoryMiB, outputKiB: DEFAULTS.outputKiB });
      return await host.doctor(lockdown);
    } finally {
      await host.dispose();
    }
  };
