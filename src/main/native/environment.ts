import { TREE_MARKER } from '../base/process-tree.ts';

// Variables for program paths, home and temporary folders, locale and network. All others are left out: the code may be
// a model's, and environments hold keys and tokens.
const PASSED = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'TMP',
  'TEMP',
  // Where Python and its environments are.
  'VIRTUAL_ENV',
  'CONDA_PREFIX',
  'CONDA_DEFAULT_ENV',
  'PYTHONPATH',
  'PYENV_ROOT',
  'PYENV_VERSION',
  'XDG_CACHE_HOME',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'DYLD_FALLBACK_LIBRARY_PATH',
  // Windows programs do not start without some of these.
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'WINDIR',
  'COMSPEC',
  'PATHEXT',
  'USERNAME',
  'USERPROFILE',
  'HOMEDRIVE',
  'HOMEPATH',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
  'PROGRAMFILES',
  'PROGRAMFILES(X86)',
  'PROCESSOR_ARCHITECTURE',
  'NUMBER_OF_PROCESSORS',
  // Certificates, and the way out of a company's network.
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'REQUESTS_CA_BUNDLE',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
]);

const mayPass = (name: string, value: string): boolean => {
  // Windows does not care about case, and proxies come in both.
  const upper = name.toUpperCase();
  if (upper.startsWith('LC_')) return true;
  // A proxy's address may have a password in it.
  return PASSED.has(upper) && !(upper.endsWith('_PROXY') && value.includes('@'));
};

const LISTS = new Set(['PATH', 'LD_LIBRARY_PATH', 'PYTHONPATH']);

/** An AppImage puts its own folders first; another program's libraries break in there. */
const withoutAppImage = (name: string, value: string, appFolder: string): string => {
  if (appFolder === '' || !LISTS.has(name)) return value;
  const isOurs = (folder: string): boolean => folder === appFolder || folder.startsWith(`${appFolder}/`);
  return value
    .split(':')
    .filter((folder) => !isOurs(folder))
    .join(':');
};

/** The part of an environment that native code gets to see. */
const passedEnvironment = (environment: NodeJS.ProcessEnv): Record<string, string> => {
  const appFolder = environment['APPDIR'] ?? '';
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && mayPass(name, value)) passed[name] = withoutAppImage(name, value, appFolder);
  }
  return passed;
};

/** The environment of one run. */
export const runEnvironment = (environment: NodeJS.ProcessEnv, marker: string): Record<string, string> => ({
  ...passedEnvironment(environment),
  [TREE_MARKER]: marker,
  PYTHONUTF8: '1',
  PYTHONIOENCODING: 'utf-8',
  // A cached .pyc beside an imported input file would look like a result.
  PYTHONDONTWRITEBYTECODE: '1',
  // A plot must not wait until the user closes its window.
  MPLBACKEND: 'agg',
});
