import { constants } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { InputFile } from '../../shared/contract/run.ts';
import type { RunFacts } from '../../shared/protocol/interpreter.ts';
import { NATIVE_SOURCES } from './native-sources.ts';
import runnerSource from './python/native_runner.py?raw';

/** More than all of a run's reports may hold. */
const MAX_FAULT_BYTES = 64 * 1024;

const WORKSPACE = 'workspace';
const OUTCOME = 'outcome.json';
const DISPLAYS = 'displays.jsonl';
const SCRIPT = 'script.py';
const FACTS = 'facts.json';

/**
 * The folder of one run, or of a session and its runs, readable by nobody else: the code and what it is told, the
 * runner, its reports, and below it the workspace, which is the working directory.
 */
export class RunFolder {
  readonly path: string;

  private constructor(folder: string) {
    this.path = folder;
  }

  /** @throws Error of the file system */
  static async create(): Promise<RunFolder> {
    const folder = new RunFolder(await mkdtemp(path.join(os.tmpdir(), 'vivarium-run-')));
    try {
      await mkdir(folder.workspace);
      await writeFile(folder.runner, runnerSource);
      await writeFile(path.join(folder.path, 'modules.json'), JSON.stringify(NATIVE_SOURCES));
      return folder;
    } catch (error) {
      await folder.remove();
      throw error;
    }
  }

  /**
   * Puts in what the next run is made of; what the last one has reported is gone.
   *
   * @throws Error of the file system
   */
  async prepare(code: string, files: readonly InputFile[], facts: RunFacts = {}): Promise<void> {
    for (const name of [OUTCOME, DISPLAYS, SCRIPT, FACTS]) {
      await rm(path.join(this.path, name), { recursive: true, force: true });
    }
    await writeAnew(path.join(this.path, SCRIPT), code);
    await writeAnew(path.join(this.path, FACTS), JSON.stringify(facts));
    for (const { name, bytes } of files) {
      const file = path.join(this.workspace, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeAnew(file, bytes);
    }
  }

  get workspace(): string {
    return path.join(this.path, WORKSPACE);
  }

  get runner(): string {
    return path.join(this.path, 'native_runner.py');
  }

  /** Whether the runner ever got to its first line; a folder that is gone was removed by the script. */
  async hasBegun(): Promise<boolean> {
    return (await exists(path.join(this.path, 'faults.txt'))) || !(await this.isThere());
  }

  /** Code may have removed it. */
  isThere(): Promise<boolean> {
    return exists(this.path);
  }

  /** The runner's report, or null when there is none of an acceptable size. */
  outcome(maxBytes: number): Promise<Buffer | null> {
    return readCapped(path.join(this.path, OUTCOME), maxBytes);
  }

  /** What was shown, a line of JSON each; null when it is not of an acceptable size. */
  displays(maxBytes: number): Promise<Buffer | null> {
    return readCapped(path.join(this.path, DISPLAYS), maxBytes);
  }

  /** Python's own stack at a fatal signal, without the runner's frames; '' when there is none. */
  async faults(): Promise<string> {
    const bytes = await readCapped(path.join(this.path, 'faults.txt'), MAX_FAULT_BYTES);
    const frames = (bytes?.toString('utf8') ?? '')
      .split('\n')
      .filter((line) => line.startsWith('  File ') && !isOwnFrame(line, this.runner));
    return frames.length === 0 ? '' : ['Stack (most recent call first):', ...frames, ''].join('\n');
  }

  /** Removes the folder. Failures are ignored: the result must not depend on them. */
  async remove(): Promise<void> {
    const options = { recursive: true, force: true, maxRetries: 3 };
    try {
      await rm(this.path, options);
    } catch {
      // The script may have locked us out of its folders.
      await unlock(this.path);
      await rm(this.path, options).catch(() => undefined);
    }
  }
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

/** What an earlier run has put there is not written to: it may lead elsewhere, or to a pipe that nobody reads. */
const writeAnew = async (file: string, content: string | Uint8Array): Promise<void> => {
  await rm(file, { force: true });
  await writeFile(file, content, { flag: 'wx' });
};

const isOwnFrame = (line: string, runner: string): boolean =>
  line.includes('"<vivarium>"') || line.includes(runner);

const unlock = async (folder: string): Promise<void> => {
  await chmod(folder, 0o700).catch(() => undefined);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isDirectory()) await unlock(path.join(folder, entry.name));
  }
};

/** The script may have put anything there: a link, a pipe without a writer, far too much. */
const readCapped = async (file: string, maxBytes: number): Promise<Buffer | null> => {
  try {
    // Windows has neither flag.
    const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
    const handle = await open(file, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const found = await handle.stat();
      return found.isFile() && found.size <= maxBytes ? await handle.readFile() : null;
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
};
