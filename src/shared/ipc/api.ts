/**
 * What the preload gives to the page as `window.api`. Every call answers with a value; none rejects. What is
 * asked is parsed in main by the schemas in `ipc/`; the names of the channels are in `ipc/channels.ts`.
 *
 * A subscription gets one listener and returns the function that ends it.
 */
import type { PackageSourceInfo } from '../packages/package-source.ts';
import type { DoctorReport } from '../contract/doctor.ts';
import type { Answer } from './answer.ts';
import type { AppCommand, AppInfo, LinkName } from './app.ts';
import type { DocumentContent, DocumentFormat, DocumentLocation, DocumentSaved } from './documents.ts';
import type { FoundPython, NativeCheck } from './native.ts';
import type { OutputEnded, OutputSize } from './output.ts';
import type { PluginInfo } from './plugin.ts';
import type { InterpreterApi } from './library/interpreter-api.ts';
import type { SettingName, SettingSaved, SettingsChanged, SettingsNow, SettingValues } from './config.ts';
import type {
  AvailablePackage,
  InstalledPackage,
  InstalledPackages,
  PackageReport,
  TaskProgress,
} from './packages.ts';
import type { RunEvent, SandboxStatus, SavedFiles } from './sandbox.ts';
import type { NameQuestion, NameReport } from '../protocol/name-reports.ts';
import type { QuestionsApi } from './questions-api.ts';
import type { ToolsStatus } from './tools.ts';
import type { ReadPart, WorkPart } from './work.ts';
import type { OutputFile, RunRequest, RunResult, SessionMemory } from '../contract/run.ts';
import type { TableQuery, TableRows } from '../contract/table.ts';
import type { SandboxEvent } from '../contract/sandbox-events.ts';

export type { InterpreterApi } from './library/interpreter-api.ts';

export type Unsubscribe = () => void;
export type Subscribe<T> = (listener: (event: T) => void) => Unsubscribe;

export interface SandboxApi {
  /** Runs code where the settings say. */
  run(
    request: RunRequest,
    options: { readonly runId: string; readonly number?: number | undefined },
  ): Promise<Answer<RunResult>>;
  /** The run itself then answers with its result. False when there is none of that id. */
  cancel(runId: string): Promise<Answer<boolean>>;
  /** The answer to an 'input' event; null ends the input. False when the run does not wait for one. */
  answerInput(runId: string, text: string | null): Promise<Answer<boolean>>;
  /** Forgets a session's state. False when there was none. */
  reset(session: string): Promise<Answer<boolean>>;
  status(): Promise<Answer<SandboxStatus>>;
  /** What each session uses that has state in the sandbox. */
  memory(): Promise<Answer<readonly SessionMemory[]>>;
  /** What happened since the app was started, oldest first, as far as it was kept. */
  history(): Promise<Answer<readonly SandboxEvent[]>>;
  /** The files in a session's workspace; waits for its run under way. `not-found` when it has no state. */
  files(session: string): Promise<Answer<readonly OutputFile[]>>;
  /** Names of the packages that a session has installed; none when it has no state. */
  packages(session: string): Promise<Answer<readonly string[]>>;
  /** What a session knows of names. Null when it is at work, has no state or does not answer at once. */
  lookUpNames(session: string, question: NameQuestion): Promise<Answer<NameReport | null>>;
  /** Waits for the session's run under way, as `files` does. */
  readFile(session: string, name: string): Promise<Answer<Uint8Array>>;
  /** False when the session has no state, and so no files. Waits for the session's run under way. */
  removeFile(session: string, name: string): Promise<Answer<boolean>>;
  /** Asks where to, and writes a session's files there as a zip. Null when the dialog was closed. */
  saveFiles(session: string): Promise<Answer<SavedFiles | null>>;
  /** Rows of a data frame that a run of the session has shown; never waits for a run. */
  tableRows(session: string, query: TableQuery): Promise<Answer<TableRows>>;
  /** Ends the processes and forgets past crashes; the next run starts anew. Sessions lose their state. */
  restart(): Promise<Answer<null>>;
  /** Ends the processes; runs under way end. The next run starts anew. */
  stop(): Promise<Answer<null>>;
  /** Of all runs that this page has asked for. */
  readonly onRun: Subscribe<RunEvent>;
  /** Memory comes at most twice a second. */
  readonly onEvent: Subscribe<SandboxEvent>;
}

