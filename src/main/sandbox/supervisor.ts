import type { Clock } from './clock.ts';
import type { SidecarLauncher } from './launcher.ts';
import type { Asset } from './runtime-assets.ts';
import { nextState, type SandboxEvent, type SandboxState } from './sandbox-state.ts';
import { SetupError, SidecarClient } from './sidecar-client.ts';
import type { Snapshots } from './snapshots.ts';

/** How long a killed process may take to be gone, in ms. */
const GONE_MS = 5000;

export interface SupervisorOptions {
  readonly launcher: SidecarLauncher;
  /** Reads and checks what the sidecar is fed. */
  readonly loadAssets: () => Promise<readonly Asset[]>;
  readonly clock: Clock;
  /** Cap of each interpreter's WebAssembly memory, in MiB. */
  readonly memoryMiB: number;
  /** Makes starts faster. */
  readonly snapshots?: Snapshots | undefined;
  readonly onState: (state: SandboxState) => void;
  /** Called once per process, when it is gone or was given up. */
  readonly onGone: (sidecar: SidecarClient) => void;
}

/** One attempt to have a process, from its start to its end. */
class Life {
  /** Undefined until the process is launched. */
  sidecar: SidecarClient | undefined;
  /** Set once nobody is to get this process any more: resolves when it is gone or was given up. */
  ending: Promise<void> | undefined;
  over = false;
  markGone: () => void = () => undefined;
  readonly gone: Promise<void>;

  constructor() {
    this.gone = new Promise((resolve) => {
      this.markGone = resolve;
    });
  }

  /** @throws SetupError when this life was ended while it began */
  check(): void {
    if (this.ending !== undefined) throw new SetupError('the sandbox was stopped while it started');
  }
}

/** Keeps at most one sidecar process: starts it when it is needed, knows its state, ends it. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  #state: SandboxState = { name: 'stopped' };
  /** What callers get. A life that is ending is in here no more. */
  #current: { readonly life: Life; readonly ready: Promise<SidecarClient> } | undefined;
  /** Whose state `#state` is; stays until it is over. The next one waits for that. */
  #holder: Life | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  get state(): SandboxState {
    return this.#state;
  }

  /** Of the live process, or null. */
  get pid(): number | null {
    return this.#holder?.sidecar?.pid ?? null;
  }

  /**
   * The live sidecar; starts one if there is none.
   *
   * @throws Error saying why it can't be started
   */
  sidecar(): Promise<SidecarClient> {
    if (this.#current === undefined) {
      const life = new Life();
      this.#current = { life, ready: this.#start(life) };
    }
    return this.#current.ready;
  }

  runBegan(sidecar: SidecarClient): void {
    if (this.#holder?.sidecar === sidecar) this.#apply({ type: 'run-began' });
  }

  runEnded(sidecar: SidecarClient): void {
    if (this.#holder?.sidecar === sidecar) this.#apply({ type: 'run-ended' });
  }

  /** Ends the process, also one that is only starting; resolves when it is gone or could not be got rid of in time. */
  async stop(): Promise<void> {
    if (this.#current !== undefined) await this.#end(this.#current.life);
    await this.#holder?.ending;
  }

  /** Ends this very process; harmless when another one has taken its place. */
  async end(sidecar: SidecarClient): Promise<void> {
    if (this.#holder?.sidecar === sidecar) await this.#end(this.#holder);
    else sidecar.kill();
  }

  async #start(life: Life): Promise<SidecarClient> {
    while (this.#holder !== undefined) await this.#holder.gone;
    try {
      life.check();
      this.#holder = life;
      this.#apply({ type: 'start' });
      const assets = await this.#options.loadAssets();
      life.check();
      const sidecar = new SidecarClient(await this.#options.launcher.launch());
      life.sidecar = sidecar;
      void sidecar.gone.then(() => this.#over(life));
      // A process that can't be spoken to is of no use to the next run either.
      void sidecar.lost.then(() => this.#end(life));
      life.check();
      await sidecar.prepare(assets, this.#options.memoryMiB, this.#options.snapshots);
      life.check();
      this.#apply({ type: 'started' });
      return sidecar;
    } catch (error) {
      // Again, if it was launched only after someone had ended this life.
      life.sidecar?.kill();
      if (life.sidecar === undefined) this.#over(life);
      else await this.#end(life);
      throw error instanceof Error ? error : new SetupError('the sandbox process could not be started');
    }
  }

  #end(life: Life): Promise<void> {
    life.ending ??= this.#endNow(life);
    return life.ending;
  }

  async #endNow(life: Life): Promise<void> {
    if (this.#current?.life === life) this.#current = undefined;
    if (this.#holder === life) this.#apply({ type: 'stop' });
    life.sidecar?.kill();
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(GONE_MS, resolve);
      void life.gone.then(() => {
        cancel();
        resolve();
      });
    });
    this.#over(life);
  }

  /** The process is gone, or counts as gone. */
  #over(life: Life): void {
    if (life.over) return;
    life.over = true;
    if (this.#current?.life === life) this.#current = undefined;
    if (life.sidecar !== undefined) {
      life.sidecar.disconnect('the sandbox process was ended');
      this.#options.onGone(life.sidecar);
    }
    if (this.#holder === life) {
      this.#holder = undefined;
      this.#apply({ type: 'gone' });
    }
    life.markGone();
  }

  #apply(event: SandboxEvent): void {
    const before = this.#state;
    this.#state = nextState(before, event);
    if (this.#state === before) return;
    try {
      this.#options.onState(this.#state);
    } catch {
      // What a listener throws is its own affair: no run may depend on it.
    }
  }
}
