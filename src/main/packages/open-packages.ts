import path from 'node:path';
import type { PackageSettings } from '../../shared/package-settings.ts';
import { Downloads, type DownloadLimits } from './downloads.ts';
import type { PackageLock } from './lock-file.ts';
import { storeFolder } from './old-stores.ts';
import { PackageError } from './package-error.ts';
import { PackageService, type PackageServiceLimits } from './package-service.ts';
import { MirrorFolder } from './sources/mirror-folder.ts';
import { OfflinePack } from './sources/offline-pack.ts';
import { PackageIndex } from './sources/package-index.ts';
import type { PackageSource } from './sources/source.ts';
import { officialCdn, WebMirror } from './sources/web-mirror.ts';
import { PackageStore } from './store.ts';
import type { Transport } from './transport.ts';
import { UserLock } from './user-lock.ts';

export interface OpenPackagesOptions {
  /** See data-folder.ts. */
  readonly dataFolder: string;
  readonly pyodideVersion: string;
  readonly lock: PackageLock;
  readonly settings: PackageSettings;
  readonly transport: Transport;
  /** File of an offline pack. */
  readonly pack?: string;
  /** Address of a simple index (PEP 691) for what the lock does not know; without it there is none. */
  readonly indexUrl?: string;
  /** False when nothing outside this computer and the mirror may be asked. */
  readonly official?: boolean;
  readonly downloadLimits?: DownloadLimits;
  readonly limits?: Partial<PackageServiceLimits>;
}

export interface Packages {
  readonly service: PackageService;
  readonly store: PackageStore;
  readonly userLock: UserLock;
  readonly pack: OfflinePack | null;
}

/**
 * Puts the package store and its sources together: offline pack, mirror, official CDN, package index.
 *
 * @throws PackageError `bad-settings` when an address is none
 */
export function openPackages(options: OpenPackagesOptions): Packages {
  const { lock, pyodideVersion, settings } = options;
  const downloads = new Downloads(options.transport, options.downloadLimits);
  const folder = storeFolder(options.dataFolder, pyodideVersion);
  const store = new PackageStore(folder);
  const userLock = new UserLock(folder);
  const pack = options.pack === undefined ? null : new OfflinePack(options.pack, pyodideVersion);
  const sources: PackageSource[] = pack === null ? [] : [pack];
  if (settings.mirror !== '') sources.push(mirrorOf(settings.mirror, downloads));
  if (options.official !== false) sources.push(officialCdn(downloads, pyodideVersion));
  if (options.indexUrl !== undefined) {
    requireWebAddress(options.indexUrl, 'the package index');
    const { python, abi } = lock;
    sources.push(new PackageIndex(downloads, { indexUrl: options.indexUrl, python, abi }));
  }
  const limits = options.limits === undefined ? {} : { limits: options.limits };
  const service = new PackageService({ lock, userLock, store, sources, settings, ...limits });
  return { service, store, userLock, pack };
}

function mirrorOf(mirror: string, downloads: Downloads): PackageSource {
  if (path.isAbsolute(mirror)) return new MirrorFolder(mirror);
  requireWebAddress(mirror, 'the mirror');
  return new WebMirror(downloads, {
    name: 'the mirror',
    baseUrl: mirror,
    otherHosts: false,
    offers: true,
  });
}

function requireWebAddress(text: string, what: string): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/u.test(url.protocol)) {
    throw new PackageError(
      'bad-settings',
      `${what} "${text.slice(0, 200)}" is neither an absolute folder nor an http(s) address; correct the setting`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new PackageError(
      'bad-settings',
      `${what} has a user name or password in its address, which is not supported; take it out`,
    );
  }
}
