/**
 * The caps that hold for every request, wherever it comes from. Bytes unless the name says otherwise.
 */
export const LIMITS = {
  /** Longest Python source of one run, in bytes of UTF-8. */
  codeBytes: 1024 * 1024,
  /** Largest single input file. */
  fileBytes: 128 * 1024 * 1024,
  /** All input files of one run together. */
  totalFileBytes: 256 * 1024 * 1024,
  /** Most input files of one run. */
  fileCount: 256,
  /** Longest workspace-relative file name, in UTF-16 units. */
  fileNameLength: 255,
  /** Longest session name, in UTF-16 units. */
  sessionNameLength: 64,
  /** Most arguments of a script, and all of them together in UTF-16 units. */
  argumentCount: 1000,
  argumentsLength: 64 * 1024,
  /** Narrowest and widest terminal that is told of, in columns. */
  columns: { min: 20, max: 1000 },
  /** Shortest and longest time limit of a run, in ms (24 h). */
  timeoutMs: { min: 100, max: 24 * 60 * 60 * 1000 },
  /** Smallest and largest WebAssembly memory of one interpreter, in MiB (wasm32 ends at 4 GiB). */
  memoryMiB: { min: 64, max: 4096 },
  /** Calls from main that a sidecar may have under way. Far more than all runs and what goes with them. */
  sidecarCalls: 512,
  /** Sessions that are kept at once. Each may run at the same time as the others. */
  sessions: 24,
  /** Most started interpreters that a process keeps ready. */
  spares: 4,
  /** What one `display()` or plot may have, as JSON in UTF-8, in bytes; binary kinds count as base64. */
  displayBytes: 8 * 1024 * 1024,
  /** All displays of one run together. */
  totalDisplayBytes: 32 * 1024 * 1024,
  /** Most displays of one run. */
  displayCount: 1000,
  /** Most MIME types of one display. */
  displayMimeTypes: 32,
  /** Files that are listed at once. */
  listedFiles: 1000,
  /** What is told of what a session's code printed as it ended, in bytes. */
  endTextBytes: 4096,
  /** Largest list of files, in bytes of JSON. */
  fileListBytes: 8 * 1024 * 1024,
  /** Largest file that is listed: 1 TiB. */
  listedFileBytes: 1024 ** 4,
  /** JSON of a value, its levels and its values; the runner's own caps (exact_json.py) are lower. */
  valueJsonBytes: 256 * 1024 + 1024,
  valueJsonDepth: 66,
  valueJsonValues: 140_000,
  /** Names that an editor is told of at once. */
  reportedNames: 2000,
  /** What Python says of names, as JSON in UTF-8. */
  nameReportBytes: 1024 * 1024,
  /** Files of one run whose contents are handed out. */
  collectedFiles: 1000,
  /** Largest file that is handed out. */
  collectedFileBytes: 128 * 1024 * 1024,
  /** All files of one run that are handed out. */
  totalCollectedBytes: 256 * 1024 * 1024,
  /** Longest line that `input()` can be given, in bytes of UTF-8; in the window `windowInputLength` is less. */
  inputLineBytes: 1024 * 1024,
  /** Longest prompt of `input()` that is passed on, in UTF-16 units. */
  promptLength: 4096,
  /** Captured bytes per output stream, in KiB. All a run may send has to fit into one window of its stream. */
  outputKiB: { min: 1, max: 4 * 1024 },
  /** Shortest and longest time without a run before the sidecar is ended, in minutes (6 s to 24 h). */
  idleMinutes: { min: 0.1, max: 24 * 60 },
  /**
   * Least and most room for packages that code brings, in MiB. One run is given no more than the least (see
   * `PACKAGE_LIMITS.runBytes`).
   */
  packageCacheMiB: { min: 256, max: 1024 * 1024 },
  /** Longest path or address in the settings, in UTF-16 units. */
  pathLength: 4096,
  /** Most entries of a list in the settings. */
  settingListLength: 1000,
  /** Most functions of the app's that one run is given. */
  functionCount: 200,
  /** Longest name of a function, its dots included, in UTF-16 units. */
  functionNameLength: 128,
  /** All that a run is told of its functions, as JSON in UTF-16 units. */
  functionTextLength: 1024 * 1024,
  /** Most calls of functions that one run can make. */
  functionCalls: 10_000,
  /** Arguments of one call, as JSON in UTF-8 with the function's name, and those of all calls of a run. */
  callBytes: 8 * 1024 * 1024,
  totalCallBytes: 24 * 1024 * 1024,
  /** Levels and values of one call's JSON. */
  callDepth: 64,
  callValues: 100_000,
  /** Result of one call, as JSON in UTF-8. */
  callResultBytes: 8 * 1024 * 1024,
  /** Calls of functions that one guest waits for at the same time. */
  callsTogether: 4,
  /** Longest line with which `input()` is answered in the window, in UTF-16 units; elsewhere `inputLineBytes` holds. */
  windowInputLength: 64 * 1024,
  /** Largest part of the work that is kept of the console: a session's cells, or one cell's output. */
  workPartBytes: 32 * 1024 * 1024,
  /** Most parts, and all of them together. */
  workParts: 20_000,
  workBytes: 2 * 1024 * 1024 * 1024,
  /** Parts that are saved in one go. */
  workPartsAtOnce: 256,
  /** Largest notebook or script that is opened or saved, the files that are remembered, and the recent ones in the menu. */
  documentBytes: 64 * 1024 * 1024,
  documentPlaces: 200,
  recentDocuments: 10,
  /** Largest settings file: it is parsed in one go, by main. */
  settingsBytes: 128 * 1024,
  /**
   * Largest message that may leave the sidecar. A locked-down process dies of larger ones: Chromium then
   * wants a shared-memory file (65,000 bytes pass, 120,000 do not, on Electron 33).
   */
  sidecarMessageBytes: 64_000,
  /** Largest message to the sidecar: what main sends at most, and what is accepted there. */
  toSidecarBytes: 32 * 1024 * 1024,
} as const;

/** What holds when the caller says nothing. */
export const DEFAULTS = {
  idleMinutes: 15,
  timeoutMs: 60_000,
  memoryMiB: 1024,
  outputKiB: 1024,
  packageCacheMiB: 2048,
  /** Of calls of the app's functions: in one run, and in a second of it. */
  functionCalls: 1000,
  functionCallsPerSecond: 1000,
  /** After so many crashes of the process within that time it stays down until it is restarted. */
  crashLimit: { crashes: 3, windowMs: 5 * 60_000 },
} as const;

/** What an interpreter may have beside its WebAssembly memory, in MiB: files, and objects of JavaScript. */
const BESIDE_MIB = 768;

/** What one interpreter may use in all, in MiB. @param memoryMiB cap of its WebAssembly memory */
export const interpreterLimitMiB = (memoryMiB: number): number => memoryMiB + BESIDE_MIB;
