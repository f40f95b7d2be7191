import type { RunRequest } from '../../shared/contract/run.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { AllowedFolders } from './allowed-folders.ts';
import { ToolError } from './tool-error.ts';
import type { InputFileArgument } from './tool-schemas.ts';

/**
 * The input files of a call as bytes, those that are named by a path from the folders that may be read.
 *
 * @throws ToolError when one may not be read, or they are too large together
 */
export const readInputFiles = async (
  files: readonly InputFileArgument[],
  folders: AllowedFolders,
): Promise<NonNullable<RunRequest['files']>> => {
  const read = await Promise.all(
    files.map(async ({ base64, name, path, text }) => {
      if (path !== undefined) return { name, bytes: await folders.read(path, LIMITS.fileBytes) };
      const bytes = base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64');
      return { name, bytes: new Uint8Array(bytes) };
    }),
  );
  const total = read.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
  if (total > LIMITS.totalFileBytes)
    throw new ToolError('too-large', `the files are larger than ${LIMITS.totalFileBytes} bytes together`);
  return read;
};
