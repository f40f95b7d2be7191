import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { systemErrorCode } from '../../base/system-error.ts';

/** What pip's configuration depends on. */
export interface PipEnvironment {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** The user's own folder. */
  readonly home: string;
}

/** Which index the user's pip asks. */
export type PipIndex =
  /** `address` may hold a user name and a password. */
  | { readonly kind: 'index'; readonly address: string; readonly place: string }
  /** pip is configured to use no index (`no-index`). */
  | { readonly kind: 'none'; readonly place: string }
  /** pip has no configuration of an index. */
  | { readonly kind: 'unset' };

const MAX_FILE_BYTES = 256 * 1024;

/** Those that `pip install` obeys; the later one wins. */
const SECTIONS = ['global', 'install'] as const;

/** Values that pip reads as true. */
const YES = new Set(['1', 'true', 't', 'yes', 'y', 'on']);

/** Reads which index pip asks. */
export const readPipIndex = async (surroundings: PipEnvironment): Promise<PipIndex> => {
  const options = await readOptions(surroundings);
  const none = options.get('no-index');
  if (none !== undefined && YES.has(none.value.toLowerCase())) return { kind: 'none', place: none.place };
  const index = options.get('index-url');
  return index === undefined
    ? { kind: 'unset' }
    : { kind: 'index', address: index.value, place: index.place };
};

/** The file of certificates that pip trusts; null when it is not told of any. */
export const readPipCertificates = async (surroundings: PipEnvironment): Promise<string | null> =>
  (await readOptions(surroundings)).get('cert')?.value ?? null;

/** The environment's names of what matters here. */
const VARIABLES = [
  ['index-url', 'PIP_INDEX_URL'],
  ['no-index', 'PIP_NO_INDEX'],
  ['cert', 'PIP_CERT'],
] as const;

/**
 * As pip does: of its files the later ones win, `[install]` wins over `[global]`, and environment variables win over
 * both. Files that are not there or can't be read count for nothing.
 */
const readOptions = async (
  surroundings: PipEnvironment,
): Promise<ReadonlyMap<string, { readonly value: string; readonly place: string }>> => {
  const found = new Map<string, { value: string; place: string }>();
  const files = await Promise.all(
    (await configurationFiles(surroundings)).map(async (file) => ({
      file,
      options: optionsOf(await textOf(file)),
    })),
  );
  for (const section of SECTIONS) {
    for (const { file, options } of files) {
      for (const [key, value] of options[section]) if (value !== '') found.set(key, { value, place: file });
    }
  }
  for (const [key, name] of VARIABLES) {
    const value = surroundings.environment[name]?.trim() ?? '';
    if (value !== '') found.set(key, { value, place: name });
  }
  return found;
};

/** Where pip's configuration is, in the order in which it is read: later ones win. */
export const configurationFiles = async (surroundings: PipEnvironment): Promise<string[]> => {
  const { environment, home, platform } = surroundings;
  const isWindows = platform === 'win32';
  const join = (...parts: string[]): string => (isWindows ? path.win32 : path.posix).join(...parts);
  const name = isWindows ? 'pip.ini' : 'pip.conf';
  const own = environment['PIP_CONFIG_FILE'] ?? '';
  // pip's way to have no configuration file at all.
  if (own === (isWindows ? 'nul' : '/dev/null')) return [];
  const virtual = environment['VIRTUAL_ENV'] ?? '';
  const users = [join(home, isWindows ? 'pip' : '.pip', name), join(await userFolder(surroundings), name)];
  return [
    ...machineFolders(environment, platform).map((folder) => join(folder, name)),
    ...(own !== '' && (await isThere(own)) ? [] : users),
    ...(virtual === '' ? [] : [join(virtual, name)]),
    ...(own === '' ? [] : [own]),
  ];
};

const machineFolders = (
  environment: PipEnvironment['environment'],
  platform: NodeJS.Platform,
): readonly string[] => {
  switch (platform) {
    case 'win32':
      return [path.win32.join(environment['PROGRAMDATA'] ?? 'C:\\ProgramData', 'pip')];
    case 'darwin':
      return ['/Library/Application Support/pip'];
    default: {
      const shared = environment['XDG_CONFIG_DIRS'] ?? '';
      const folders = (shared === '' ? '/etc/xdg' : shared).split(':').filter((folder) => folder !== '');
      return [...folders.map((folder) => path.posix.join(folder, 'pip')), '/etc'];
    }
  }
};

const userFolder = async ({ environment, home, platform }: PipEnvironment): Promise<string> => {
  switch (platform) {
    case 'win32':
      return path.win32.join(environment['APPDATA'] ?? path.win32.join(home, 'AppData', 'Roaming'), 'pip');
    case 'darwin': {
      const usual = path.posix.join(home, 'Library', 'Application Support', 'pip');
      return (await isThere(usual)) ? usual : path.posix.join(home, '.config', 'pip');
    }
    default: {
      const shared = environment['XDG_CONFIG_HOME'] ?? '';
      return path.posix.join(shared === '' ? path.posix.join(home, '.config') : shared, 'pip');
    }
  }
};

const isThere = (place: string): Promise<boolean> =>
  stat(place).then(
    () => true,
    () => false,
  );

/** '' for a file that is not there or can't be read. Links are followed: many keep their settings elsewhere. */
const textOf = async (file: string): Promise<string> => {
  try {
    const found = await stat(file);
    // Reading a pipe would block.
    return found.isFile() && found.size <= MAX_FILE_BYTES ? await readFile(file, 'utf8') : '';
  } catch (error) {
    if (systemErrorCode(error) === null) throw error;
    return '';
  }
};

type Options = Readonly<Record<(typeof SECTIONS)[number], ReadonlyMap<string, string>>>;

/**
 * The options that matter to `pip install`. Python's form of INI, which others only resemble: `:` separates as `=`
 * does, comments have lines of their own, and what is indented further belongs to the option before.
 */
export const optionsOf = (text: string): Options => {
  const sections = { global: new Map<string, string>(), install: new Map<string, string>() };
  let section: Map<string, string> | null = null;
  let indent = Infinity;
  for (const line of text.split('\n')) {
    const words = line.trim();
    if (words === '' || words.startsWith('#') || words.startsWith(';')) continue;
    const depth = line.length - line.trimStart().length;
    if (depth > indent) continue;
    const end = words.startsWith('[') ? words.indexOf(']') : -1;
    if (end > 1) {
      const header = words.slice(1, end);
      section = header === 'global' || header === 'install' ? sections[header] : null;
      indent = Infinity;
      continue;
    }
    indent = depth;
    const separator = words.search(/[=:]/u);
    if (separator === -1) continue;
    const key = words.slice(0, separator).trim().toLowerCase().replaceAll('_', '-');
    section?.set(key, words.slice(separator + 1).trim());
  }
  return sections;
};
