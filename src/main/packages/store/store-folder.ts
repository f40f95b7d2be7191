import path from 'node:path';

/** Where the stores of all versions are. @param dataFolder see data-folder.ts */
export const storesFolder = (dataFolder: string): string => path.join(dataFolder, 'pyodide-cache');

/** The folder of one version's store. */
export const storeFolder = (dataFolder: string, pyodideVersion: string): string =>
  path.join(storesFolder(dataFolder), pyodideVersion);
