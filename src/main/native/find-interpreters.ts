/** Searches the usual locations for Python interpreters, and queries the version of each. */
import { readdir, realpath } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import PQueue from 'p-queue';
import type { NativeProblem } from '../../shared/ipc/native.ts';
import { checkInterpreter, pathFolders } from './interpreter-check.ts';

/** One that was found; with a problem it can't be used. */
export interface FoundInterpreter {
  readonly path: string;
  /** Such as `3.12.1`; null when it has a problem. */
  readonly version: string | null;
  /** `cpython`, `pypy`, …; null when it has a problem. */
  readonly implementation: string | null;
  readonly problem?: NativeProblem;
}

export interface FindOptions {
  readonly environment?: NodeJS.ProcessEnv;
  readonly home?: string;
  readonly platform?: NodeJS.Platform;
  /** For each interpreter to answer, in ms. */
  readonly answerLimitMs?: number;
}

const ANSWER_LIMIT_MS = 5000;
/** Interpreters asked at once: each is a process. */
const CONCURRENCY = 6;
/** A search must end, whatever the folders hold. */
const MAX_CANDIDATES = 64;

const POSIX_NAME = /^(?:python(?:3(?:\.\d+)?)?|pypy3(?:\.\d+)?)$/u;
const WINDOWS_NAME = /^(?:python(?:3(?:\.\d+)?)?|pypy3|py)\.exe$/iu;

/** Usable ones first, newest first, then those with a problem. Never rejects. */
export const findInterpreters = async (options: FindOptions = {}): Promise<FoundInterpreter[]> => {
  const environment = options.environment ?? process.env;
  const answerLimitMs = options.answerLimitMs ?? ANSWER_LIMIT_MS;
  const queue = new PQueue({ concurrency: CONCURRENCY });
  const candidates = (await candidatesOf({ ...options, environment })).slice(0, MAX_CANDIDATES);
  const checked = await Promise.all(
    candidates.map((file) =>
      queue.add(async () => ({ file, check: await checkInterpreter(file, { environment, answerLimitMs }) })),
    ),
  );
  const seen = new Set<string>();
  const found: FoundInterpreter[] = [];
  for (const { file, check } of checked) {
    if (!check.ok) {
      found.push({ path: file, version: null, implementation: null, problem: check.problem });
      continue;
    }
    const { version, implementation, executable, prefix } = check.interpreter;
    // Two names of one program are one; a virtual environment shares its program with others, but not its packages.
    const key = `${await realpath(executable).catch(() => file)}\n${prefix}`;
    if (seen.has(key)) continue;
    seen.add(key);
    found.push({ path: file, version, implementation });
  }
  return found.sort(byUse);
};

const byUse = (one: FoundInterpreter, other: FoundInterpreter): number => {
  if (one.version === null || other.version === null) {
    return Number(one.version === null) - Number(other.version === null);
  }
  return other.version.localeCompare(one.version, 'en', { numeric: true });
};

type Places = Required<Pick<FindOptions, 'environment'>> & FindOptions;

/** Paths worth asking, the ones most meant first, no file twice. */
const candidatesOf = async (places: Places): Promise<string[]> => {
  const windows = (places.platform ?? process.platform) === 'win32';
  const folders = windows ? await windowsFolders(places) : await posixFolders(places);
  const name = windows ? WINDOWS_NAME : POSIX_NAME;
  const seen = new Set<string>();
  const candidates: string[] = [];
  for (const folder of folders) {
    const names = (await namesIn(folder)).filter((file) => name.test(file));
    // The plainest name first: it is the one people know.
    for (const file of names.sort((one, other) => one.length - other.length)) {
      const full = path.join(folder, file);
      const key = await identityOf(full);
      if (seen.has(key)) continue;
      seen.add(key);
      candidates.push(full);
    }
  }
  return candidates;
};

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

/** The file behind a path; inside a virtual environment the path counts, since its target is shared. */
const identityOf = async (file: string): Promise<string> => {
  const target = await realpath(file).catch(() => file);
  const environment = path.dirname(path.dirname(file));
  const isVirtual = (await namesIn(environment)).includes('pyvenv.cfg');
  return isVirtual ? `${environment}\n${target}` : target;
};

const below = async (parent: string, ...rest: string[]): Promise<string[]> =>
  (await namesIn(parent)).map((name) => path.join(parent, name, ...rest));

const given = (folders: readonly (string | undefined)[]): string[] =>
  folders.filter((folder) => folder !== undefined && path.isAbsolute(folder)).map(String);

const posixFolders = async ({ environment, home = os.homedir() }: Places): Promise<string[]> => [
  ...given([environment['VIRTUAL_ENV'], environment['CONDA_PREFIX']]).map((folder) =>
    path.join(folder, 'bin'),
  ),
  ...pathFolders(environment),
  ...(await below(path.join(environment['PYENV_ROOT'] ?? path.join(home, '.pyenv'), 'versions'), 'bin')),
  '/opt/homebrew/bin',
  '/usr/local/bin',
  '/usr/bin',
  ...(await below('/Library/Frameworks/Python.framework/Versions', 'bin')),
  ...['miniconda3', 'anaconda3', 'miniforge3'].map((name) => path.join(home, name, 'bin')),
  path.join(home, '.local', 'bin'),
];

const windowsFolders = async ({ environment, home = os.homedir() }: Places): Promise<string[]> => {
  const local = environment['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local');
  const programs = given([environment['PROGRAMFILES'], environment['PROGRAMFILES(X86)']]);
  return [
    ...given([environment['VIRTUAL_ENV']]).map((folder) => path.join(folder, 'Scripts')),
    ...given([environment['CONDA_PREFIX']]),
    ...pathFolders(environment),
    ...(await below(path.join(local, 'Programs', 'Python'))),
    ...(await Promise.all(programs.map((folder) => below(folder))))
      .flat()
      .filter((name) => /python3?\d+$/iu.test(name)),
    // The launcher.
    ...given([environment['SYSTEMROOT'], environment['WINDIR']]),
    path.join(local, 'Programs', 'Python', 'Launcher'),
    ...(await below(path.join(home, '.pyenv', 'pyenv-win', 'versions'))),
    ...['miniconda3', 'anaconda3', 'miniforge3'].map((name) => path.join(home, name)),
  ];
};
