import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface TrustedDocuments {
  /** Folder or archive of the app. */
  readonly appFolder: string;
  readonly isPackaged: boolean;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether a document is the app's own: a file of it or, during development, one of a server on this computer. */
export const isTrustedDocument = (url: string, { appFolder, isPackaged }: TrustedDocuments): boolean => {
  const address = parse(url);
  switch (address?.protocol) {
    case 'file:':
      return isBelow(appFolder, address);
    case 'http:':
      return !isPackaged && LOOPBACK.has(address.hostname);
    default:
      return false;
  }
};

const parse = (url: string): URL | null => {
  try {
    return new URL(url);
  } catch {
    return null;
  }
};

const isBelow = (folder: string, address: URL): boolean => {
  try {
    const relative = path.relative(folder, fileURLToPath(address));
    return relative !== '' && !path.isAbsolute(relative) && relative.split(path.sep)[0] !== '..';
  } catch {
    // A host, or an encoded slash: no file of this computer's.
    return false;
  }
};
