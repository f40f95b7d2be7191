/**
 * The names of what goes between the page and main. The preload exposes exactly these, and main answers
 * exactly these. Plain data, so that the preload needs nothing else.
 */

/** Asked by the page, answered by main: `window.api.<feature>.<method>`. */
export const CALLS = {
  interpreter: {
    python: 'code-python-run',
    pyodide: 'code-pyodide-run',
    downloadPyodide: 'code-pyodide-download',
    isPyodideCached: 'code-pyodide-is-cached',
    clearPyodideCache: 'code-pyodide-clear-cache',
  },
  sandbox: {
    run: 'sandbox-run',
    cancel: 'sandbox-cancel',
    answerInput: 'sandbox-answer-input',
    reset: 'sandbox-reset',
    status: 'sandbox-status',
    memory: 'sandbox-memory',
    history: 'sandbox-history',
    files: 'sandbox-files',
    packages: 'sandbox-packages',
    lookUpNames: 'sandbox-look-up-names',
    readFile: 'sandbox-read-file',
    removeFile: 'sandbox-remove-file',
    saveFiles: 'sandbox-save-files',
    tableRows: 'sandbox-table-rows',
    restart: 'sandbox-restart',
    stop: 'sandbox-stop',
  },
  packages: {
    list: 'packages-list',
    available: 'packages-available',
    sources: 'packages-sources',
    install: 'packages-install',
    verify: 'packages-verify',
    repair: 'packages-repair',
    remove: 'packages-remove',
    clear: 'packages-clear',
    exportPack: 'packages-export-pack',
    importPack: 'packages-import-pack',
    cancel: 'packages-cancel',
  },
  config: { get: 'config-get', set: 'config-set' },
  file: { find: 'file-find', pickFile: 'file-pick', saveFile: 'file-save' },
  tools: {
    status: 'tools-status',
    choose: 'tools-choose',
    reload: 'tools-reload',
    functions: 'tools-functions',
  },
  drag: { file: 'drag-file', picture: 'drag-picture', begin: 'drag-begin' },
  native: { check: 'native-check' },
  doctor: { examine: 'doctor-examine' },
  plugin: { info: 'plugin-info' },
  output: {
    show: 'output-show',
    showDrawing: 'output-show-drawing',
    measure: 'output-measure',
    picture: 'output-picture',
    forget: 'output-forget',
  },
  work: {
    names: 'work-names',
    read: 'work-read',
    save: 'work-save',
    setAside: 'work-set-aside',
    settled: 'work-settled',
  },
  documents: {
    choose: 'documents-choose',
    waiting: 'documents-waiting',
    read: 'documents-read',
    piece: 'documents-piece',
    place: 'documents-place',
    give: 'documents-give',
    save: 'documents-save',
    versions: 'documents-versions',
  },
  app: { info: 'app-info', openLink: 'app-open-link' },
} as const;

/** Told by main, heard by the page: `window.api.<feature>.<method>(listener)`. */
export const EVENTS = {
  sandbox: { onRun: 'sandbox-run-event', onEvent: 'sandbox-event' },
  packages: { onProgress: 'packages-progress' },
  config: { onChange: 'config-changed' },
  tools: { onChange: 'tools-changed' },
  output: { onEnded: 'output-ended' },
  work: { onSettle: 'work-settle' },
  documents: { onWaiting: 'documents-offered' },
  app: { onCommand: 'app-command' },
} as const;

/**
 * How main answers a call: the number of the last event that it told since it was asked, or 0, and the answer. An
 * event is sent as its number and its payload.
 */
export type NumberedAnswer = readonly [after: number, answer: unknown];

export type Calls = typeof CALLS;
export type Feature = keyof Calls;
