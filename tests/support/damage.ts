/** What can happen to a file on disk, and what else may not happen meanwhile. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

export interface Damage {
  readonly what: string;
  /** @param other another valid file of the same kind */
  readonly apply: (file: string, other: string) => void;
}

const replaceBy =
  (make: (file: string) => void) =>
  (file: string): void => {
    rmSync(file, { recursive: true, force: true });
    make(file);
  };

/** In the middle, where no header is. */
export const flipByte = (file: string): void => {
  const bytes = readFileSync(file);
  const middle = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 0x10, middle);
  writeFileSync(file, bytes);
};

/** There, and of no use. Root may read everything: links that lead nowhere are what no user can read. */
export const SPOILT: readonly Damage[] = [
  { what: 'truncated', apply: (file) => truncateSync(file, statSync(file).size >> 1) },
  { what: 'with one byte flipped', apply: flipByte },
  { what: 'emptied', apply: (file) => truncateSync(file, 0) },
  { what: 'another valid file', apply: (file, other) => writeFileSync(file, readFileSync(other)) },
  {
    what: 'a folder',
    apply: replaceBy((file) => mkdirSync(path.join(file, 'inner'), { recursive: true })),
  },
  { what: 'unreadable, a link in a circle', apply: replaceBy((file) => symlinkSync(file, file)) },
  { what: 'a link to nowhere', apply: replaceBy((file) => symlinkSync('/nowhere/at/all', file)) },
  {
    what: 'a pipe that nobody writes to',
    apply: replaceBy((file) => {
      const { status, stderr } = spawnSync('mkfifo', [file], { encoding: 'utf8' });
      if (status !== 0) throw new Error(`mkfifo: ${stderr}`);
    }),
  },
  { what: 'of absurd size', apply: (file) => truncateSync(file, 1e12) },
];

export const MISSING: Damage = { what: 'missing', apply: (file) => rmSync(file, { recursive: true }) };

export const DAMAGES: readonly Damage[] = [...SPOILT, MISSING];

/** What lies at each path below a folder: the hash of a file, the goal of a link. */
export const stateBelow = (folder: string): Map<string, string> => {
  const state = new Map<string, string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const place = path.join(folder, name);
    const found = lstatSync(place);
    if (found.isFile()) state.set(name, hashOf(place));
    else if (found.isSymbolicLink()) state.set(name, `link to ${readlinkSync(place)}`);
    else state.set(name, found.isDirectory() ? 'folder' : 'something else');
  }
  return state;
};

/** The same without some paths and what is below them. */
export const without = (state: ReadonlyMap<string, string>, ...names: string[]): Map<string, string> =>
  new Map(
    [...state].filter(
      ([name]) => !names.some((gone) => name === gone || name.startsWith(`${gone}${path.sep}`)),
    ),
  );

/** Too large to be read: only their size tells of them. */
const HUGE_BYTES = 1e9;

const hashOf = (file: string): string => {
  const { size } = statSync(file);
  return size > HUGE_BYTES ? `${size} bytes` : createHash('sha256').update(readFileSync(file)).digest('hex');
};
