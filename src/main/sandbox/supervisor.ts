import type { Clock } from './clock.ts';
import type { SidecarLauncher } from './launcher.ts';
import type { Asset } from './runtime-assets.ts';
import { nextState, type SandboxEvent, type SandboxState } from './sandbox-state.ts';
import { SetupError, SidecarClient } from './sidecar-client.ts';

/** How long a killed process may take to be gone, in ms. */
const GONE_MS = 5000;

export interface SupervisorOptions {
  readonly launcher: SidecarLauncher;
  /** Reads and checks what the sidecar is fed. */
  readonly loadAssets: () => Promise<readonly Asset[]>;
  readonly clock: Clock;
  /** Cap of each interpreter's WebAssembly memory, in MiB. */
  readonly memoryMiB: number;
  readonly onState: (state: SandboxState) => void;
  /** Called once per process, when it is gone. */
  readonly onGone: (sidecar: SidecarClient) => void;
}

/** Keeps at most one sidecar process: starts it when it is needed, knows its state, ends it. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  #state: SandboxState = { name: 'stopped' };
  #starting: Promise<SidecarClient> | undefined;
  #sidecar: SidecarClient | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  get state(): SandboxState {
    return this.#state;
  }

  /** Of the live process, or null. */
  get pid(): number | null {
    return this.#sidecar?.pid ?? null;
  }

  /**
   * The live sidecar; starts one if there is none.
   *
   * @throws Error saying why it can't be started
   */
  sidecar(): Promise<SidecarClient> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  runBegan(): void {
    this.#apply({ type: 'run-began' });
  }

  runEnded(): void {
    this.#apply({ type: 'run-ended' });
  }

  /** Ends the process, if there is one; resolves when it is gone or could not be got rid of in time. */
  async stop(): Promise<void> {
    const sidecar = this.#sidecar;
    if (sidecar === undefined) return;
    this.#apply({ type: 'stop' });
    await this.end(sidecar);
  }

  /** Ends this very process; harmless when another one has taken its place. */
  async end(sidecar: SidecarClient): Promise<void> {
    sidecar.kill();
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(GONE_MS, resolve);
      void sidecar.gone.then(() => {
        cancel();
        resolve();
      });
    });
  }

  async #start(): Promise<SidecarClient> {
    this.#apply({ type: 'start' });
    let sidecar: SidecarClient | undefined;
    try {
      const assets = await this.#options.loadAssets();
      sidecar = new SidecarClient(await this.#options.launcher.launch());
      this.#sidecar = sidecar;
      this.#watch(sidecar);
      await sidecar.prepare(assets, this.#options.memoryMiB);
      this.#apply({ type: 'started' });
      return sidecar;
    } catch (error) {
      sidecar?.kill();
      if (sidecar === undefined) this.#forget();
      throw error instanceof Error ? error : new SetupError('the sandbox process could not be started');
    }
  }

  #watch(sidecar: SidecarClient): void {
    void sidecar.gone.then(() => {
      this.#options.onGone(sidecar);
      if (this.#sidecar === sidecar) this.#forget();
    });
  }

  #forget(): void {
    this.#sidecar = undefined;
    this.#starting = undefined;
    this.#apply({ type: 'gone' });
  }

  #apply(event: SandboxEvent): void {
    const before = this.#state;
    this.#state = nextState(before, event);
    if (this.#state !== before) this.#options.onState(this.#state);
  }
}
