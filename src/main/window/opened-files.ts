/** Documents that the app was asked to open from outside: by its command line, another start, or the system. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { formatOfName } from '../../shared/ipc/documents.ts';
import { LIMITS } from '../../shared/limits.ts';

/** What a second start hands to the first one. */
export const SecondInstanceData = z.object({
  documents: z.array(z.string().max(LIMITS.pathLength)).max(LIMITS.recentDocuments),
});

/** Desktops hand over addresses, too. Null for one of another computer. */
const pathOf = (argument: string, folder: string): string | null => {
  if (!argument.startsWith('file:')) return path.resolve(folder, argument);
  try {
    return fileURLToPath(argument);
  } catch {
    return null;
  }
};

/** @param argv with the program in front  @param folder the working folder */
export const documentsIn = (argv: readonly string[], folder: string): string[] =>
  argv
    .slice(1)
    .filter((argument) => !argument.startsWith('-') && formatOfName(argument) !== null)
    .flatMap((argument) => pathOf(argument, folder) ?? [])
    .filter((file) => file.length <= LIMITS.pathLength)
    .slice(0, LIMITS.recentDocuments);
