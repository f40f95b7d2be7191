import { existsSync } from 'node:fs';
import process from 'node:process';
import { InstalledFileError } from '../runtime/installed-file.ts';
import { knowsBinding, type BindingLocations } from '../runtime/lockdown-binding.ts';
import { VivariumError } from './errors.ts';
import type { ParsedOptions } from './options.ts';

const LOCKDOWN_ARCHITECTURES = ['x64', 'arm64'];

/**
 * Holds what is installed against the option `lockdown`: a process that was started without its lock-down only reports
 * that, and runs Python all the same.
 *
 * @param system this computer
 * @throws VivariumError `lockdown-unavailable`, `assets-damaged`
 */
export const requireLockdown = (
  wish: ParsedOptions['lockdown'],
  binding: BindingLocations,
  { arch, platform }: Pick<NodeJS.Process, 'arch' | 'platform'> = process,
): void => {
  if (wish === 'optional') return;
  const isSupported = platform === 'linux' && LOCKDOWN_ARCHITECTURES.includes(arch);
  if (!isSupported) {
    if (wish === 'supported') return;
    throw unavailable(
      `there is no lock-down for ${platform} ${arch} yet; take "supported" to run without it here`,
    );
  }
  if (binding.file === null || !existsSync(binding.file)) {
    throw unavailable(
      `the native binding @koromix/koffi-linux-${arch} is not there; install the package's optional ` +
        'dependencies, and keep *.node files out of an asar (asarUnpack: ["**/*.node"]), or take "optional" to run ' +
        'without it',
    );
  }
  // Without a hash to hold it against, the binding would not be used.
  if (knowsHash(binding.manifest, `${platform}-${arch}`)) return;
  throw unavailable(
    `this Vivarium was built on another kind of computer, and knows no native binding for ${platform} ${arch}; ` +
      `build and pack it on ${platform} ${arch}, or take "optional" to run without it`,
  );
};

const knowsHash = (manifest: string, system: string): boolean => {
  try {
    return knowsBinding(manifest, system);
  } catch (cause) {
    if (cause instanceof InstalledFileError) {
      throw new VivariumError('assets-damaged', cause.message, { cause });
    }
    throw cause;
  }
};

const unavailable = (why: string): VivariumError =>
  new VivariumError('lockdown-unavailable', `lockdown: ${why}`);
