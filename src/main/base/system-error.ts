import { oneLine } from '../foreign-text/printable.ts';

/** The code of a failed system call (`ENOENT`), or null when the error is something else. */
export function systemErrorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** A failed file operation in words that can follow the file's name in a message. */
export function describeFileError(error: unknown): string {
  const code = systemErrorCode(error);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'does not exist; check the path';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read by you; change its permissions or copy it';
    case 'EISDIR':
      return 'is a folder; give a file';
    case 'ELOOP':
      return 'is a chain of symbolic links without an end; give the file itself';
    case 'ENAMETOOLONG':
      return 'is longer than a path may be; check the path';
    case 'ENXIO':
      return 'is a socket or a device without a reader; give a file';
    case 'ERR_INVALID_ARG_VALUE':
      return 'is not a valid path; check the path';
    default:
      return `can't be read (${code ?? oneLine(messageOf(error))}); check the file`;
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
