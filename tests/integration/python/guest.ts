/**
 * A real Pyodide with the runner loaded the way the realm's glue loads it.
 */
import { loadPyodide, type PyodideAPI } from 'pyodide';
import type { PyCallable, PyDict, PyProxy } from 'pyodide/ffi';
import { expect } from 'vitest';
import { z } from 'zod';
import { ImportReport } from '../../../src/shared/protocol/package-files.ts';
import { GuestDisplay } from '../../../src/shared/protocol/interpreter.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { MODULES_SOURCE } from '../../../src/shared/python/sources.ts';
import { OutputFile, RunError, RunValue } from '../../../src/shared/contract/sandbox.ts';
import { INTERPRETER_SOURCES, PROVIDED_SOURCES } from '../../../src/utility/realm/python-sources.ts';

const OutputFiles = z.array(OutputFile).max(LIMITS.listedFiles);

/** What Python itself reports. */
const PythonOutcome = z.strictObject({
  value: RunValue.nullable(),
  error: RunError.nullable(),
  files: OutputFiles,
  truncated: z.boolean(),
});
export type PythonOutcome = z.infer<typeof PythonOutcome>;

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
  run(code: string, textLimit?: number): Promise<PythonOutcome>;
  /** What `Session.run` returns, unawaited. */
  start(code: string, textLimit?: number): string | Promise<string>;
  interrupt(): boolean;
  /** What the guest wrote since the last call. */
  takeStdout(): string;
  takeStderr(): string;
  /** What was shown since the last call; checked against the contract. */
  takeShown(): GuestDisplay[];
  /** What `input()` and `getpass()` announced since the last call. */
  takePrompts(): unknown[];
  limitDisplays(limits: DisplayLimits): void;
  listFiles(): OutputFile[];
  /** What the code needs that is not there. */
  findImports(code: string): ImportReport;
}

/** See `LIMITS`. */
export interface DisplayLimits {
  readonly bytes: number;
  readonly totalBytes: number;
  readonly count: number;
  readonly types: number;
}

export const DISPLAY_LIMITS: DisplayLimits = {
  bytes: LIMITS.displayBytes,
  totalBytes: LIMITS.totalDisplayBytes,
  count: LIMITS.displayCount,
  types: LIMITS.displayMimeTypes,
};

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
  const loader = builtins.dict();
  builtins.exec(builtins.compile(MODULES_SOURCE, '<vivarium>', 'exec'), loader);
  const loadFrom = loader.get('load_from') as PyCallable;
  const install = loadFrom(JSON.stringify(INTERPRETER_SOURCES), 'interpreter', 'install') as PyCallable;
  const openPythonSession = install('/workspace', JSON.stringify(PROVIDED_SOURCES)) as PyCallable;
  const take = (name: 'stdout' | 'stderr'): string => {
    const text = captured[name];
    captured[name] = '';
    return text;
  };
  const openSession = (): Guest => {
    const session = openPythonSession() as PyProxy & {
      run: (code: string, textLimit: number) => string | Promise<string>;
      interrupt: () => boolean;
      show_with: (send: (json: string) => void, ...limits: number[]) => void;
      ask_with: (announce: (prompt: unknown, secret: boolean) => void) => void;
      list_files: () => string;
      packages: { find_imports: (code: string) => string };
    };
    const shown: GuestDisplay[] = [];
    const limit = (limits: DisplayLimits): void =>
      session.show_with(
        (json) => {
          expect(Buffer.byteLength(json)).toBeLessThanOrEqual(limits.bytes);
          shown.push(GuestDisplay.parse(JSON.parse(json)));
        },
        limits.bytes,
        limits.totalBytes,
        limits.count,
        limits.types,
      );
    limit(DISPLAY_LIMITS);
    const prompts: unknown[] = [];
    session.ask_with((prompt, secret) => void prompts.push(secret ? { secret: prompt } : prompt));
    return {
      pyodide,
      files,
      newSession: openSession,
      start: (code, textLimit = 1_000_000) => session.run(code, textLimit),
      run: async (code, textLimit = 1_000_000) =>
        PythonOutcome.parse(JSON.parse(await session.run(code, textLimit))),
      interrupt: () => session.interrupt(),
      takeStdout: () => take('stdout'),
      takeStderr: () => take('stderr'),
      takeShown: () => shown.splice(0),
      takePrompts: () => prompts.splice(0),
      limitDisplays: limit,
      findImports: (code) => ImportReport.parse(JSON.parse(session.packages.find_imports(code))),
      listFiles: () => OutputFiles.parse(JSON.parse(session.list_files())),
    };
  };
  return openSession();
}
