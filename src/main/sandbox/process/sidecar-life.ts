import type { ProcessEndCause, ProcessRole } from '../../../shared/contract/sandbox-events.ts';
import { RpcError } from '../../../shared/rpc/errors.ts';
import type { Clock } from '../../base/clock.ts';
import { Heartbeat } from './heartbeat.ts';
import type { SidecarLauncher } from './launcher.ts';
import type { ProcessExit } from '../sidecar/sidecar-process.ts';
import type { LockdownFactory } from '../../runtime/lockdown-binding.ts';
import {
  dataBudgetBytes,
  dataLimitMiBFor,
  diedOfMemory,
  processLimitBytes,
  tightest,
  type MemoryUse,
} from './memory-budget.ts';
import { MemoryWatch } from './memory-watch.ts';
import type { ProcessEnd } from '../../run/verdict.ts';
import { describeExit } from './process-end.ts';
import type { Asset } from '../../runtime/runtime-assets.ts';
import { SetupError } from '../setup-error.ts';
import { SidecarClient } from '../sidecar/sidecar-client.ts';
import type { Snapshots } from '../snapshots/snapshots.ts';

/** Limit for a process to become ready, in ms. */
export const START_LIMIT_MS = 60_000;
/** How long a killed process may take to be gone, in ms. */
const GONE_MS = 5000;
/** How long a process may still be in the process table after its exit event, in ms. */
const PROBE_MS = 500;

const HEARTBEAT = { intervalMs: 5000, silentMs: 5000, deadMs: 10_000 } as const;

export interface SidecarLifeOptions {
  readonly role: ProcessRole;
  /** Limit for the process to become ready, in ms. */
  readonly startLimitMs: number;
  readonly launcher: SidecarLauncher;
  /** Reads and verifies the assets that are loaded into the sidecar. */
  readonly loadAssets: () => Promise<readonly Asset[]>;
  readonly lockdown: LockdownFactory;
  /** Snapshots to start interpreters from. */
  readonly snapshots: Snapshots | undefined;
  readonly clock: Clock;
  /** Cap of each interpreter's WebAssembly memory, in MiB. */
  readonly memoryMiB: number;
  /** Free memory of the machine, in bytes. */
  readonly freeMemory: () => number;
  /** Awaited before the process is started. */
  readonly after: Promise<unknown>;
  /** Further preparation that must finish before `ready` resolves. */
  readonly warmUp: (sidecar: SidecarClient) => Promise<void>;
  readonly isBusy: () => boolean;
  /** Called once when the process must not be used any more, before `gone` resolves. */
  readonly onEnding: () => void;
  readonly onSilent: () => void;
  readonly onAnswer: () => void;
  readonly onMemory: (reading: MemoryReading) => void;
}

/** A reading of a process's memory. */
export interface MemoryReading {
  readonly resident: MemoryUse;
  /** Resident memory or the kernel's count, whichever is closer to its limit. */
  readonly tightest: MemoryUse;
}

/** A process ended before it was ready. */
export class SidecarEndedError extends Error {
  override readonly name = 'SidecarEndedError';
  readonly end: ProcessEnd;

  constructor(end: ProcessEnd) {
    super(endedWhileStarting(end));
    this.end = end;
  }
}

const endedWhileStarting = ({ cause, detail }: ProcessEnd): string => {
  switch (cause) {
    case 'stopped':
    case 'idle':
      return 'the sandbox was stopped while it started';
    case 'start-failed':
    case 'broken':
      return detail;
    case 'exited':
    case 'out-of-memory':
    case 'unresponsive':
    case 'misbehaved':
    case 'stop-failed':
      return `the sandbox process ended while it started: ${detail}`;
  }
};

/** The life cycle of one sidecar process, from its start until the system shows that it is gone. */
export class SidecarLife {
  /** Rejects when it ends before it is ready. */
  readonly ready: Promise<SidecarClient>;
  /** Resolves before `ready`, once packages and snapshots can be sent to the process; rejects like `ready`. */
  readonly reachable: Promise<SidecarClient>;
  /** Resolves when the process is gone or was given up. */
  readonly gone: Promise<ProcessEnd>;

