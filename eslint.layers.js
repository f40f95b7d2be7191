/** Which folder may import which. tests/integration/lint/layers.test.ts proves that lint holds it. */

/** Forbids `target` to import anything below `from` but the paths in `except` (relative to `from`). */
const zone = (target, from, except = []) => ({
  target: `./${target}`,
  from: `./${from}`,
  except: except.map((path) => `./${path}`),
  message: `${target} is a layer of its own; put what both sides need into src/shared.`,
});

/** What each folder of src/main may import beside itself; `index.ts` and `create-sandbox.ts` put them together. */
export const MAIN_FOLDERS = {
  'foreign-text': [],
  'electron-files': [],
  base: ['foreign-text'],
  runtime: ['base', 'foreign-text'],
  config: ['base'],
  packages: ['base', 'foreign-text', 'runtime'],
  functions: ['base', 'foreign-text'],
  run: ['base', 'foreign-text', 'functions'],
  sessions: ['base', 'foreign-text', 'run'],
  native: ['base', 'foreign-text', 'run', 'sessions'],
  sandbox: ['base', 'foreign-text', 'runtime', 'packages', 'run', 'sessions'],
  interpreter: ['base', 'foreign-text', 'run'],
  plugin: ['interpreter', 'packages/wheel.ts'],
  doctor: ['base', 'runtime', 'sandbox/process', 'sandbox/sidecar/sidecar-process.ts'],
  work: ['base', 'foreign-text'],
  documents: ['base', 'foreign-text', 'config'],
  connect: ['base', 'foreign-text', 'functions'],
  app: [
    ...[
      'base',
      'foreign-text',
      'runtime',
      'packages',
      'functions',
      'connect',
      'run',
      'native',
      'sandbox',
      'plugin',
    ],
  ],
  ipc: [
    'base',
    'config',
    'work',
    'documents',
    'packages',
    'run',
    'native',
    'sandbox',
    'interpreter',
    'plugin',
    'app',
  ],
  'cli-host': ['base', 'packages', 'functions', 'run', 'sandbox'],
  mcp: ['base', 'foreign-text', 'functions', 'run'],
  cli: [
    ...[
      'base',
      'foreign-text',
      'electron-files',
      'runtime',
      'config',
      'packages',
      'functions',
      'run',
      'native',
    ],
    ...['connect', 'mcp'],
  ],
  compose: [
    ...[
      'base',
      'runtime',
      'config',
      'packages',
      'functions',
      'run',
      'native',
      'sandbox',
      'interpreter',
      'plugin',
      'app',
      'ipc',
      'work',
      'documents',
    ],
    'create-sandbox.ts',
  ],
  library: [
    ...[
      'base',
      'runtime',
      'config',
      'packages',
      'functions',
      'run',
      'native',
      'sandbox',
      'interpreter',
      'doctor',
    ],
    ...['app/first-start.ts', 'app/pyodide-cache.ts', 'app/tasks.ts'],
    ...[
      'ipc/api-failure.ts',
      'ipc/file.ts',
      'ipc/interpreter.ts',
      'ipc/native.ts',
      'ipc/questions.ts',
      'ipc/route.ts',
    ],
    'create-sandbox.ts',
  ],
  window: ['base', 'foreign-text', 'config', 'packages', 'run', 'sandbox', 'app', 'ipc', 'compose'],
};

/** Subsystems of the sandbox: the supervision of processes knows nothing of sessions, and these nothing of runs. */
export const SANDBOX_FOLDERS = {
  snapshots: [],
  sidecar: ['snapshots', 'setup-error.ts'],
  process: ['sidecar', 'snapshots', 'setup-error.ts'],
  sessions: ['sidecar', 'process', 'setup-error.ts'],
  packages: ['snapshots', 'sidecar', 'sessions'],
  execution: ['snapshots', 'sidecar', 'process', 'sessions', 'packages', 'setup-error.ts'],
};

export const SHARED_FOLDERS = {
  rpc: ['units.ts'],
  python: ['plot-fonts.json', 'contract/mime-types.json'],
  contract: ['bytes.ts', 'limits.ts', 'runtimes.ts', 'json-data.ts'],
  packages: ['limits.ts', 'setting-fields.ts'],
  config: [
    'json-data.ts',
    'languages.ts',
    'limits.ts',
    'runtimes.ts',
    'setting-fields.ts',
    'units.ts',
    'packages',
  ],
  protocol: ['bytes.ts', 'limits.ts', 'plot-fonts.ts', 'units.ts', 'contract', 'packages', 'rpc'],
  ipc: ['limits.ts', 'runtimes.ts', 'contract', 'packages', 'config', 'protocol'],
};

/** What knows private parts of Pyodide 314 or stands in for a browser knows nothing of the guest core. */
export const REALM_FOLDERS = {
  platform: [],
  'pyodide-314': ['platform', 'describe-error.ts'],
};

/**
 * Of the sidecar's control thread. `host` has the ports to what it runs in, which `node` implements; all the rest knows the
 * ports alone, and runs in a page, too (eslint.config.js keeps Node's modules from it).
 */
export const CONTROL_FOLDERS = {
  host: [],
  node: ['host'],
  packages: ['host'],
  snapshots: ['host', 'packages'],
  interpreters: ['host', 'packages', 'snapshots'],
};

/** Of the window's console: rules, which know nothing of the page, and what is made of them. */
export const CONSOLE_FOLDERS = {
  model: [],
  start: [],
  editor: ['model'],
  output: ['model'],
  files: ['model', 'output'],
  cells: ['model', 'editor', 'output'],
  find: ['model'],
  work: ['model', 'documents'],
  documents: ['model'],
};

const innerZones = (parent, folders) =>
  Object.entries(folders).map(([folder, allowed]) => ({
    ...zone(`${parent}/${folder}`, parent, [folder, ...allowed]),
    message: `${parent}/${folder} may import: ${allowed.length === 0 ? 'nothing beside itself' : allowed.join(', ')}.`,
  }));

export const layers = [
  zone('src/shared', 'src', ['shared']),
  zone('src/main', 'src', ['shared', 'main']),
  zone('src/preload', 'src', ['shared', 'preload']),
  zone('src/utility', 'src', ['shared', 'utility']),
  zone('src/renderer', 'src', ['shared', 'renderer']),
  // The guest-side Python is part of the guest bundle.
  zone('src/utility/realm', 'src/utility', ['realm', 'python']),
  zone('src/utility/control', 'src/utility/worker'),
  zone('src/utility/control', 'src/utility/realm'),
  zone('src/utility/worker', 'src/utility/control'),
  // It is applied by the control thread, and nothing else is to reach the native calls.
  zone('src/utility/worker', 'src/utility/lockdown'),
  zone('src/utility/lockdown', 'src/utility', ['lockdown']),
  zone('src/utility/worker', 'src/utility/realm'),
  ...innerZones('src/main', MAIN_FOLDERS),
  ...innerZones('src/main/sandbox', SANDBOX_FOLDERS),
  ...innerZones('src/shared', SHARED_FOLDERS),
  ...innerZones('src/utility/realm', REALM_FOLDERS),
  ...innerZones('src/utility/control', CONTROL_FOLDERS),
  ...innerZones('src/renderer/console', CONSOLE_FOLDERS),
  zone('src', 'tests'),
  zone('src', 'scripts'),
  zone('src', 'bench'),
];
