/** A real Python with the driver loaded as the guest core loads it, in this very realm. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'vitest';
import { z } from 'zod';
import { ImportReport } from '../../../src/shared/protocol/import-report.ts';
import { GuestDisplay, GuestFileList, type RunFacts } from '../../../src/shared/protocol/interpreter.ts';
import type { GuestQuestion } from '../../../src/shared/protocol/interpreter-methods.ts';
import { NameReport, type NameQuestion } from '../../../src/shared/protocol/name-reports.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { OutputFile, RunError, RunValue } from '../../../src/shared/contract/run.ts';
import { CALL_FAILED } from '../../../src/shared/protocol/call-codes.ts';
import { FunctionCalls, type CallFunction } from '../../../src/utility/realm/function-calls.ts';
import { guestDevice } from '../../../src/utility/realm/guest-device.ts';
import {
  DISPLAY_LIMITS,
  GuestInterpreter,
  type DisplayLimits,
} from '../../../src/utility/realm/guest-interpreter.ts';
import { Interrupts } from '../../../src/utility/realm/interrupts.ts';
import { connectStandardStreams } from '../../../src/utility/realm/pyodide-314/devices.ts';
import { FileChanges } from '../../../src/utility/realm/pyodide-314/file-changes.ts';
import { isWritingFiles } from '../../../src/utility/realm/pyodide-314/open-files.ts';
import {
  loadPyodideModule,
  setInterruptBuffer,
  type PyodideModule,
} from '../../../src/utility/realm/pyodide-314/pyodide-module.ts';
import { plainBoot } from '../../../src/utility/realm/pyodide-314/snapshot.ts';
import { bytesOfCode } from '../../../src/utility/worker/code-bytes.ts';

declare const WebAssembly: { compile(bytes: Uint8Array): Promise<object> };

const OutputFiles = z.array(OutputFile).max(LIMITS.listedFiles);

const ToldFile = OutputFile.extend({
  was: z.string().exactOptional(),
  open: z.literal(true).exactOptional(),
});

/** What Python itself reports. */
const PythonOutcome = z
  .object({
    value: RunValue.nullable(),
    error: RunError.nullable(),
    files: z.array(z.looseObject({ name: z.string() })),
    truncated: z.boolean(),
  })
  .transform(({ files, ...rest }) => ({
    ...rest,
    files: files.filter(({ name }) => !name.startsWith('/')),
    /** Those made outside of the workspace, with absolute paths; they come after the others. */
    elsewhere: files.filter(({ name }) => name.startsWith('/')),
  }))
  .pipe(
    z.object({
      value: RunValue.nullable(),
      error: RunError.nullable(),
      files: z.array(ToldFile).max(LIMITS.listedFiles),
      elsewhere: z.array(z.object({ name: z.string(), size: z.number().int() })),
      truncated: z.boolean(),
    }),
  );
export type PythonOutcome = z.infer<typeof PythonOutcome>;

export interface Guest {
  readonly module: PyodideModule;
  readonly files: PyodideModule['FS'];
  /** Another session in the same interpreter: only for what does not outlast a session. */
  newSession(): Guest;
  /** Runs code and checks its outcome against the contract. */
  run(code: string, textLimit?: number, facts?: RunFacts): Promise<PythonOutcome>;
  /** Lets Python see an interrupt, as another thread does by `Atomics.store(memory, 0, 2)`. */
  readonly interrupts: SharedArrayBuffer;
  /** What the guest wrote since the last call. */
  takeStdout(): string;
  takeStderr(): string;
  /** What was shown since the last call; checked against the contract. */
  takeShown(): GuestDisplay[];
  /** What `input()` and `getpass()` announced since the last call. */
  takePrompts(): unknown[];
  /** For how long Python asked to be blocked since the last call, in seconds, each time that it did. */
  takeSleeps(): number[];
  listFiles(): OutputFile[];
  /** An order that the realm does not know. */
  giveOrder(name: string): void;
  /** What is known of names; null when nothing is. */
  lookUp(question: NameQuestion): NameReport | null;
  /** Puts a package's file there, between runs. */
  placePackageFile(path: string, bytes: Uint8Array): void;
  /** What the code needs that is not there. */
  findImports(code: string): ImportReport;
}

