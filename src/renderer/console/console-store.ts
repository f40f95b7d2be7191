import { computed, ref, shallowReactive, shallowRef, type Ref } from 'vue';
import type { SandboxApi, WorkApi } from '../../shared/ipc/api.ts';
import type { InputFile } from '../../shared/contract/run.ts';
import type { Config } from '../../shared/config/config.ts';
import type { NameQuestion, NameReport } from '../../shared/protocol/name-reports.ts';
import type { RunEvent } from '../../shared/ipc/sandbox.ts';
import { traitsOf } from '../../shared/runtimes.ts';
import { SessionFiles } from './files/session-files.ts';
import type { Cell } from './model/cell.ts';
import { mergedSource } from './model/cell-edits.ts';
import { CellQueue, type QueuedCell } from './model/cell-queue.ts';
import { Session } from './model/session.ts';
import { Removals, type Removal } from './model/removals.ts';
import { SessionEnds } from './session-ends.ts';
import type { LocatedCell, RestoredWork } from './work/restore-work.ts';
import type { KeptWork } from './work/work-saver.ts';

/** How often the page is redrawn while output streams in, in ms. */
const BATCH_MS = 33;

export type FocusRequest =
  | { readonly kind: 'tab' }
  /** Its code, or the cell as a whole. */
  | { readonly kind: 'cell' | 'frame'; readonly cell: Cell };

export interface ConsoleStoreOptions {
  readonly api: SandboxApi;
  readonly work: Pick<WorkApi, 'read' | 'save'>;
  readonly config: () => Config;
  /** Random text, so that no name of an earlier page comes up again. */
  readonly uniqueName: () => string;
}

