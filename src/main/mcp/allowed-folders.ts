import { constants } from 'node:fs';
import { lstat, open, realpath } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { WorkspaceFileName } from '../../shared/contract/run.ts';
import { systemErrorCode } from '../base/system-error.ts';
import { ToolError } from './tool-error.ts';

/** A link may have been put there meanwhile; a pipe would be waited at for ever. Windows knows neither flag. */
const NO_LINK_NO_WAIT = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface AllowedFolder {
  /** Absolute, as the user gave it. */
  readonly folder: string;
  readonly writable: boolean;
}

/** The folders that the user has opened to the client. What is linked, or lies elsewhere, is refused. */
export class AllowedFolders {
  readonly #folders: readonly AllowedFolder[];

  constructor(folders: readonly AllowedFolder[]) {
    this.#folders = folders;
  }

  /** In words, for the client. */
  get description(): string {
    if (this.#folders.length === 0) return 'none; the user can open one with --allow-dir';
    return this.#folders
      .map(({ folder, writable }) => `${folder} (${writable ? 'read and write' : 'read'})`)
      .join(', ');
  }

  /** @throws ToolError when the file may not be read, is none, or is too large */
  async read(file: string, maxBytes: number): Promise<Uint8Array> {
    const checked = await this.#check(file, false);
    const handle = await open(checked, constants.O_RDONLY | NO_LINK_NO_WAIT).catch((error: unknown) => {
      throw failed(file, error);
    });
    try {
      const found = await handle.stat();
      if (!found.isFile()) throw new ToolError('file-unavailable', `${file} is not a file`);
      if (found.size > maxBytes) throw new ToolError('too-large', `${file} is larger than ${maxBytes} bytes`);
      const bytes = new Uint8Array(found.size);
      let length = 0;
      // It may shrink or grow meanwhile.
      for (let read = 1; read > 0 && length < bytes.length; length += read) {
        read = (await handle.read(bytes, length, bytes.length - length, length)).bytesRead;
      }
      return bytes.subarray(0, length);
    } finally {
      await handle.close();
    }
  }

  /** Writes a file that is not there yet. @throws ToolError when it may not be written, or is there */
  async write(file: string, bytes: Uint8Array): Promise<void> {
    const checked = await this.#check(file, true);
    const name = WorkspaceFileName.safeParse(path.basename(checked));
    // The client chooses it, and the user reads it.
    if (!name.success)
      throw new ToolError('path-refused', name.error.issues[0]?.message ?? 'the name is refused');
    const handle = await open(checked, 'wx', 0o600).catch((error: unknown) => {
      throw failed(file, error);
    });
    try {
      await handle.writeFile(bytes);
    } finally {
      await handle.close();
    }
  }

  /** The same file by a path without links. */
  async #check(file: string, write: boolean): Promise<string> {
    if (!path.isAbsolute(file) || file.includes('\0'))
      throw new ToolError('path-refused', 'a path must be absolute');
    if (file.split(/[\\/]/u).includes('..'))
      throw new ToolError('path-refused', `${file} has ".." in it; give the path itself`);
    const allowed = this.#folders.find(
      ({ folder, writable }) => isBelow(folder, file) && (writable || !write),
    );
    if (allowed === undefined) {
      throw new ToolError(
        'path-refused',
        `${file} may not be ${write ? 'written' : 'read'}; open to this server: ${this.description}`,
      );
    }
    const [root, parent] = await Promise.all([realpath(allowed.folder), realpath(path.dirname(file))]).catch(
      (error: unknown) => {
        throw failed(file, error);
      },
    );
    const expected = path.join(root, path.relative(allowed.folder, path.dirname(file)));
    if (path.resolve(parent) !== path.resolve(expected))
      throw new ToolError('path-refused', `${file} leads through a link`);
    const target = path.join(parent, path.basename(file));
    const found = await lstat(target).catch(() => null);
    if (found?.isSymbolicLink() === true) throw new ToolError('path-refused', `${file} is a link`);
    return target;
  }
}

const isBelow = (folder: string, file: string): boolean => {
  const relative = path.relative(folder, file);
  return relative !== '' && !path.isAbsolute(relative) && relative.split(path.sep)[0] !== '..';
};

const failed = (file: string, error: unknown): ToolError => {
  const code = systemErrorCode(error) ?? 'unknown';
  const why: Record<string, string> = {
    ENOENT: 'is not there',
    EEXIST: 'is there already; choose another name',
    EACCES: 'may not be used by this user',
    ELOOP: 'is a link',
  };
  return new ToolError('file-unavailable', `${file} ${why[code] ?? `can't be used (${code})`}`);
};
