import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { identify, isAlive, type ProcessIdentity } from '../../base/process-table.ts';

const NAME = /^vivarium-host-([0-9a-f]{8})-(\d{1,10})-(\d{1,20}|x)-\w{6}$/u;

/** In the folder, once its host was started: pid and start time. */
const HOST_FILE = 'vivarium-host';
const IDENTITY = /^(\d{1,10})-(\d{1,20}|x)$/u;

/** Whoever was killed before it could name its host was only just starting it, in ms: the host ends by itself. */
const NAMELESS_MS = 5 * 60_000;

const textOf = ({ pid, startedAt }: ProcessIdentity): string => `${pid}-${startedAt ?? 'x'}`;

const identityOf = (pid = '', startedAt = ''): ProcessIdentity => ({
  pid: Number(pid),
  startedAt: startedAt === 'x' ? null : startedAt,
});

/** A pid means nothing elsewhere: in another container, on another computer that has the same folder. */
const thisSystem = (): string => {
  const read = (from: () => string): string => {
    try {
      return from();
    } catch {
      return '';
    }
  };
  const parts = [
    hostname(),
    read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    read(() => readlinkSync('/proc/self/ns/pid')),
  ];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 8);
};

/**
 * Temporary folders for Chromium's files, one for each host. Whoever is killed leaves its own behind; the next one
 * removes those whose processes are gone, and no others.
 */
export class HostFolders {
  readonly #parent: string;
  readonly #system: string;

  constructor(parent = tmpdir(), system = thisSystem()) {
    this.#parent = parent;
    this.#system = system;
  }

  /** Makes one. @param owner who will remove it */
  make(owner: ProcessIdentity = identify(process.pid)): string {
    return mkdtempSync(path.join(this.#parent, `vivarium-host-${this.#system}-${textOf(owner)}-`));
  }

  /** It is used by that process as well, which may outlive its owner. Never throws. */
  noteHost(folder: string, host: ProcessIdentity): void {
    try {
      writeFileSync(path.join(folder, HOST_FILE), textOf(host), { mode: 0o600 });
    } catch {
      // If the owner is killed too, the folder is removed by a later start.
    }
  }

  /** Never throws: what a process of Chromium's still writes to is removed by a later start. */
  remove(folder: string): void {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // See `sweep`.
    }
  }

  /** Removes what dead processes of this user left behind. Never rejects: it is there for tidiness only. */
  async sweep(): Promise<void> {
    const names = await readdir(this.#parent).catch(() => []);
    for (const name of names) {
      const folder = path.join(this.#parent, name);
      const isLeft = await this.#isAbandoned(name, folder).catch(() => false);
      if (isLeft) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  }

  async #isAbandoned(name: string, folder: string): Promise<boolean> {
    const [, system, pid, startedAt] = NAME.exec(name) ?? [];
    if (system !== this.#system || isAlive(identityOf(pid, startedAt))) return false;
    const found = await lstat(folder);
    // Everybody may put folders there, and links.
    if (!found.isDirectory() || found.uid !== (process.getuid?.() ?? found.uid)) return false;
    const host = await hostOf(folder);
    return host === null ? Date.now() - found.mtimeMs > NAMELESS_MS : !isAlive(host);
  }
}

/** null when none was noted, or not to the end. */
const hostOf = async (folder: string): Promise<ProcessIdentity | null> => {
  const text = await readFile(path.join(folder, HOST_FILE), 'utf8').catch(() => '');
  const [, pid, startedAt] = IDENTITY.exec(text) ?? [];
  return pid === undefined ? null : identityOf(pid, startedAt);
};
