import { systemErrorCode } from '../../base/system-error.ts';
import { PackageError, type PackageErrorCode } from '../package-error.ts';

/**
 * What the file system refused while something was written, in words. Other errors pass unchanged.
 *
 * @param folder what the user has to look at
 */
export function explainWriteError(error: unknown, folder: string): unknown {
  const code = systemErrorCode(error);
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return storeError(
        'store-full',
        `the disk of ${folder} is full (${code}); make room and try again`,
        error,
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'EISDIR':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return storeError(
        'store-unwritable',
        `packages can not be written to ${folder} (${code}); make it a folder that you may write to, or set ` +
          'VIVARIUM_DATA_DIR to another one',
        error,
      );
    case 'EIO':
      return storeError('store-unwritable', `the disk of ${folder} fails (EIO); check the disk`, error);
    default:
      return error;
  }
}

/** The same for reading and listing. */
export function explainReadError(error: unknown, folder: string): unknown {
  const code = systemErrorCode(error);
  if (code === null) return error;
  return storeError(
    'store-unreadable',
    `the packages in ${folder} can not be read (${code}); make it a folder that you may read`,
    error,
  );
}

function storeError(code: PackageErrorCode, message: string, cause: unknown): PackageError {
  return new PackageError(code, message, { cause });
}
