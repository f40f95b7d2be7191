import { z } from 'zod';

export const ModuleName = z
  .string()
  .max(256)
  .regex(/^[^\W\d]\w*(?:\.[^\W\d]\w*)*$/u);

/** Imports that an interpreter found in a piece of code: JSON from the guest, untrusted. */
export const ImportReport = z.strictObject({
  /** Imported, and not to be found in the interpreter. */
  modules: z.array(ModuleName).max(500),
  /** Modules that what is imported may use for what the code does with it. */
  hints: z.array(ModuleName).max(100),
  /** What the code itself asks to be installed. */
  asked: z.array(z.string().min(1).max(128)).max(100),
});
export type ImportReport = z.infer<typeof ImportReport>;
