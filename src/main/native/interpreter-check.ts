import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { access, constants, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type { NativeProblem } from '../../shared/ipc/native.ts';
import { oneLine, quote } from '../foreign-text/printable.ts';
import { messageOf, systemErrorCode } from '../base/system-error.ts';
import { runEnvironment } from './environment.ts';
import { killTree } from '../base/process-tree.ts';
import probe from './python/probe.py?raw';

/** Limit for the query of an interpreter's version, in ms: cold disks and virus scanners are slow. */
const ANSWER_LIMIT_MS = 10_000;
const MAX_ANSWER_BYTES = 64 * 1024;
const OLDEST = [3, 8] as const;

/** An interpreter of the user's own that can be used. */
export interface UsablePython {
  /** What to start; a full path. */
  readonly path: string;
  /** Such as `3.12.1`. */
  readonly version: string;
  /** `cpython`, `pypy`, … */
  readonly implementation: string;
  /** Where it says its program lies; '' when it does not. */
  readonly executable: string;
  /** Its installation or virtual environment. */
  readonly prefix: string;
}

export type InterpreterCheck =
  | { readonly ok: true; readonly interpreter: UsablePython }
  | { readonly ok: false; readonly problem: NativeProblem };

export interface CheckOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /** In ms. */
  readonly answerLimitMs?: number;
}

const refuse = (code: NativeProblem['code'], message: string): InterpreterCheck => ({
  ok: false,
  problem: { code, message },
});

/**
 * Finds out whether a path leads to a Python that can be used; really starts it. Never rejects.
 *
 * @param binpath a full path, `~/…`, or a bare name that is looked for on the PATH
 */
export const checkInterpreter = async (
  binpath: string,
  { environment = process.env, answerLimitMs = ANSWER_LIMIT_MS }: CheckOptions = {},
): Promise<InterpreterCheck> => {
  const wanted = binpath.trim();
  if (wanted === '') {
    return refuse('not-set', 'no Python interpreter is set; give the path of one, or search for one');
  }
  if (wanted.includes('\0')) return refuse('not-a-full-path', `${quote(wanted)} is not a path`);
  const found = await resolvePath(wanted, environment);
  if (typeof found !== 'string') return found;
  return (await fileProblem(found)) ?? judge(found, await ask(found, environment, answerLimitMs));
};

const resolvePath = async (
  wanted: string,
  environment: NodeJS.ProcessEnv,
): Promise<string | InterpreterCheck> => {
  if (/^~[/\\]/u.test(wanted)) return path.join(os.homedir(), wanted.slice(2));
  if (path.isAbsolute(wanted)) return wanted;
  if (/[/\\]/u.test(wanted)) {
    return refuse('not-a-full-path', `${quote(wanted)} is not a full path; write it from the root on`);
  }
  const [first] = await onPath(wanted, environment);
  return first ?? refuse('missing', `there is no ${quote(wanted)} on the PATH; give the full path`);
};

/** The folders of the PATH. */
export const pathFolders = (environment: NodeJS.ProcessEnv): string[] =>
  (environment['PATH'] ?? environment['Path'] ?? '')
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder));

/** Programs of a name on the PATH, first one first. */
export const onPath = async (name: string, environment: NodeJS.ProcessEnv): Promise<string[]> => {
  const names = process.platform === 'win32' && path.extname(name) === '' ? [`${name}.exe`] : [name];
  const files = pathFolders(environment).flatMap((folder) => names.map((file) => path.join(folder, file)));
  const checked = await Promise.all(files.map(async (file) => ((await fileProblem(file)) ? [] : [file])));
  return [...new Set(checked.flat())];
};

const fileProblem = async (file: string): Promise<InterpreterCheck | null> => {
  const shown = quote(file);
  try {
    const found = await stat(file);
    if (found.isDirectory()) {
      return refuse(
        'folder',
        `${shown} is a folder; give the program in it, such as ${quote(inFolder(file))}`,
      );
    }
    if (!found.isFile()) return refuse('not-a-file', `${shown} is not a file; give the path of a program`);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return refuse('missing', `${shown} does not exist; check the path`);
    }
    return refuse('not-a-file', `${shown} can't be looked at (${code ?? oneLine(messageOf(error))})`);
  }
  try {
    await access(file, constants.X_OK);
    return null;
  } catch {
    return refuse('not-executable', `${shown} is not a program that you may start; check its permissions`);
  }
};

const inFolder = (folder: string): string =>
  process.platform === 'win32' ? path.join(folder, 'python.exe') : path.join(folder, 'bin', 'python3');

type Answer =
  | { readonly kind: 'said'; readonly stdout: string; readonly stderr: string; readonly end: string }
  | { readonly kind: 'silent'; readonly afterMs: number }
  | { readonly kind: 'failed'; readonly detail: string };

const ask = (file: string, environment: NodeJS.ProcessEnv, limitMs: number): Promise<Answer> =>
  new Promise((resolve) => {
    const marker = randomUUID();
    const child = spawn(file, ['-c', probe], {
      // `import sys` is safe anywhere, but nothing of the caller's folder should be near.
      cwd: path.parse(file).root,
      env: runEnvironment(environment, marker),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    const texts = { stdout: '', stderr: '' };
    let settled = false;
    const settle = (answer: Answer): void => {
      // The exit of a process that is killed below must not count as an answer.
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      if (child.pid === undefined) resolve(answer);
      else void killTree(child.pid, marker).then(() => resolve(answer));
    };
    const timer = setTimeout(() => settle({ kind: 'silent', afterMs: limitMs }), limitMs);
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (part: string) => {
        texts[stream] = (texts[stream] + part).slice(0, MAX_ANSWER_BYTES);
      });
    }
    child.once('error', (error) => settle({ kind: 'failed', detail: messageOf(error) }));
    child.once('close', (code, signal) => {
      settle({
        kind: 'said',
        ...texts,
        end: signal === null ? `exit code ${code ?? '?'}` : `signal ${signal}`,
      });
    });
  });

const judge = (file: string, answer: Answer): InterpreterCheck => {
  const shown = quote(file);
  switch (answer.kind) {
    case 'failed':
      return refuse('does-not-start', `${shown} can't be started (${oneLine(answer.detail)})`);
    case 'silent':
      return refuse(
        'no-answer',
        `${shown} did not answer within ${answer.afterMs / 1000} s; is it really a Python interpreter?`,
      );
    case 'said': {
      const said = answer.stdout.replaceAll('\r', '').split('\n');
      const start = said.indexOf('vivarium-python');
      const [version = '', implementation = '', executable = '', prefix = ''] = said.slice(start + 1);
      const parts = /^(\d+)\.(\d+)\.\d+$/u.exec(version);
      if (start === -1 || parts === null) {
        const heard = (answer.stderr.trim() || answer.stdout.trim()).split('\n', 1)[0] ?? '';
        const words =
          heard === '' ? `it said nothing, ${answer.end}` : `it said ${quote(heard.slice(0, 200))}`;
        return refuse('not-python', `${shown} is not a working Python interpreter: ${words}`);
      }
      const [major, minor] = [Number(parts[1]), Number(parts[2])];
      if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
        return refuse('too-old', `${shown} is Python ${version}; ${OLDEST.join('.')} or newer is needed`);
      }
      return {
        ok: true,
        interpreter: { path: file, version, implementation: oneLine(implementation), executable, prefix },
      };
    }
  }
};
