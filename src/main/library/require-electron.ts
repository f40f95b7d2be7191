import { VivariumError } from './errors.ts';

/** The oldest that this was ever run with; the range that is tested stands in docs/embedding.md. */
const OLDEST_ELECTRON = 33;

/** @throws VivariumError where this is not the main process of an Electron that will do */
export const requireElectron = (
  versions: Partial<NodeJS.ProcessVersions>,
  type: string | undefined,
): void => {
  const { electron: version } = versions;
  if (version === undefined) {
    throw new VivariumError(
      'not-electron',
      '"vivarium/main" works in Electron\'s main process only; in plain Node, import "vivarium/node"',
    );
  }
  if (type !== 'browser') {
    throw new VivariumError(
      'not-electron',
      `"vivarium/main" works in Electron's main process only, and this one is "${type ?? 'unknown'}"; make the ` +
        'sandbox there, and ask it over IPC (registerInterpreter)',
    );
  }
  const major = Number.parseInt(version, 10);
  if (major >= OLDEST_ELECTRON) return;
  throw new VivariumError(
    'unsupported-electron',
    `Electron ${version} is too old; update to ${OLDEST_ELECTRON} or newer`,
  );
};