const require = createRequire(import.meta.url);
const bytesOf = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(require.resolve(`pyodide/${name}`)));
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (bytes: Uint8Array): unknown =>
  JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));

/** Nobody answers. */
const noFunctions: CallFunction = () => CALL_FAILED;

/**
 * @param limits what it keeps to when it shows something
 * @param callFunction what it calls of the app's functions
 */
export async function startGuest(
  limits: DisplayLimits = DISPLAY_LIMITS,
  callFunction: CallFunction = noFunctions,
): Promise<Guest> {
  const functions = new FunctionCalls(callFunction);
  const module = await loadPyodideModule({
    wasm: await WebAssembly.compile(bytesOf('pyodide.asm.wasm')),
    stdlib: bytesOf('python_stdlib.zip'),
    plan: plainBoot,
    onRefusal: (refusal) => expect.fail(refusal.message),
  });
  const captured = { stdout: '', stderr: '' };
  const output = (name: keyof typeof captured): { write: (bytes: Uint8Array) => void } => {
    const decoder = new TextDecoder();
    return { write: (bytes) => void (captured[name] += decoder.decode(bytes.slice(), { stream: true })) };
  };
  connectStandardStreams(module.FS, {
    stdin: { read: () => 0 },
    stdout: output('stdout'),
    stderr: output('stderr'),
  });
  const interrupts = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  const seen = new Interrupts(interrupts);
  const shown: GuestDisplay[] = [];
  const prompts: unknown[] = [];
  const sleeps: number[] = [];
  const changes = new FileChanges(module.FS);
  const device = guestDevice({
    sleep: (seconds) => {
      sleeps.push(seconds);
      seen.sleep(seconds);
    },
    display: (json) => {
      expect(json.length).toBeLessThanOrEqual(limits.bytes);
      shown.push(GuestDisplay.parse(parse(json.slice())));
    },
    announce: ({ prompt, secret }) => void prompts.push(secret ? { secret: prompt } : prompt),
    callFunction: (id, json) => functions.call(id, json),
    awaitRest: (id) => functions.awaitRest(id),
    fetchFonts: () => undefined,
    readAnswer: (target) => functions.read(target),
    isWriting: () => isWritingFiles(module.FS),
    fileChanges: () => changes.count,
  });
  setInterruptBuffer(module, seen.buffer);
  const take = (name: keyof typeof captured): string => {
    const text = captured[name];
    captured[name] = '';
    return text;
  };
  const openSession = (): Guest => {
    const interpreter = GuestInterpreter.load(module, device, changes, limits);
    return {
      module,
      files: module.FS,
      newSession: openSession,
      interrupts,
      run: (code, textLimit = 1_000_000, facts = {}) => {
        const outcome = PythonOutcome.parse(
          parse(interpreter.run(bytesOfCode(code, encode), JSON.stringify(facts), textLimit)),
        );
        return Promise.resolve(outcome);
      },
      takeStdout: () => take('stdout'),
      takeStderr: () => take('stderr'),
      takeShown: () => shown.splice(0),
      takePrompts: () => prompts.splice(0),
      takeSleeps: () => sleeps.splice(0),
      placePackageFile: (path, bytes) => {
        interpreter.installPackage({ paths: [path], sizes: [bytes.length], firstId: 0 }, (_id, target) => {
          target.set(bytes);
          return true;
        });
      },
      findImports: (code) =>
        ImportReport.parse(parse(interpreter.answer('findImports', encode(JSON.stringify({ code }))))),
      lookUp: (question) => {
        const said = interpreter.answer('lookUpNames', encode(JSON.stringify(question)));
        expect(said.length).toBeLessThanOrEqual(LIMITS.nameReportBytes);
        return said.length === 0 ? null : NameReport.parse(parse(said));
      },
      giveOrder: (name) => void interpreter.answer(name as GuestQuestion, encode('{}')),
      listFiles: () =>
        OutputFiles.parse(GuestFileList.parse(parse(interpreter.answer('listFiles', encode('{}')))).said),
    };
  };
  return openSession();
}
