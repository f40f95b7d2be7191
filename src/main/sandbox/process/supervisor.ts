import type { ProcessEndCause, ProcessRole, SandboxState } from '../../../shared/contract/sandbox-events.ts';
import { tellListener } from '../../base/tell-listener.ts';
import { CrashWindow } from './crash-window.ts';
import { processLimitBytes } from './memory-budget.ts';
import type { ProcessEnd } from '../../run/verdict.ts';
import { IdleTimer } from './idle-timer.ts';
import { isCrash } from './process-end.ts';
import { Standby } from './standby.ts';
import { nextState, type SandboxTransition } from './sandbox-state.ts';
import { SetupError } from '../setup-error.ts';
import type { SidecarClient } from '../sidecar/sidecar-client.ts';
import { SidecarLife, START_LIMIT_MS } from './sidecar-life.ts';
import { SnapshotMaking } from './snapshot-making.ts';
import type { Purpose, SupervisorOptions, SupervisorSettings } from './supervisor-options.ts';

/**
 * Keeps one sidecar process, and a second one on standby: starts them when they are needed, replaces them when
 * they die, ends them when nobody uses them.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #crashes: CrashWindow;
  readonly #standby: Standby;
  readonly #making: SnapshotMaking;
  #settings: SupervisorSettings;
  #state: SandboxState = { name: 'stopped' };
  /** The process that callers get; cleared as soon as it begins to end. */
  #active: SidecarLife | undefined;
  /** Not gone yet. */
  readonly #ending = new Set<SidecarLife>();
  readonly #lives = new WeakMap<SidecarClient, SidecarLife>();
  #users = 0;
  #runs = 0;
  /** When the idle time began, on the clock. */
  #idleSince = 0;
  readonly #idle: IdleTimer;
  #disposed = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#settings = options;
    this.#crashes = new CrashWindow(options.crashLimit);
    this.#standby = new Standby(options);
    this.#idle = new IdleTimer(options.clock, () => void this.#becomeIdle());
    this.#making = new SnapshotMaking({
      clock: options.clock,
      standby: this.#standby,
      begin: (limitMs) => this.#begin('standby', limitMs),
      isQuiet: () => this.#users === 0 && !this.#disposed,
    });
  }

  /** Limit of the resident memory of the active process, or of the next one, with the machine's current free memory. */
  get processLimitBytes(): number {
    const { freeMemory } = this.#options;
    return this.#active?.processLimitBytes ?? processLimitBytes(this.#settings.memoryMiB, freeMemory());
  }

  /** Whether the active process was started with another memory cap than the settings have now. */
  get outdated(): boolean {
    return this.#active !== undefined && this.#active.memoryMiB !== this.#settings.memoryMiB;
  }

  get state(): SandboxState {
    return this.#state;
  }

  /** Process id of the active process, or null. */
  get pid(): number | null {
    return this.#active?.sidecar?.pid ?? null;
  }

  /** Whether a run needs a process, or is about to. */
  get inUse(): boolean {
    return this.#users > 0;
  }

  /** Number of runs in all processes. */
  get runs(): number {
    return this.#runs;
  }

  get standbyPid(): number | null {
    return this.#standby.pid;
  }

  /** Whether the standby process could take over now. */
  get standbyReady(): boolean {
    return this.#standby.isReady;
  }

  /**
   * The live sidecar; starts one if there is none.
   *
   * @throws SidecarEndedError when it died while it started; another try may succeed
   * @throws Error saying why it can't be started
   */
  sidecar(): Promise<SidecarClient> {
    const life = this.#lifeNow();
    return life instanceof Error ? Promise.reject(life) : life.ready;
  }

  /** As `sidecar`, but while it is still being prepared: what later runs need can be handed over to it. */
  reachable(): Promise<SidecarClient> {
    const life = this.#lifeNow();
    return life instanceof Error ? Promise.reject(life) : life.reachable;
  }

  /** The active process, which is started if there is none; or why it can not be started. */
  #lifeNow(): SidecarLife | SetupError {
    if (this.#disposed) return new SetupError('the sandbox was disposed of');
    if (this.#state.name === 'broken') return new SetupError(this.#state.reason);
    if (this.#active === undefined) {
      const standby = this.#standby.take();
      if (standby !== undefined) this.#promote(standby);
      else {
        // This may take long, and callers must not wait for it.
        void this.#standby.end('stopped', 'it was not ready when it was needed');
        this.#active = this.#begin('active');
      }
    }
    return this.#active ?? new SetupError('the sandbox was stopped');
  }

  /** Keeps the process from becoming idle until `release` is called. */
  use(): void {
    this.#users++;
    this.#idle.pause();
    this.#making.disarm();
  }

  /** Ends the interpreters that are only kept ready, until a run has ended. False when there are none. */
  dropSpares(): boolean {
    const sidecar = this.#active?.sidecar;
    if (sidecar?.hasSpares !== true) return false;
    sidecar.keepSpares(0).catch(() => undefined);
    return true;
  }

  /** Replaces the standby process by a newly prepared one, once no run is under way. */
  renewStandby(): void {
    this.#standby.outdate();
  }

  /** Undoes `use`. The last release starts the idle time, however the run ended; after a question the earlier one goes on. */
  release(purpose: Purpose = 'use'): void {
    this.#users--;
    const now = this.#options.clock.now();
    if (purpose === 'use') this.#idleSince = now;
    if (this.#users > 0 || this.#disposed) return;
    if (this.#active === undefined && this.#standby.isEmpty) return;
    this.#idle.begin(Math.max(0, this.#idleSince + this.#settings.idleMs - now));
    this.#prepareForNext();
  }

  /**
   * Applies new settings. The idle time and the standby change at once; a running process keeps the memory cap it was
   * started with (see `outdated`), and a standby process is replaced.
   */
  configure(settings: SupervisorSettings): void {
    const before = this.#settings;
    this.#settings = settings;
    if (this.#disposed) return;
    this.#standby.configure(settings);
    if (this.#users > 0) return;
    if (before.idleMs !== settings.idleMs && this.#active !== undefined) {
      this.#idleSince = this.#options.clock.now();
      this.#idle.begin(settings.idleMs);
    }
    this.#prepareForNext();
  }

  runBegan(sidecar: SidecarClient): void {
    this.#runs++;
    if (this.#active?.sidecar !== sidecar) return;
    this.#apply({ type: 'run-began' });
    this.#active.wake();
  }

  runEnded(sidecar: SidecarClient): void {
    this.#runs--;
    if (this.#active?.sidecar === sidecar) this.#apply({ type: 'run-ended' });
  }

  /** Ends all processes, also those that are only starting; resolves when they are gone or were given up. */
  async stop(cause: ProcessEndCause = 'stopped', detail = ''): Promise<void> {
    this.#idle.stop();
    this.#making.disarm();
    // The standby process first: it would take over otherwise.
    void this.#standby.end(cause, detail);
    void this.#active?.end(cause, detail);
    await Promise.all([...this.#ending].map(({ gone }) => gone));
  }

  /** Ends this process; has no effect when another one has replaced it. Resolves with the reason that counts. */
  async end(sidecar: SidecarClient, cause: ProcessEndCause, detail = ''): Promise<ProcessEnd> {
    return (await this.#lives.get(sidecar)?.end(cause, detail)) ?? { cause, detail };
  }

  /** Resolves once that process, which was ready before, is gone, with the reason. */
  async endOf(sidecar: SidecarClient): Promise<ProcessEnd> {
    return (await this.#lives.get(sidecar)?.gone) ?? { cause: 'exited', detail: 'it was lost' };
  }

  /** Ends all processes and forgets past crashes, so that the next run starts a process also in the state `broken`. */
  async restart(): Promise<void> {
    await this.stop();
    this.#crashes.reset();
    this.#standby.reset();
    this.#apply({ type: 'restart' });
  }

  /** Like `stop`, and refuses every later start. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.stop();
  }

  /** Like `stop`, and makes the snapshots that are due. For a sandbox that runs nothing any more. */
  async makeSnapshots(signal: AbortSignal, isAwaited: boolean): Promise<void> {
    await this.stop();
    await this.#making.makeAll(signal, isAwaited);
  }

  async #becomeIdle(): Promise<void> {
    const since = this.#idleSince;
    const finishing = this.#options.finishSessions();
    if (finishing !== null) {
      await finishing;
      // Somebody has come meanwhile.
      if (this.#users > 0 || this.#idleSince !== since) return;
    }
    await this.stop('idle');
  }

  #begin(role: ProcessRole, startLimitMs = START_LIMIT_MS): SidecarLife {
    const { clock, events, freeMemory, launcher, loadAssets, lockdown, snapshots } = this.#options;
    const { memoryMiB } = this.#settings;
    const isActive = (): boolean => this.#active === life;
    if (role === 'active') this.#apply({ type: 'start' });
    const life: SidecarLife = new SidecarLife({
      role,
      startLimitMs,
      launcher,
      loadAssets,
      lockdown,
      snapshots,
      clock,
      memoryMiB,
      freeMemory,
      // Two processes at once would need the memory twice.
      after: Promise.all([...this.#ending].map(({ gone }) => gone)),
      // One that took over while it started has a run waiting for it.
      warmUp: (sidecar) => (isActive() ? Promise.resolve() : this.#standby.warmUp(sidecar)),
      onEnding: () => this.#detach(life),
      isBusy: () => isActive() && this.#runs > 0,
      onSilent: () => {
        if (isActive()) this.#apply({ type: 'silent' });
      },
      onAnswer: () => {
        if (isActive()) this.#apply({ type: 'answered' });
      },
      onMemory: (reading) => {
        if (life.sidecar !== undefined && isActive()) events.onMemory(life.sidecar, reading);
      },
    });
    this.#follow(life);
    return life;
  }

  #follow(life: SidecarLife): void {
    const { clock, events } = this.#options;
    life.ready.then(
      (sidecar) => {
        this.#lives.set(sidecar, life);
        if (this.#active === life) this.#apply({ type: 'started' });
        // The active process may have exited meanwhile.
        else this.#takeOver();
        tellListener(() => events.onStarted(sidecar.pid, life.role, life.readyMs));
      },
      () => undefined,
    );
    void life.gone.then((end) => {
      this.#ending.delete(life);
      const othersEnd = [...this.#ending].some(({ role }) => role === 'active');
      if (this.#state.name === 'stopping' && life.role === 'active' && !othersEnd) {
        this.#apply({ type: 'gone' });
        // A run waits for the next process already.
        if (this.#active !== undefined) this.#apply({ type: 'start' });
      }
      tellListener(() => events.onEnded(life.sidecar, life.role, end));
      if (!isCrash(end) || life.lacked) return;
      // A standby process that crashes affects no run.
      if (life.role === 'standby') this.#standby.noteCrash();
      else if (this.#crashes.note(clock.now())) this.#break(end);
    });
  }

  #detach(life: SidecarLife): void {
    this.#ending.add(life);
    this.#standby.drop(life);
    if (this.#active !== life) return;
    this.#active = undefined;
    this.#apply({ type: 'stop' });
    this.#takeOver();
  }

  /** Promotes the standby process when the active one has exited or is being ended. */
  #takeOver(): void {
    if (this.#active !== undefined || !this.#standby.isReady) return;
    const standby = this.#standby.take();
    if (standby === undefined) return;
    this.#promote(standby);
    // Otherwise this happens when the last run ends.
    if (this.#users === 0) this.#prepareForNext();
  }

  #promote(life: SidecarLife): void {
    this.#active = life;
    life.role = 'active';
    this.#apply({ type: 'gone' });
    this.#apply({ type: 'start' });
    if (!life.isReady) return;
    this.#apply({ type: 'started' });
    const { pid } = life.sidecar ?? {};
    if (pid !== undefined) tellListener(() => this.#options.events.onPromoted(pid));
  }

  #break(end: ProcessEnd): void {
    const reason = `the sandbox process crashed ${this.#crashes.tooOften} and stays down until it is restarted (last: ${end.cause}, ${end.detail})`;
    void this.stop('broken', reason);
    this.#apply({ type: 'broke', reason });
  }

  /** No run is under way: start the standby process now. */
  #prepareForNext(): void {
    const { spares } = this.#options;
    const active = this.#active;
    if (active?.isReady !== true) return;
    void active.sidecar?.keepSpares(spares).catch(() => undefined);
    this.#standby.fill(() => this.#begin('standby'));
    this.#making.arm();
  }

  #apply(transition: SandboxTransition): void {
    const before = this.#state;
    this.#state = nextState(before, transition);
    if (this.#state !== before) tellListener(() => this.#options.events.onState(this.#state));
  }
}
