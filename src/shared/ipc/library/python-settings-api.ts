/** What the settings of Python ask main: part of the window's API, and all of what a page of an embedding app has. */
import type { Answer } from '../answer.ts';
import type { ConfigApi, FileApi, PackagesApi, Subscribe, WindowApi } from '../api.ts';
import type { SettingsNow } from '../config.ts';
import type { InstalledPackages, PackageReport } from '../packages.ts';

/** What is kept on disk for the embedded Python. */
export interface StoredPythonApi extends Pick<PackagesApi, 'cancel' | 'onProgress'> {
  list(): Promise<Answer<Pick<InstalledPackages, 'totalBytes'>>>;
  /** Reads and checks everything. */
  verify(task: { readonly taskId: string }): Promise<Answer<Pick<PackageReport, 'damaged'>>>;
}

export interface PythonSettingsApi {
  readonly config: Pick<ConfigApi, 'get' | 'set'> & { readonly onChange: Subscribe<SettingsNow> };
  readonly packages: StoredPythonApi;
  readonly native: WindowApi['native'];
  readonly file: Pick<FileApi, 'find' | 'pickFile'>;
}
