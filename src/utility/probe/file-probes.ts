import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { LANDLOCK_PROBES } from '../../shared/contract/probes.ts';
import type { ProbeTargets } from '../../shared/protocol/probe-protocol.ts';
import type { Probe } from './probe.ts';

const inFolder = ({ folder }: ProbeTargets, name: string): string => path.join(folder, name);

const probe = (name: string, attempt: Probe['attempt']): Probe => ({ name, group: 'files', attempt });

const LINUX_ONLY: readonly Probe[] = [
  probe('read the parent’s environment', () =>
    fs.readFileSync(`/proc/${process.ppid}/environ`, 'latin1').slice(0, 1),
  ),
  probe('open the parent’s memory', () => fs.openSync(`/proc/${process.ppid}/mem`, 'r')),
  probe('read its own memory map', () => fs.readFileSync('/proc/self/maps', 'latin1').slice(0, 1)),
];

/** On the calling thread. The file's contents never leave this process. */
export const SYNC_FILE_PROBES: readonly Probe[] = [
  probe(LANDLOCK_PROBES.readFile, ({ file }) => fs.readFileSync(file).byteLength),
  probe('stat a file', ({ file }) => fs.statSync(file).size),
  probe('access a file', ({ file }) => fs.accessSync(file)),
  probe(LANDLOCK_PROBES.listFolder, ({ folder }) => fs.readdirSync(folder).length),
  probe('resolve a path', ({ file }) => fs.realpathSync.native(file).length),
  probe('write a file', (targets) => fs.writeFileSync(inFolder(targets, 'written'), 'x')),
  probe('append to a file', (targets) => fs.appendFileSync(inFolder(targets, 'victim'), 'x')),
  probe('truncate a file', (targets) => fs.truncateSync(inFolder(targets, 'victim'))),
  probe(LANDLOCK_PROBES.makeFolder, (targets) => fs.mkdirSync(inFolder(targets, 'made'))),
  probe('make a link', (targets) => fs.linkSync(targets.file, inFolder(targets, 'linked'))),
  probe('make a symbolic link', (targets) => fs.symlinkSync(targets.file, inFolder(targets, 'symlinked'))),
  probe('change a mode', (targets) => fs.chmodSync(inFolder(targets, 'victim'), 0o600)),
  probe('change an owner', (targets) =>
    fs.chownSync(inFolder(targets, 'victim'), process.getuid?.() ?? 0, process.getgid?.() ?? 0),
  ),
  probe('change a time', (targets) => fs.utimesSync(inFolder(targets, 'victim'), 1, 1)),
  probe('rename a file', (targets) => fs.renameSync(inFolder(targets, 'victim'), inFolder(targets, 'taken'))),
  probe('remove a file', (targets) => fs.unlinkSync(inFolder(targets, 'taken'))),
  probe('watch a folder', ({ folder }) => fs.watch(folder).close()),
  probe('change the umask', () => {
    const before = process.umask(0o077);
    // Node gives back the kernel's -1.
    if (before > 0o777) throw new Error('no umask');
    return before;
  }),
  ...(process.platform === 'linux' ? LINUX_ONLY : []),
];

/** Through libuv's pool of threads. */
export const POOL_FILE_PROBES: readonly Probe[] = [
  probe(LANDLOCK_PROBES.readFile, async ({ file }) => (await fs.promises.readFile(file)).byteLength),
  probe('stat a file', async ({ file }) => (await fs.promises.stat(file)).size),
  probe(LANDLOCK_PROBES.listFolder, async ({ folder }) => (await fs.promises.readdir(folder)).length),
  probe('write a file', (targets) => fs.promises.writeFile(inFolder(targets, 'written-by-pool'), 'x')),
  probe(LANDLOCK_PROBES.makeFolder, (targets) => fs.promises.mkdir(inFolder(targets, 'made-by-pool'))),
  probe('copy a file', (targets) => fs.promises.copyFile(targets.file, inFolder(targets, 'copied'))),
  probe('rename a file', (targets) =>
    fs.promises.rename(inFolder(targets, 'made-by-pool'), inFolder(targets, 'taken-by-pool')),
  ),
  probe('make a symbolic link', (targets) =>
    fs.promises.symlink(targets.file, inFolder(targets, 'symlinked-by-pool')),
  ),
  probe('change a time', ({ folder }) => fs.promises.utimes(folder, 1, 1)),
];