/** Tasks take a while: they have progress and can be cancelled, and then end with the error `cancelled`. */
export interface PackagesApi {
  list(): Promise<Answer<InstalledPackages>>;
  /** All packages whose hashes are known, by name. */
  available(): Promise<Answer<readonly AvailablePackage[]>>;
  sources(): Promise<Answer<readonly PackageSourceInfo[]>>;
  /** Fetches packages and all they need, checks them, mends what was damaged. What is there is left alone. */
  install(
    names: readonly string[],
    task: { readonly taskId: string },
  ): Promise<Answer<readonly InstalledPackage[]>>;
  /** Reads and checks everything. */
  verify(task: { readonly taskId: string }): Promise<Answer<PackageReport>>;
  /** Verifies, then fetches again what is damaged or missing; reports what was found before. */
  repair(task: { readonly taskId: string }): Promise<Answer<PackageReport>>;
  /** Removes the files of these packages; what others need is fetched again when it is needed. */
  remove(names: readonly string[]): Promise<Answer<{ readonly bytes: number }>>;
  /** Removes all packages. */
  clear(): Promise<Answer<{ readonly bytes: number }>>;
  /** Asks where to, and writes what is installed (or these packages) there. Null when the dialog was closed. */
  exportPack(
    names: readonly string[] | null,
    task: { readonly taskId: string },
  ): Promise<Answer<{ readonly file: string; readonly bytes: number } | null>>;
  /** Asks for a pack, and installs everything in it. Null when the dialog was closed. */
  importPack(task: { readonly taskId: string }): Promise<Answer<readonly InstalledPackage[] | null>>;
  /** False when there is no such task. */
  cancel(taskId: string): Promise<Answer<boolean>>;
  readonly onProgress: Subscribe<TaskProgress>;
}

export interface ConfigApi {
  get(): Promise<Answer<SettingsNow>>;
  /** Applies at once. `invalid-setting` says what the value may be, and keeps the old one. */
  set<K extends SettingName>(name: K, value: SettingValues[K]): Promise<Answer<SettingSaved>>;
  /** Also of changes by other windows, and of new notices. */
  readonly onChange: Subscribe<SettingsChanged>;
}

export interface FileApi {
  /** Interpreters on this computer: usable ones first, newest first. */
  find(name: 'python' | 'python3'): Promise<Answer<readonly FoundPython[]>>;
  /** The path that was picked in a dialog; null when it was closed. */
  pickFile(options: { readonly title?: string }): Promise<Answer<string | null>>;
  /** Asks where to save; null when the dialog was closed. */
  saveFile(name: string, bytes: Uint8Array): Promise<Answer<{ readonly path: string } | null>>;
}

/**
 * What a person drags out of the window. Other programs take files of the disk: main writes one that lives as long as
 * the app at most, and the system drags that.
 */
export interface DragApi {
  /** Prepares a file of a session; its id. `not-found`, with the reason, when it can't be read. */
  file(session: string, name: string): Promise<Answer<string>>;
  /** Prepares a picture that an output showed; its id. */
  picture(name: string, bytes: Uint8Array): Promise<Answer<string>>;
  /** Hands one that was prepared to the system. To be called while the pointer's button is held. */
  begin(id: string): Promise<Answer<null>>;
}

/**
 * HTML and SVG of guests, to be shown in `<iframe sandbox="">`. Each document has an origin and a process of its own,
 * runs no script and reaches no network.
 */
export interface OutputApi {
  /** The address of a document; the oldest ones are dropped. `too-complex` when it has too many elements. */
  show(html: string): Promise<Answer<{ readonly url: string }>>;
  /** The address of a document that shows an SVG as an image as large as its frame. `size`: what the SVG says of itself. */
  showDrawing(svg: string): Promise<Answer<{ readonly url: string; readonly size: OutputSize | null }>>;
  /** The size of what is in a frame; null when there is none, or it ends before it answers. */
  measure(url: string): Promise<Answer<OutputSize | null>>;
  /** A drawing that is shown, as a PNG that its own process made; null when there is none. */
  picture(url: string): Promise<Answer<Uint8Array | null>>;
  forget(url: string): Promise<Answer<null>>;
  /** The process of one that is shown has ended, or was ended. */
  readonly onEnded: Subscribe<OutputEnded>;
}

