import type { RunRequest } from '../../shared/sandbox.ts';
import type { EnsureOptions, Wheel } from '../packages/package-service.ts';
import type { InstallProgress } from '../packages/progress.ts';
import { scriptDependencies } from '../packages/script-metadata.ts';
import { bringPackages } from './bring-packages.ts';
import type { Clock } from './clock.ts';
import { imageKey, type ImageStore, type StoredImage } from './image-store.ts';
import { guessImports } from './import-guess.ts';
import type { PackageProvider } from './package-provider.ts';
import type { SidecarClient } from './sidecar-client.ts';
import { raceStop } from './stop-signal.ts';

/** For an image to be made, or handed over, in ms; then the run goes on without. */
const LIMIT_MS = 150_000;

/** Less than that is imported faster than an image is restored, in bytes of wheels. */
const WORTH_BYTES = 2_000_000;

/** What of a package is imported first, where that is not the package itself. */
const ENTRANCES: Readonly<Record<string, string>> = {
  matplotlib: 'matplotlib.pyplot',
  pillow: 'PIL.Image',
  lxml: 'lxml.etree',
};

/** An image that an interpreter can be started from, in that process. */
export interface ChosenImage {
  readonly sidecar: SidecarClient;
  readonly key: string;
  /** In it. */
  readonly wheels: readonly Wheel[];
  /** Of those, what the run needs. */
  readonly needed: readonly string[];
}

export interface ImageChooserOptions {
  readonly provider: PackageProvider;
  readonly store: ImageStore;
  readonly clock: Clock;
  /** Gives the process for the next run. */
  readonly sidecar: () => Promise<SidecarClient>;
}

/** What a run seems to need. */
interface Need {
  readonly roots: readonly string[];
  readonly wheels: readonly Wheel[];
  readonly modules: readonly string[];
}

/**
 * Finds an image that has the packages a run needs, or has one made. Whatever goes wrong only costs time: packages
 * that no image brings are installed one by one.
 */
export class ImageChooser {
  readonly #provider: PackageProvider;
  readonly #store: ImageStore;
  readonly #clock: Clock;
  readonly #sidecar: () => Promise<SidecarClient>;

  constructor({ clock, provider, sidecar, store }: ImageChooserOptions) {
    this.#provider = provider;
    this.#store = store;
    this.#clock = clock;
    this.#sidecar = sidecar;
  }

  /**
   * What the run needs is fetched first, for as long as that takes.
   *
   * @returns null when there is no image for the run. Never rejects
   */
  async choose(
    request: RunRequest,
    signal: AbortSignal,
    onProgress?: (progress: InstallProgress) => void,
  ): Promise<ChosenImage | null> {
    try {
      const guessed = guessImports(request.code);
      const named = [...(request.packages ?? []), ...scriptDependencies(request.code)];
      const imported = await this.#provider.packagesForImports(guessed);
      if (imported.length + named.length === 0) return null;
      // The run needs it in any case: it may start meanwhile.
      const starting = this.#sidecar();
      starting.catch(() => undefined);
      const ask: EnsureOptions = {
        askedBy: 'code',
        signal,
        ...(onProgress === undefined ? {} : { onProgress }),
      };
      const need = await this.#need(guessed, imported, named, ask);
      if (need === null) return null;
      const finding = this.#find(need, starting, signal).catch(() => null);
      const raced = await raceStop(finding, this.#clock, LIMIT_MS, signal);
      return raced.stopped === null ? raced.value : null;
    } catch {
      // What is missing, and why, comes up again when packages are installed.
      return null;
    }
  }

  /** It could not be used. */
  async discard(key: string): Promise<void> {
    await this.#store.discard(key);
  }

  async #find(
    need: Need,
    starting: Promise<SidecarClient>,
    signal: AbortSignal,
  ): Promise<ChosenImage | null> {
    const sidecar = await starting;
    const { runtimeKey } = sidecar;
    if (runtimeKey === undefined) return null;
    const needed = need.wheels.map(({ name }) => name);
    for (const stored of await this.#store.list(runtimeKey)) {
      const wheels = await this.#load(stored, need, sidecar, signal);
      if (wheels !== null) return { sidecar, key: stored.key, wheels, needed };
    }
    const key = await this.#make(need, runtimeKey, sidecar, signal);
    return key === null ? null : { sidecar, key, wheels: need.wheels, needed };
  }

  async #need(
    guessed: readonly string[],
    imported: readonly string[],
    named: readonly string[],
    ask: EnsureOptions,
  ): Promise<Need | null> {
    const all = await this.#provider.ensure([...named, ...imported], ask);
    // What others than Pyodide's makers vouch for is imported by those only who want it.
    const ofLock = imported.filter((name) =>
      all.some((wheel) => wheel.name === name && wheel.origin === 'lock'),
    );
    if (ofLock.length === 0) return null;
    const wheels = await this.#provider.ensure(ofLock, ask);
    if (wheels.reduce((total, { bytes }) => total + bytes, 0) < WORTH_BYTES) return null;
    const provided = await Promise.all(
      guessed.map(async (module) => [module, await this.#provider.packagesForImports([module])] as const),
    );
    const modules = provided.filter(([, [name]]) => name !== undefined && ofLock.includes(name));
    const entrances = wheels.map(({ name }) => ENTRANCES[name]).filter((module) => module !== undefined);
    return {
      roots: ofLock,
      wheels,
      modules: [...new Set([...modules.map(([module]) => module), ...entrances])],
    };
  }

  /** The image's wheels, once it is there; null when it is not for this run. */
  async #load(
    image: StoredImage,
    need: Need,
    sidecar: SidecarClient,
    signal: AbortSignal,
  ): Promise<readonly Wheel[] | null> {
    const has = new Set(image.hashes);
    if (!need.wheels.every(({ sha256 }) => has.has(sha256))) return null;
    // Not more than what the settings allow now, and as the locks know it now.
    const wheels = await this.#provider.ensure(image.roots, { askedBy: 'code', signal }).catch(() => []);
    if (wheels.length !== image.hashes.length || !wheels.every(({ sha256 }) => has.has(sha256))) return null;
    if (await sidecar.hasImage(image.key)) return wheels;
    const reading = this.#store.read(image.key);
    await this.#bringPackages(wheels, sidecar, signal);
    const bytes = await reading;
    if (bytes === undefined) return null;
    try {
      await sidecar.loadImage(image.key, image.hashes, bytes);
      return wheels;
    } catch {
      await this.#store.discard(image.key);
      return null;
    }
  }

  /** The new image's key, or null when none can be made in this process. */
  async #make(
    { roots, wheels, modules }: Need,
    runtime: string,
    sidecar: SidecarClient,
    signal: AbortSignal,
  ): Promise<string | null> {
    if (!sidecar.isPristine) return null;
    await this.#bringPackages(wheels, sidecar, signal);
    const content = { runtime, roots: [...roots], hashes: wheels.map(({ sha256 }) => sha256) };
    const key = imageKey(content);
    const image = await sidecar.makeImage(key, content.hashes, modules);
    if (image === undefined) return null;
    await this.#store.keep(content, image);
    return key;
  }

  async #bringPackages(wheels: readonly Wheel[], sidecar: SidecarClient, signal: AbortSignal): Promise<void> {
    const missing = await sidecar.missingPackages(wheels.map(({ sha256 }) => sha256));
    await bringPackages(wheels, missing, this.#provider, sidecar, signal);
  }
}
