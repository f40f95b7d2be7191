import eventLoopsSource from '../python/event_loops.py?raw';
import runnerSource from '../python/runner.py?raw';
import type { Pyodide } from './pyodide-runtime.ts';

/** What `Session.run` of runner.py gives: the outcome as JSON, later when the code awaits at top level. */
type Outcome = string | PromiseLike<string>;

interface PythonSession {
  run(code: string, textLimit: number): Outcome;
  interrupt(): boolean;
  sleep_with(sleep: (seconds: number) => void): void;
}

interface PythonNamespace {
  get(name: string): unknown;
}

interface PythonBuiltins {
  compile(source: string, fileName: string, mode: string): unknown;
  exec(code: unknown, namespace: PythonNamespace): void;
  dict(): PythonNamespace;
}

type Install = () => unknown;
type CreateSession = (loops: unknown) => PythonSession;

/** Tracebacks leave out frames of this name. */
const OWN_FILE_NAME = '<vivarium>';

const WORKSPACE = '/workspace';

/** Loads one of our Python modules into a namespace of its own, out of reach of the guest's globals. */
const loadModule = (builtins: PythonBuiltins, source: string): PythonNamespace => {
  const namespace = builtins.dict();
  builtins.exec(builtins.compile(source, OWN_FILE_NAME, 'exec'), namespace);
  return namespace;
};

/** Pyodide with the resident runner loaded. */
export class Interpreter {
  readonly #pyodide: Pyodide;
  readonly #session: PythonSession;

  constructor(pyodide: Pyodide) {
    this.#pyodide = pyodide;
    pyodide.FS.mkdirTree(WORKSPACE);
    pyodide.FS.chdir(WORKSPACE);
    const builtins = pyodide.pyimport('builtins') as PythonBuiltins;
    const install = loadModule(builtins, eventLoopsSource).get('install') as Install;
    const createSession = loadModule(builtins, runnerSource).get('create_session') as CreateSession;
    this.#session = createSession(install());
  }

  run(code: string, textLimit: number): Outcome {
    return this.#session.run(code, textLimit);
  }

  /** Interrupts a run that waits in a top-level await. False when none does. */
  interrupt(): boolean {
    try {
      return this.#session.interrupt();
    } catch {
      // The signal that the run was to see has come out here, before anything was done; now it is gone.
      return this.#session.interrupt();
    }
  }

  /** @param sleep blocks for a time in seconds, or until an interrupt comes */
  sleepWith(sleep: (seconds: number) => void): void {
    this.#session.sleep_with(sleep);
  }

  /** @throws what Emscripten's file system throws */
  writeFile(name: string, bytes: Uint8Array, append: boolean): void {
    const files = this.#pyodide.FS;
    const path = `${WORKSPACE}/${name}`;
    files.mkdirTree(path.slice(0, path.lastIndexOf('/')));
    const stream = files.open(path, append ? 'a' : 'w');
    try {
      files.write(stream, bytes, 0, bytes.length);
    } finally {
      files.close(stream);
    }
  }
}
