import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { LIMITS } from '../../../shared/limits.ts';
import type { InputFile } from '../../../shared/contract/run.ts';
import { workspaceNameProblem } from '../../../shared/contract/workspace-path.ts';
import { quote } from '../../foreign-text/printable.ts';
import { openForReading, readCapped } from './read-capped.ts';
import { describeFileError } from '../../base/system-error.ts';
import { UsageError } from '../usage-error.ts';

/** A file of ours and the name it gets below /workspace. */
export interface InputFileSpec {
  /** As the user wrote it, relative to the working directory. */
  readonly path: string;
  readonly name: string;
}

/**
 * Reads the values of all `--file PATH[=NAME]` options. Rejects with a UsageError unless every one of them
 * can be handed to the run.
 */
export async function readInputFiles(
  values: readonly string[],
  cwd: string,
  signal: AbortSignal,
): Promise<InputFile[]> {
  if (values.length > LIMITS.fileCount) {
    throw new UsageError(
      `--file was given ${values.length} times; give it at most ${LIMITS.fileCount} times, or pack the files`,
    );
  }
  const specs = values.map((value) => parseInputFile(value, cwd));
  checkNames(specs);
  const files: InputFile[] = [];
  let room: number = LIMITS.totalFileBytes;
  for (const spec of specs) {
    const bytes = await readOne(spec, cwd, room, signal);
    room -= bytes.byteLength;
    files.push({ name: spec.name, bytes });
  }
  return files;
}

/**
 * Splits `PATH[=NAME]`. A value that names an existing file as a whole is that file, even with "=" in it;
 * otherwise the last "=" separates path and name. Without a name the file keeps its own.
 */
function parseInputFile(value: string, cwd: string): InputFileSpec {
  const separator = value.lastIndexOf('=');
  if (separator === -1 || isFile(resolve(cwd, value))) return { path: value, name: basename(value) };
  return { path: value.slice(0, separator), name: value.slice(separator + 1) };
}

function isFile(path: string): boolean {
  try {
    return !statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function checkNames(specs: readonly InputFileSpec[]): void {
  const byName = new Map<string, InputFileSpec>();
  for (const spec of specs) {
    if (spec.path === '') {
      throw new UsageError(`--file ${quote(`=${spec.name}`)} has no path; write --file PATH or PATH=NAME`);
    }
    const problem = workspaceNameProblem(spec.name);
    // A folder such as ".." has no usable name either, but that it is a folder is the better answer.
    if (problem !== null) throw folderError(spec) ?? nameError(spec, problem);
    const same = byName.get(spec.name);
    if (same !== undefined) {
      throw new UsageError(
        `${quote(same.path)} and ${quote(spec.path)} would both be named ${quote(spec.name)}; ` +
          'rename one with --file PATH=NAME',
      );
    }
    byName.set(spec.name, spec);
  }
  for (const spec of specs) checkParents(spec, byName);
}

/** `a` can't be a file and the folder of `a/b` at once. */
function checkParents(spec: InputFileSpec, byName: ReadonlyMap<string, InputFileSpec>): void {
  for (let slash = spec.name.indexOf('/'); slash !== -1; slash = spec.name.indexOf('/', slash + 1)) {
    const parent = byName.get(spec.name.slice(0, slash));
    if (parent !== undefined) {
      throw new UsageError(
        `file name ${quote(parent.name)} is also the folder of ${quote(spec.name)}; rename one of them`,
      );
    }
  }
}

function folderError(spec: InputFileSpec): UsageError | null {
  return /(?:^|[/\\])\.{0,2}$/u.test(spec.path) && spec.name === basename(spec.path)
    ? new UsageError(`--file ${quote(spec.path)} is a folder; give a file`)
    : null;
}

function nameError(spec: InputFileSpec, problem: string): UsageError {
  // Some problems bring their own advice.
  const advice = problem.includes(';') ? '' : '; give another name with --file PATH=NAME';
  return new UsageError(`file name ${quote(spec.name)} ${problem}${advice}`);
}

async function readOne(
  spec: InputFileSpec,
  cwd: string,
  room: number,
  signal: AbortSignal,
): Promise<InputFile['bytes']> {
  let bytes: InputFile['bytes'] | null;
  try {
    bytes = await readCapped(
      openForReading(resolve(cwd, spec.path)),
      Math.min(LIMITS.fileBytes, room),
      signal,
    );
  } catch (error) {
    signal.throwIfAborted();
    throw new UsageError(`--file ${quote(spec.path)} ${describeFileError(error)}`);
  }
  if (bytes !== null) return bytes;
  throw new UsageError(
    room < LIMITS.fileBytes
      ? `the input files are larger than ${LIMITS.totalFileBytes} bytes together; give fewer or smaller files`
      : `--file ${quote(spec.path)} is larger than ${LIMITS.fileBytes} bytes; give a smaller file`,
  );
}
