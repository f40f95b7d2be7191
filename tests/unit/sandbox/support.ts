import { setImmediate as nextTurn } from 'node:timers/promises';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import type { Handlers } from '../../../src/shared/rpc/contract.ts';
import { RpcError } from '../../../src/shared/rpc/errors.ts';
import { RpcPeer } from '../../../src/shared/rpc/peer.ts';
import { fromEmitterPort, type RpcPort } from '../../../src/shared/rpc/port.ts';
import type { GuestOutcome } from '../../../src/shared/protocol/guest-report.ts';
import {
  sidecarContract,
  sidecarHostContract,
  type SidecarContract,
} from '../../../src/shared/protocol/sidecar-protocol.ts';
import type { Clock } from '../../../src/main/base/clock.ts';
import type { SidecarLauncher } from '../../../src/main/sandbox/process/launcher.ts';
import type { ProcessExit, SidecarProcess } from '../../../src/main/sandbox/sidecar/sidecar-process.ts';
import { Sandbox } from '../../../src/main/sandbox/sandbox.ts';
import type { SandboxConfig } from '../../../src/main/sandbox/sandbox-config.ts';
import type { SandboxEvent, SandboxState } from '../../../src/shared/contract/sandbox-events.ts';

/** Time that moves only when it is told to. */
export class FakeClock implements Clock {
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  #now = 0;

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + delayMs, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  get waiting(): number {
    return this.#timers.size;
  }

  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = next.at;
      next.callback();
    }
    this.#now = until;
  }

  /** As after a machine's sleep: what was due meanwhile fires now, late, and nothing in between. */
  jump(ms: number): void {
    this.#now += ms;
    const due = [...this.#timers].filter(({ at }) => at <= this.#now).sort((a, b) => a.at - b.at);
    for (const timer of due) if (this.#timers.delete(timer)) timer.callback();
  }

  /** Goes to the next timer, if there is one. */
  skip(): void {
    const times = [...this.#timers].map(({ at }) => at);
    if (times.length > 0) this.advance(Math.max(0, Math.min(...times) - this.#now));
  }
}

/** Lets everything happen that is under way: real ports deliver in turns of the event loop. */
export const turns = async (count = 8): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** Waits for what real ports and promises bring about. */
export const until = async (holds: () => boolean, what = 'the condition'): Promise<void> => {
  for (let turn = 0; turn < 20_000; turn++) {
    if (holds()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`${what} did not come about`);
};

export const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

export const deferred = <T = void>(): Deferred<T> => {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
};

/** Of an outcome that was streamed. */
export const NO_BYTES = new Uint8Array();

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What a run without anything to tell reports, and what main makes of it. */
export const OUTCOME = { value: null, error: null, files: [], truncated: false };
export const CHECKED_OUTCOME: GuestOutcome = { ...OUTCOME, notices: [] };

export type SidecarHandlers = Handlers<SidecarContract>;
export type RunHandler = SidecarHandlers['run'];

/** Answers a run as an honest sidecar does. */
export const finishWith =
  (outcome: unknown = OUTCOME, stdout = ''): RunHandler =>
  async (_order, { write }) => {
    if (stdout !== '') await write({ channel: 'stdout', bytes: utf8(stdout) });
    await write({ channel: 'outcome', bytes: utf8(JSON.stringify(outcome)) });
    return { kind: 'finished', outputCut: false, outcome: NO_BYTES };
  };

/** Answers a question to an interpreter as an honest sidecar does. */
export const answerWith =
  (text: string): SidecarHandlers['findImports'] =>
  async (_params, { write }) => {
    await write({ bytes: utf8(text) });
    return {};
  };

export const CHECKS = { checks: [{ name: 'all is well', layer: null, holds: true }] };

export const PREPARED = { ...CHECKS, layers: [] };

const HONEST: SidecarHandlers = {
  loadAsset: () => ({}),
  prepare: () => PREPARED,
  takeSnapshot: () => {
    throw new RpcError('failed', 'no snapshot');
  },
  openInterpreter: () => CHECKS,
  writeFile: () => ({}),
  makePackageSnapshot: () => {
    throw new RpcError('failed', 'no image');
  },
  hasPackageSnapshot: () => ({ has: false }),
  loadPackageSnapshot: () => ({}),
  adoptPackageSnapshot: () => ({}),
  readFile: () => ({}),
  removeFile: () => ({}),
  listFiles: () => ({}),
  answerInput: () => ({}),
  answerFunction: () => ({}),
  answerFonts: () => ({ missing: [] }),
  findImports: () => ({}),
  tableRows: () => ({}),
  lookUpNames: () => ({}),
  whenIdle: () => ({}),
  missingPackages: () => ({ missing: [] }),
  loadPackage: () => ({}),
  installPackages: () => ({ missing: [] }),
  run: finishWith(),
  interruptRun: () => ({ stopped: false }),
  keepSpares: () => ({}),
  closeInterpreter: () => ({}),
  memory: () => ({ interpreters: [] }),
  ping: () => ({}),
};

export interface Behaviour extends Partial<SidecarHandlers> {
  /** False: the process survives being killed, until the test ends it. */
  readonly mortal?: boolean;
}

export interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: Record<string, unknown>;
}

/** The other end of a real channel, served by a peer with scripted handlers, or by hand. */
export class FakeProcess implements SidecarProcess {
  readonly pid: number;
  readonly port: RpcPort;
  readonly exited: Promise<ProcessExit>;
  /** For what no honest sidecar would send. */
  readonly raw: MessagePort;
  /** All requests so far. */
  readonly calls: Call[] = [];
  kills = 0;
  resident: number | null = null;
  data: number | null = null;
  outOfMemory = false;
  /** The system still shows it after its end was told. */
  undead = false;
  readonly #mortal: boolean;
  #alive = true;
  #exit: (exit: ProcessExit) => void = () => undefined;

  constructor(pid: number, behaviour: Behaviour) {
    const { port1, port2 } = new MessageChannel();
    const { mortal = true, ...handlers } = behaviour;
    this.pid = pid;
    this.#mortal = mortal;
    this.port = fromEmitterPort(port1);
    this.raw = port2;
    this.exited = new Promise((resolve) => {
      this.#exit = resolve;
    });
    port2.on('message', (message: Call & { kind: string }) => {
      if (message.kind === 'request') this.calls.push(message);
    });
    new RpcPeer({
      port: fromEmitterPort(port2),
      local: sidecarContract,
      remote: sidecarHostContract,
      handlers: { ...HONEST, ...handlers },
      nextTurn: () => nextTurn(),
    });
    onTestFinished(() => this.exit(0, null));
  }

  kill(): void {
    if (!this.isAlive()) return;
    this.kills++;
    if (this.#mortal) this.exit(null, 'SIGKILL');
  }

  exit(code: number | null, signal: string | null = null): void {
    this.raw.close();
    this.#alive = false;
    this.#exit({ code, signal, outOfMemory: this.outOfMemory });
  }

  residentBytes(): number | null {
    return this.resident;
  }

  dataBytes(): number | null {
    return this.data;
  }

  isAlive(): boolean {
    return this.#alive || this.undead;
  }

  called(method: string): Call[] {
    return this.calls.filter((call) => call.method === method);
  }

  /** Answers the latest call of that method, by hand. */
  say(method: string, message: Record<string, unknown>): void {
    this.raw.postMessage({ ...message, id: this.called(method).at(-1)?.id ?? -1 });
  }
}

export class FakeLauncher implements SidecarLauncher {
  readonly processes: FakeProcess[] = [];
  launches = 0;
  readonly #behave: (launch: number) => Behaviour | Promise<Behaviour>;

  /** @param behave what the nth process does, from 1; may throw or take its time, as a launch can */
  constructor(behave: (launch: number) => Behaviour | Promise<Behaviour> = () => ({})) {
    this.#behave = behave;
  }

  async launch(): Promise<SidecarProcess> {
    const launch = ++this.launches;
    const process = new FakeProcess(1000 + launch, await this.#behave(launch));
    this.processes.push(process);
    return process;
  }

  get last(): FakeProcess {
    const last = this.processes.at(-1);
    if (last === undefined) throw new Error('no process was launched');
    return last;
  }
}

export interface Stage {
  readonly sandbox: Sandbox;
  readonly clock: FakeClock;
  readonly launcher: FakeLauncher;
  readonly states: SandboxState['name'][];
  readonly events: SandboxEvent[];
}

/** A real sandbox with a fake process under it. */
export const stage = (
  behave: Behaviour | ((launch: number) => Behaviour | Promise<Behaviour>) = {},
  config: Partial<SandboxConfig> = {},
): Stage => {
  const clock = new FakeClock();
  const launcher = new FakeLauncher(typeof behave === 'function' ? behave : () => behave);
  const states: SandboxState['name'][] = [];
  const events: SandboxEvent[] = [];
  const sandbox = new Sandbox({
    launcher,
    clock,
    loadAssets: async () => [],
    lockdown: async () => ({ enabled: false, dataLimitMiB: null, binding: null }),
    memoryMiB: 256,
    outputKiB: 1,
    freeMemory: () => 64 * 1024 ** 3,
    onEvent: (event) => {
      events.push(event);
      if (event.type === 'state') states.push(event.state.name);
    },
    ...config,
  });
  onTestFinished(() => {
    for (const process of launcher.processes) process.exit(0);
  });
  return { sandbox, clock, launcher, states, events };
};