  /** Changes when a standby process takes over. */
  role: ProcessRole;

  readonly #options: SidecarLifeOptions;
  #sidecar: SidecarClient | undefined;
  #isReady = false;
  #readyMs = 0;
  #lacked = false;
  /** Why it is being ended; later reasons are ignored. */
  #ending: ProcessEnd | undefined;
  #markGone: (end: ProcessEnd) => void = () => undefined;
  #markReachable: (sidecar: SidecarClient) => void = () => undefined;
  #heartbeat: Heartbeat | undefined;
  #memory: MemoryWatch | undefined;
  #lastUse: MemoryUse | undefined;
  /** Known once it is being started. */
  #dataBudgetBytes = 0;

  constructor(options: SidecarLifeOptions) {
    this.#options = options;
    this.role = options.role;
    this.gone = new Promise((resolve) => {
      this.#markGone = resolve;
    });
    const { startLimitMs } = options;
    const cancel = options.clock.after(startLimitMs, () => {
      void this.end('start-failed', `Python was not ready within ${startLimitMs / 1000} s`);
    });
    // A launch that never settles must not keep callers waiting once the process was given up.
    const over = this.gone.then((end) => Promise.reject(new SidecarEndedError(end)));
    const reachable = new Promise<SidecarClient>((resolve) => {
      this.#markReachable = resolve;
    });
    this.ready = Promise.race([this.#start(), over]).finally(cancel);
    this.reachable = Promise.race([reachable, over]);
    this.reachable.catch(() => undefined);
    // Callers that do not await `ready` learn of the failure by `gone`.
    this.ready.catch(() => undefined);
  }

  /** Undefined until the process is launched. */
  get sidecar(): SidecarClient | undefined {
    return this.#sidecar;
  }

  get isReady(): boolean {
    return this.#isReady && this.#ending === undefined;
  }

  /**
   * Whether it never started because a file was damaged or missing, or the system refused to start a process. That is
   * not a crash, and may be temporary.
   */
  get lacked(): boolean {
    return this.#lacked;
  }

  /** Cap of each of its interpreters' WebAssembly memory, in MiB. */
  get memoryMiB(): number {
    return this.#options.memoryMiB;
  }

  /** Limit of its resident memory, with the machine's current free memory. */
  get processLimitBytes(): number {
    const { freeMemory, memoryMiB } = this.#options;
    return processLimitBytes(memoryMiB, freeMemory() + (this.#memory?.last ?? 0));
  }

  /** From the request to start until ready, in ms. */
  get readyMs(): number {
    return this.#readyMs;
  }

  /** Called when code is about to run: reads memory more often from now on. */
  wake(): void {
    this.#memory?.wake();
  }

  /** Ends the process, also one that is only starting. Resolves as `gone` does. */
  async end(cause: ProcessEndCause, detail = ''): Promise<ProcessEnd> {
    if (this.#ending === undefined) {
      this.#decide(cause, detail);
      this.#sidecar?.kill();
      const cancel = this.#options.clock.after(GONE_MS, () =>
        this.#over('', `not gone after ${GONE_MS / 1000} s`),
      );
      void this.gone.then(cancel);
    }
    return this.gone;
  }

  async #start(): Promise<SidecarClient> {
    const { after, clock, launcher, loadAssets, lockdown, memoryMiB, warmUp } = this.#options;
    const began = clock.now();
    try {
      await after;
      this.#check();
      // In parallel: verifying the assets takes about as long as starting the process.
      const launching = launcher.launch().then((process) => this.#adopt(new SidecarClient(process)));
      this.#dataBudgetBytes = dataBudgetBytes(memoryMiB, this.#options.freeMemory());
      const dataLimitMiB = dataLimitMiBFor(this.#dataBudgetBytes);
      const loading = Promise.all([loadAssets(), lockdown(dataLimitMiB)]);
      const [launched, loaded] = await Promise.allSettled([launching, loading]);
      this.#check();
      this.#lacked = loaded.status === 'rejected' || launched.status === 'rejected';
      if (loaded.status === 'rejected') throw asError(loaded.reason);
      if (launched.status === 'rejected') throw asError(launched.reason);
      const sidecar = launched.value;
      const [assets, order] = loaded.value;
      const preparing = sidecar.prepare(assets, memoryMiB, order, this.#options.snapshots);
      this.#markReachable(sidecar);
      await preparing;
      this.#check();
      await warmUp(sidecar);
      this.#check();
      this.#watch(sidecar);
      this.#readyMs = clock.now() - began;
      this.#isReady = true;
      return sidecar;
    } catch (error) {
      const died = error instanceof SidecarEndedError || (RpcError.is(error) && error.code === 'closed');
      const ended = this.end(died ? 'exited' : 'start-failed', asError(error).message);
      if (this.#sidecar === undefined) this.#over('');
      throw new SidecarEndedError(await ended);
    }
  }

  /** @throws SidecarEndedError when this life was ended while it began */
  #check(): void {
    if (this.#ending !== undefined) throw new SidecarEndedError(this.#ending);
  }

  #adopt(sidecar: SidecarClient): SidecarClient {
    this.#sidecar = sidecar;
    void sidecar.gone.then((exit) => this.#probe(sidecar, exit));
    // A process whose connection is closed can't be used, and may be compromised.
    void sidecar.lost.then((reason) => this.end(sidecar.misbehaved ? 'misbehaved' : 'exited', reason));
    if (this.#ending !== undefined) sidecar.kill();
    return sidecar;
  }

  #watch(sidecar: SidecarClient): void {
    const { clock, isBusy, onAnswer, onMemory, onSilent } = this.#options;
    this.#heartbeat = new Heartbeat({
      ...HEARTBEAT,
      clock,
      ping: () => sidecar.ping(),
      onSilent,
      onAnswer,
      onDead: () => {
        const seconds = (HEARTBEAT.silentMs + HEARTBEAT.deadMs) / 1000;
        void this.end('unresponsive', `no answer for ${seconds} s`);
      },
    });
    this.#memory = new MemoryWatch({
      clock,
      isBusy,
      read: () => sidecar.residentBytes(),
      onReading: (residentBytes) => onMemory(this.#weigh(sidecar, residentBytes)),
    });
  }

  #weigh(sidecar: SidecarClient, residentBytes: number): MemoryReading {
    const resident = { usedBytes: residentBytes, limitBytes: this.processLimitBytes };
    const data = { usedBytes: sidecar.dataBytes() ?? 0, limitBytes: this.#dataBudgetBytes };
    this.#lastUse = tightest([resident, data]);
    return { resident, tightest: this.#lastUse };
  }

  #decide(cause: ProcessEndCause, detail: string): void {
    const first = this.#ending === undefined;
    this.#ending = { cause, detail };
    this.#heartbeat?.stop();
    this.#memory?.stop();
    if (first) this.#options.onEnding();
  }

  /** Its exit was reported; wait until the process table agrees. */
  #probe(sidecar: SidecarClient, exit: ProcessExit): void {
    const detail = describeExit(exit);
    const last = this.#lastUse;
    const memory = exit.outOfMemory || (last !== undefined && diedOfMemory(last.usedBytes, last.limitBytes));
    // The closed connection may have been noticed before the exit.
    if (this.#ending === undefined || this.#ending.cause === 'exited') {
      this.#decide(memory ? 'out-of-memory' : 'exited', detail);
    }
    if (!sidecar.isAlive()) {
      this.#over(detail);
      return;
    }
    sidecar.kill();
    this.#options.clock.after(PROBE_MS, () =>
      this.#over(detail, sidecar.isAlive() ? `pid ${sidecar.pid} is still there` : ''),
    );
  }

  /** Marks the process as gone. @param remains what is left of it, in words */
  #over(exit: string, remains = ''): void {
    const { cause, detail } = this.#ending ?? { cause: 'exited', detail: exit };
    this.#sidecar?.disconnect('the sandbox process was ended');
    const parts = [detail === '' ? exit : detail, remains].filter((part) => part !== '');
    this.#markGone({ cause, detail: parts.join('; ') });
  }
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new SetupError('the sandbox process could not be started');
