/** A sandbox of the library's, its process a plain Node child. */
import { createSandbox } from '../../src/main/library/node.ts';
import type { Sandbox, SandboxOptions } from '../../src/main/library/api/api.ts';
import { OUT_FOLDER } from './node-sandbox.ts';

/** Without packages, unless the options say otherwise. */
export const librarySandbox = (options: SandboxOptions = {}): Sandbox =>
  createSandbox({
    assetsDir: OUT_FOLDER,
    lockdown: 'optional',
    memoryMiB: 512,
    packages: false,
    ...options,
  });
