/**
 * A real Pyodide with the runner loaded the way the realm's glue loads it.
 */
import { readFileSync } from 'node:fs';
import { loadPyodide, type PyodideAPI } from 'pyodide';
import type { PyCallable, PyDict, PyProxy } from 'pyodide/ffi';
import { GuestOutcome } from '../../../src/shared/sandbox.ts';

const SOURCES = new URL('../../../src/utility/python/', import.meta.url);

/** The part of Emscripten's file system that the tests use; its own types are not installed. */
interface FileSystem {
  mkdirTree(path: string): void;
  writeFile(path: string, data: string | Uint8Array): void;
}

export interface Guest {
  readonly pyodide: PyodideAPI;
  readonly files: FileSystem;
  /** Another session in the same interpreter: only for what does not outlast a session. */
  newSession(): Guest;
  /** Runs code and checks its outcome against the contract. */
  run(code: string, textLimit?: number): Promise<GuestOutcome>;
  /** What `Session.run` returns, unawaited. */
  start(code: string, textLimit?: number): string | Promise<string>;
  interrupt(): boolean;
  /** What the guest wrote since the last call. */
  takeStdout(): string;
  takeStderr(): string;
}

export async function startGuest(): Promise<Guest> {
  const pyodide = await loadPyodide();
  const captured = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    const decoder = new TextDecoder();
    const write = (bytes: Uint8Array): number => {
      captured[name] += decoder.decode(bytes, { stream: true });
      return bytes.length;
    };
    if (name === 'stdout') pyodide.setStdout({ write });
    else pyodide.setStderr({ write });
  }
  pyodide.setStdin({ stdin: () => null });
  const files = pyodide.FS as FileSystem;
  files.mkdirTree('/workspace');

  const builtins = pyodide.pyimport('builtins') as PyProxy & {
    compile: PyCallable;
    exec: PyCallable;
    dict: () => PyDict;
  };
  const load = (name: string): PyDict => {
    const namespace = builtins.dict();
    const source = readFileSync(new URL(name, SOURCES), 'utf8');
    builtins.exec(builtins.compile(source, '<vivarium>', 'exec'), namespace);
    return namespace;
  };
  const loops: unknown = (load('event_loops.py').get('install') as PyCallable)();
  const take = (name: 'stdout' | 'stderr'): string => {
    const text = captured[name];
    captured[name] = '';
    return text;
  };
  const createSession = load('runner.py').get('create_session') as PyCallable;
  const openSession = (): Guest => {
    const session = createSession(loops) as PyProxy & {
      run: (code: string, textLimit: number) => string | Promise<string>;
      interrupt: () => boolean;
    };
    return {
      pyodide,
      files,
      newSession: openSession,
      start: (code, textLimit = 1_000_000) => session.run(code, textLimit),
      run: async (code, textLimit = 1_000_000) =>
        GuestOutcome.parse(JSON.parse(await session.run(code, textLimit))),
      interrupt: () => session.interrupt(),
      takeStdout: () => take('stdout'),
      takeStderr: () => take('stderr'),
    };
  };
  return openSession();
}
