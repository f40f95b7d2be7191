/** What the page may ask of the user's files: dialogs, and a search for interpreters. */
import { z } from 'zod';
import { Bytes } from '../contract/run.ts';
import { LIMITS } from '../limits.ts';

/**
 * A suggestion for the name in a dialog: no folder, nothing that means something to a file system, nothing that hides
 * what the name is or turns it around.
 */
export const SuggestedName = z
  .string()
  .min(1)
  // What is longer need not be gone through.
  .max(LIMITS.fileNameLength, { abort: true })
  .refine(
    (name) => !/[\\/:*?"<>|\p{C}\p{Zl}\p{Zp}]/u.test(name) && !/^\.+$/u.test(name),
    'must be a plain file name',
  );

export const fileArguments = {
  /** Only interpreters are looked for. */
  find: z.tuple([z.enum(['python', 'python3'])]),
  pickFile: z.tuple([z.strictObject({ title: z.string().max(200).exactOptional() })]),
  saveFile: z.tuple([
    SuggestedName,
    Bytes.refine((bytes) => bytes.byteLength <= LIMITS.fileBytes, 'is too large to be saved'),
  ]),
} as const;