/** The sessions and their cells, and what goes on in them. There is none before `restore`. */
export class ConsoleStore {
  readonly #options: ConsoleStoreOptions;
  readonly sessions: Ref<readonly Session[]> = shallowRef([]);
  readonly activeName = ref('');
  /** What there was before is known, but for outputs and documents. */
  readonly isRestored = ref(false);
  readonly filesOpen = ref(false);
  /** Where the keyboard is to go on; the view takes it from there. */
  readonly focusWish: Ref<FocusRequest | null> = shallowRef(null);
  /** What can come back. */
  readonly removals = new Removals((removal) => this.#forget(removal));
  readonly active = computed<Session | null>(
    () => this.sessions.value.find(({ name }) => name === this.activeName.value) ?? null,
  );
  readonly files: SessionFiles;
  readonly ends = new SessionEnds(() => [...this.sessions.value, ...this.removals.sessions.value]);
  readonly #queue = new CellQueue((turn) => this.#run(turn));
  readonly #running = new Map<string, LocatedCell>();
  #waiting: RunEvent[] = [];
  #sessionsMade = 0;
  #runsMade = 0;

  constructor(options: ConsoleStoreOptions) {
    this.#options = options;
    this.files = new SessionFiles({ ...options, runId: () => this.#nextRunId() });
    options.api.onRun((event) => this.#onEvent(event));
    options.api.onEvent((event) => this.ends.note(event));
  }

  /** What there was before. */
  restore({
    active,
    made,
    removals,
    sessions,
  }: Pick<RestoredWork, 'active' | 'made' | 'removals' | 'sessions'>): void {
    this.#sessionsMade = made;
    this.sessions.value = sessions;
    for (const removal of removals) this.removals.add(removal);
    this.activeName.value = (sessions.find(({ name }) => name === active) ?? sessions[0])?.name ?? '';
    if (sessions.length === 0) this.addSession();
    this.isRestored.value = true;
  }

  /** Those of the active session first, and at the end those that were removed and can come back. */
  get allCells(): readonly LocatedCell[] {
    const active = this.active.value;
    const cellsOf = (session: Session): LocatedCell[] => session.cells.map((cell) => ({ session, cell }));
    return [
      ...(active === null ? [] : cellsOf(active)),
      ...this.sessions.value.filter((session) => session !== active).flatMap(cellsOf),
      ...this.removals.entries.value.flatMap((removal) =>
        removal.kind === 'session' ? cellsOf(removal.session) : [removal],
      ),
    ];
  }

  /** All that is to be kept on disk. */
  get work(): KeptWork {
    return {
      sessions: this.sessions.value,
      active: this.activeName.value,
      made: this.#sessionsMade,
      removals: this.removals.entries.value,
    };
  }

  addSession(): Session {
    this.#sessionsMade += 1;
    const name = `s${this.#sessionsMade}-${this.#options.uniqueName()}`;
    const session = shallowReactive(new Session(name, this.#sessionsMade));
    this.sessions.value = [...this.sessions.value, session];
    this.activeName.value = name;
    return session;
  }

  /** One that the keyboard goes on in. */
  goToNewSession(): void {
    const [cell] = this.addSession().cells;
    if (cell !== undefined) this.focusWish.value = { kind: 'cell', cell };
  }

  /** The cell of the active session that the keyboard is in, or was in last; the last one before that. */
  get current(): Cell | null {
    const session = this.active.value;
    if (session === null) return null;
    const { cells, current } = session;
    return current !== null && cells.includes(current) ? current : (cells.at(-1) ?? null);
  }

  /** What runs in it is stopped. It can come back for a while, with its variables; then they are forgotten. */
  closeSession(session: Session): Removal {
    const index = this.sessions.value.indexOf(session);
    const removal: Removal = { kind: 'session', session, index };
    this.removals.add(removal);
    this.sessions.value = this.sessions.value.filter((other) => other !== session);
    if (this.sessions.value.length === 0) this.addSession();
    if (this.activeName.value === session.name) {
      const next = this.sessions.value[Math.min(index, this.sessions.value.length - 1)];
      this.activeName.value = next?.name ?? '';
    }
    for (const cell of session.cells) void this.stop(cell);
    return removal;
  }

  /** Its run is stopped. It can come back for a while. */
  removeCell(session: Session, cell: Cell): Removal {
    const removal: Removal = { kind: 'cell', session, cell, index: session.cells.indexOf(cell) };
    this.removals.add(removal);
    void this.stop(cell);
    session.removeCell(cell);
    return removal;
  }

  /** Puts the code of the lower one into the upper one; it can be undone for a while. */
  mergeCells(session: Session, upper: Cell, lower: Cell): Removal {
    const source = { before: upper.source, after: mergedSource(upper.source, lower.source) };
    const removal: Removal = {
      kind: 'merge',
      session,
      cell: lower,
      index: session.cells.indexOf(lower),
      upper,
      source,
    };
    upper.source = source.after;
    this.removals.add(removal);
    this.#queue.takeOut(lower);
    session.removeCell(lower);
    return removal;
  }

  /** Brings back what was removed: this, or the last of it. Null when there is nothing any more. */
  undo(removal?: Removal): Removal | null {
    const back = this.removals.take(removal);
    switch (back?.kind) {
      case undefined:
        return null;
      case 'session':
        this.sessions.value = this.sessions.value.toSpliced(back.index, 0, back.session);
        this.activeName.value = back.session.name;
        break;
      case 'merge':
        // What was written since then stays.
        if (back.upper.source === back.source.after) back.upper.source = back.source.before;
        this.#bringBack(back.session, back.cell, back.index);
        break;
      case 'cell':
        this.#bringBack(back.session, back.cell, back.index);
        break;
    }
    return back;
  }

  #bringBack(session: Session, cell: Cell, index: number): void {
    session.insertCell(cell, index);
    if (this.sessions.value.includes(session)) this.activeName.value = session.name;
  }

  #forget(removal: Removal): void {
    switch (removal.kind) {
      case 'session':
        void this.#end(removal.session);
        return;
      case 'cell':
      case 'merge':
        return;
    }
  }

  async #end(session: Session): Promise<void> {
    await this.ends.whileClosing(session, () => this.#options.api.reset(session.name));
  }

  /** Runs cells one after the other; what does not end well is the last. What was taken away meanwhile is left out. */
  async runAll(session: Session, cells: readonly Cell[]): Promise<void> {
    const wanted = cells.filter(
      ({ isActive, kind, source }) => !isActive && kind === 'code' && source.trim() !== '',
    );
    for (const { source } of wanted) session.history.add(source);
    await this.#queue.add(session, wanted);
  }

  /** At once, or when those of its session that were asked for before have ended. */
  run(session: Session, cell: Cell): Promise<void> {
    return this.runAll(session, [cell]);
  }

  /** @returns whether it ended well */
  async #run({ session, cell, source }: QueuedCell): Promise<boolean> {
    const runId = this.#nextRunId();
    const { plugins, sandbox } = this.#options.config();
    const { timeoutSeconds, memoryMiB, outputKiB } = sandbox;
    cell.begin(runId, session.nextRunNumber(), Date.now(), { timeoutSeconds, memoryMiB, outputKiB });
    this.#running.set(runId, { session, cell });
    const ask = (files: readonly InputFile[]): Promise<boolean> =>
      this.#ask({ session, cell, source }, runId, files);
    try {
      const { hasFiles } = traitsOf(plugins.python.runtime);
      return await (hasFiles ? this.files.withMissing(session, ask) : ask([]));
    } catch (error) {
      // A cell that runs for ever would keep its session from everything.
      this.#running.delete(runId);
      cell.refuse('internal', 'something went wrong in the app; try again');
      throw error;
    }
  }

  async #ask(
    { session, cell, source }: QueuedCell,
    runId: string,
    files: readonly InputFile[],
  ): Promise<boolean> {
    const run = this.#options.api.run(
      { code: source, session: session.name, files: [...files] },
      { runId, number: cell.number ?? undefined },
    );
    // It was stopped while its files were read.
    if (this.#isStopping(cell)) void this.#options.api.cancel(runId);
    const answer = await run;
    this.#flush();
    this.#running.delete(runId);
    if (!answer.ok) {
      this.files.noteMissing(session, files);
      cell.refuse(answer.error.code, answer.error.message);
      return false;
    }
    const result = answer.value;
    cell.finish(result, Date.now());
    if (result.status !== 'setup-failed') session.noteRuntime(result.runtime, cell);
    if (result.session.state === 'lost') session.loseState(session.lost?.reason ?? 'run-stopped', cell);
    session.noteRun();
    session.noteMissing(cell);
    if (traitsOf(result.runtime).hasFiles) {
      session.noteFiles(result.files, cell.number);
      this.files.noteSent(session, files, result);
      if (this.filesOpen.value) await this.files.refresh(session);
    } else this.files.noteMissing(session, files);
    return result.status === 'ok';
  }

  #isStopping({ phase }: Cell): boolean {
    return phase.name === 'running' && phase.stopping;
  }

  /** One that waits for its turn is taken out. */
  async stop(cell: Cell): Promise<void> {
    this.#queue.takeOut(cell);
    if (cell.phase.name !== 'running') return;
    cell.stopping(Date.now());
    await this.#options.api.cancel(cell.phase.runId);
  }

  async answerInput(cell: Cell, text: string | null): Promise<void> {
    const input = cell.openInput;
    if (input === null || cell.phase.name !== 'running') return;
    input.answer = text;
    cell.items = [...cell.items];
    await this.#options.api.answerInput(cell.phase.runId, text);
  }

  /** Forgets the variables; the cells stay. */
  async reset(session: Session): Promise<void> {
    await Promise.all(session.cells.map((cell) => this.stop(cell)));
    await this.#options.api.reset(session.name);
    session.loseState('reset');
  }

  /** What a session knows of names; null when it does not answer at once, as while it runs something. Never rejects. */
  async lookUpNames(session: Session, question: NameQuestion): Promise<NameReport | null> {
    if (session.isRunning) return null;
    const answer = await this.#options.api.lookUpNames(session.name, question);
    return answer.ok ? answer.value : null;
  }

  #nextRunId(): string {
    this.#runsMade += 1;
    return `run-${this.#runsMade}-${this.#options.uniqueName()}`;
  }

  #onEvent(event: RunEvent): void {
    if (this.#waiting.length === 0) setTimeout(() => this.#flush(), BATCH_MS);
    this.#waiting.push(event);
  }

  #flush(): void {
    // First: whatever comes of these, those that come next are awaited.
    const events = this.#waiting;
    this.#waiting = [];
    const changed = new Set<Cell>();
    for (const event of events) {
      const cell = this.#running.get(event.runId)?.cell;
      if (cell === undefined) continue;
      changed.add(cell);
      try {
        cell.apply(event);
      } catch (error) {
        cell.isCut = true;
        reportError(error);
      }
    }
    for (const cell of changed) cell.items = [...cell.items];
  }
}
