/** The modules that are Python's own, those included that the build for WebAssembly lacks: no package stands in for one. */
import { z } from 'zod';
import data from './standard-library.json' with { type: 'json' };

export const StandardLibrary = z.strictObject({
  /** Whose `sys.stdlib_module_names` they are. */
  python: z.string().regex(/^\d+\.\d+$/u),
  modules: z.array(z.string().regex(/^[A-Za-z_]\w*$/u)),
});

/** A part of the program, held against its schema by a test instead of at each start. */
export const STANDARD_MODULES: ReadonlySet<string> = new Set(data.modules);