/** What is kept of the console's sessions, as parts whose meaning is the page's. Calls take turns. */
export interface WorkApi {
  /** Names of all parts. */
  names(): Promise<Answer<readonly string[]>>;
  /** A part, or the one before it when that is damaged. */
  read(name: string): Promise<Answer<ReadPart>>;
  /** Writes parts in their order, each whole or not at all, then removes others. */
  save(parts: readonly WorkPart[], removed: readonly string[]): Promise<Answer<null>>;
  /** Moves aside what the page does not understand; where it is now, or null when there is none. */
  setAside(name: string): Promise<Answer<string | null>>;
  /** The answer to `onSettle`. */
  settled(): Promise<Answer<null>>;
  /** The app is about to end: what is not saved yet is to be saved now. */
  readonly onSettle: Subscribe<null>;
}

/**
 * Notebooks and scripts of the user's. Main reads and writes them, at places that its user has chosen. What is in them goes over
 * in pieces, of one document at a time.
 */
export interface DocumentsApi {
  /** Asks for a document; null when the dialog was closed. */
  choose(): Promise<Answer<DocumentContent | null>>;
  /** Handles of documents that were opened from outside (by the system, the command line or the menu), each once. */
  waiting(): Promise<Answer<readonly string[]>>;
  read(id: string): Promise<Answer<DocumentContent>>;
  /** What was read or chosen last, from a place on; `not-found` when that has another version. */
  piece(version: string, at: number): Promise<Answer<Uint8Array>>;
  /** Asks where to save; null when the dialog was closed. @param place where it is now, and the name that is suggested */
  place(place: {
    readonly id: string | null;
    readonly name: string;
    readonly format: DocumentFormat;
  }): Promise<Answer<DocumentLocation | null>>;
  /** Gives what is to be saved, piece by piece; a piece at 0 begins anew. */
  give(at: number, bytes: Uint8Array): Promise<Answer<null>>;
  /** Writes what was given, unless the file holds another version than the one that is `known`. */
  save(id: string, known: string | null): Promise<Answer<DocumentSaved>>;
  /** The versions of what is in these files now; null for one that is not there. */
  versions(ids: readonly string[]): Promise<Answer<readonly (string | null)[]>>;
  /** There is something in `waiting`. */
  readonly onWaiting: Subscribe<null>;
}

/** Servers of the Model Context Protocol whose tools code can call. Which are started is in the settings (`tools`). */
export interface ToolsApi {
  status(): Promise<Answer<ToolsStatus>>;
  /** Asks for a file that lists servers, and takes it in place of the one before, with all of them off. False when the dialog was closed. */
  choose(options: { readonly title?: string }): Promise<Answer<boolean>>;
  /** Reads the file again, and starts what should run and does not. */
  reload(): Promise<Answer<null>>;
  /** Stubs of what a server offers, as Python. `not-found` when it is not running. */
  functions(server: string): Promise<Answer<string>>;
  readonly onChange: Subscribe<ToolsStatus>;
}

export interface AppApi {
  info(): Promise<Answer<AppInfo>>;
  /** Opens one of the pages of `LINKS` in the browser. */
  openLink(name: LinkName): Promise<Answer<null>>;
  readonly onCommand: Subscribe<AppCommand>;
}

export interface WindowApi {
  readonly interpreter: InterpreterApi;
  readonly sandbox: SandboxApi;
  readonly packages: PackagesApi;
  readonly config: ConfigApi;
  readonly file: FileApi;
  readonly drag: DragApi;
  readonly tools: ToolsApi;
  /** Calls of tools that wait for a person's decision. */
  readonly questions: QuestionsApi;
  readonly native: { check(path: string): Promise<Answer<NativeCheck>> };
  /** Takes seconds; one examination at a time. */
  readonly doctor: { examine(): Promise<Answer<DoctorReport>> };
  readonly plugin: { info(): Promise<Answer<PluginInfo>> };
  readonly output: OutputApi;
  readonly work: WorkApi;
  readonly documents: DocumentsApi;
  readonly app: AppApi;
}
