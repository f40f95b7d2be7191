import { homedir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type { PackageSettings } from '../../shared/packages/package-settings.ts';
import type { PackageSourceInfo } from '../../shared/packages/package-source.ts';
import { Downloads, type DownloadLimits } from './http/downloads.ts';
import { UserInstallMarks } from './store/user-install-marks.ts';
import { IndexLocator } from './index/index-locator.ts';
import type { PipEnvironment } from './index/pip-configuration.ts';
import type { PackageLock } from './resolve/lock-file.ts';
import { storeFolder } from './store/store-folder.ts';
import { PackageError } from './package-error.ts';
import { PackageFiles } from './store/package-files.ts';
import type { PackageServiceLimits } from './package-service-limits.ts';
import { PackageService } from './package-service.ts';
import { MirrorFolder } from './sources/mirror-folder.ts';
import { OfflinePack } from './sources/offline-pack.ts';
import { PackageIndex } from './sources/package-index.ts';
import type { PackageSource } from './sources/source.ts';
import { officialCdn, WebMirror } from './sources/web-mirror.ts';
import { SourceChain } from './sources/source-chain.ts';
import { PackageStore } from './store/store.ts';
import type { Transport } from './http/transport.ts';
import { UserLock } from './store/user-lock.ts';
import { requireWebAddress } from './http/web-address.ts';

export interface OpenPackagesOptions {
  /** See data-folder.ts. */
  readonly dataFolder: string;
  readonly pyodideVersion: string;
  readonly lock: PackageLock;
  readonly settings: PackageSettings;
  readonly transport: Transport;
  /** File of an offline pack. */
  readonly pack?: string;
  /**
   * Address of a simple index for what the lock does not know. Without it, it is the one of the settings, of the
   * user's pip, or micropip's: see index/index-locator.ts.
   */
  readonly indexUrl?: string;
  /** False when no network source may be used except the mirror and `indexUrl`. */
  readonly official?: boolean;
  /** Environment and folders of the user's pip configuration; by default those of this process. */
  readonly pip?: PipEnvironment;
  readonly downloadLimits?: DownloadLimits;
  readonly limits?: Partial<PackageServiceLimits>;
}

export interface Packages {
  readonly service: PackageService;
  readonly store: PackageStore;
  readonly userLock: UserLock;
  readonly userInstallMarks: UserInstallMarks;
  readonly pack: OfflinePack | null;
  /** Where packages come from, in the order in which it is asked; a pack is not told of. Sends nothing outside this computer. */
  readonly sources: () => Promise<readonly PackageSourceInfo[]>;
}

interface DescribedSource {
  readonly source: PackageSource;
  readonly describe: (() => Promise<PackageSourceInfo>) | null;
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
  const userInstallMarks = new UserInstallMarks(folder);
  const pack = options.pack === undefined ? null : new OfflinePack(options.pack, pyodideVersion);
  const described = sourcesOf(options, pack, store, downloads);
  const sources = described.map(({ source }) => source);
  const limits = options.limits === undefined ? {} : { limits: options.limits };
  const service = new PackageService({
    lock,
    userLock,
    userInstallMarks,
    store,
    sources,
    settings,
    ...limits,
  });
  return {
    service,
    store,
    userLock,
    userInstallMarks,
    pack,
    sources: () => Promise.all(described.flatMap(({ describe }) => describe?.() ?? [])),
  };
}

/** The one declaration of the order in which sources are asked. */
function sourcesOf(
  options: OpenPackagesOptions,
  pack: OfflinePack | null,
  store: PackageStore,
  downloads: Downloads,
): readonly DescribedSource[] {
  const { lock, official, pyodideVersion, settings } = options;
  const sources: DescribedSource[] = pack === null ? [] : [{ source: pack, describe: null }];
  const { mirror } = settings;
  if (mirror !== '') {
    const describe = (): Promise<PackageSourceInfo> => Promise.resolve({ kind: 'mirror', place: mirror });
    sources.push({ source: mirrorOf(mirror, downloads), describe });
  }
  if (official !== false) {
    const describe = (): Promise<PackageSourceInfo> => Promise.resolve({ kind: 'official' });
    sources.push({ source: officialCdn(downloads, pyodideVersion), describe });
  }
  const index = indexOf(
    options,
    store,
    sources.map(({ source }) => source),
  );
  if (index !== null) {
    const describe = async (): Promise<PackageSourceInfo> => ({ kind: 'index', inUse: await index.inUse() });
    sources.push({
      source: new PackageIndex(downloads, { index, python: lock.python, abi: lock.abi }),
      describe,
    });
  }
  return sources;
}

/** @param sources where micropip may come from */
function indexOf(
  { indexUrl, lock, official, pip, settings }: OpenPackagesOptions,
  store: PackageStore,
  sources: readonly PackageSource[],
): IndexLocator | null {
  if (indexUrl === undefined && official === false) return null;
  const files = new PackageFiles(store, 1);
  const micropip = lock.get('micropip');
  return new IndexLocator({
    given: indexUrl,
    setting: settings.index ?? '',
    pip: pip ?? { environment: process.env, platform: process.platform, home: homedir() },
    micropip: {
      fetch: (signal) => {
        if (micropip === undefined) throw new PackageError('unknown-package', 'the lock has no micropip');
        return files.bytesOf(micropip, new SourceChain(sources), signal);
      },
      kept: async () => {
        const found = micropip === undefined ? null : await store.read(micropip.sha256);
        return found?.state === 'sound' ? found.bytes : null;
      },
    },
  });
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
