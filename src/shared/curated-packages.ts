/**
 * Well-known packages beyond Pyodide's lock, and what packages use without importing it by name. Only what stands in
 * curated-packages.json may be fetched from a package index without being named. The guest's packages.py reads the
 * same file; nothing else in the program knows packages by name.
 */
import { z } from 'zod';
import data from './curated-packages.json' with { type: 'json' };
import { PRELOADED_FONT_MODULES, PLOT_FONTS } from './plot-fonts.ts';

const Name = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/u, 'is not a normalised package name');
const Module = z
  .string()
  .max(64)
  .regex(/^[A-Za-z_]\w*$/u, 'is not the name of a module at the top');
const Modules = z.array(Module).min(1).max(10);
const DottedModule = z
  .string()
  .max(128)
  .regex(/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/u, 'is not the name of a module');
const Identifiers = z.array(Module).min(1).max(100);

/**
 * When one of `of` is imported, and the code has one of `names` (an attribute, a name, a keyword argument) and one of
 * `texts` (a string, or with a dot the end of one), `needs` are imported, too. Left out, either is not asked for.
 */
const ImplicitUse = z
  .strictObject({
    of: Modules,
    names: Identifiers.exactOptional(),
    texts: z.array(z.string().min(2).max(64)).min(1).max(50).exactOptional(),
    needs: Modules,
  })
  .refine(({ names, texts }) => names !== undefined || texts !== undefined, 'says nothing of the code');
export type ImplicitUse = z.infer<typeof ImplicitUse>;

export const CuratedPackages = z
  .strictObject({
    /** Raised with every change of what a module is taken to be. */
    version: z.int().positive(),
    /** Pure Python packages on the package index, with the modules that each is the one to bring. */
    packages: z.record(Name, Modules),
    /** Modules of packages in Pyodide's lock that the lock does not list. */
    lockModules: z.record(Module, Name),
    /** Folders at the top that packages share, each with modules of its own in them. */
    sharedFolders: z.array(Module).max(100),
    /** Of packages that come without anyone having named them, the only bytes that are taken. */
    pins: z.record(
      Name,
      z.strictObject({ version: z.string().max(64), sha256: z.string().regex(/^[0-9a-f]{64}$/u) }),
    ),
    /** What people reach for first; with all they need it is always kept. */
    baseSet: z.array(Name).min(1).max(20),
    /** What of a package of Pyodide's lock is imported into a snapshot, where that is not what the lock says. */
    snapshotModules: z.record(Name, z.array(DottedModule).min(1).max(50)),
    /** What packages import for some uses only. */
    uses: z.array(ImplicitUse).max(500),
    /** The module with time zones, where its files are, who uses it, and which others do as well. */
    zones: z.strictObject({
      user: Module,
      module: Module,
      files: z.string().max(100),
      others: z.array(Module).max(10),
    }),
  })
  .refine(({ packages }) => {
    const modules = Object.values(packages).flat();
    return new Set(modules).size === modules.length;
  }, 'a module has two packages')
  .refine(
    ({ packages, pins }) =>
      Object.values(PLOT_FONTS.fonts).every(
        (font) => packages[font.package]?.includes(font.module) === true && Object.hasOwn(pins, font.package),
      ),
    'a font has no package, or none of one hash',
  );
export type CuratedPackages = z.infer<typeof CuratedPackages>;

/** A part of the program, held against its schema by a test: which takes some 20 ms. */
export const CURATED = data as CuratedPackages;

/** Packages by the modules that they bring. */
export const CURATED_MODULES: ReadonlyMap<string, string> = new Map(
  Object.entries(CURATED.packages).flatMap(([name, modules]) =>
    modules.map((module) => [module, name] as const),
  ),
);

/** Packages of Pyodide's lock by modules of theirs that it does not list. */
export const LOCK_MODULES: ReadonlyMap<string, string> = new Map(Object.entries(CURATED.lockModules));

/** A wheel by its version and by the SHA-256 of its bytes. */
export type PinnedWheel = CuratedPackages['pins'][string];

export const PINNED_WHEELS: ReadonlyMap<string, PinnedWheel> = new Map(Object.entries(CURATED.pins));

/** What may be wanted without being imported: which of these is reveals nothing about the code. */
export const IMPLICIT_MODULES: ReadonlySet<string> = new Set([
  ...CURATED.uses.flatMap(({ needs }) => needs),
  ...PRELOADED_FONT_MODULES,
  CURATED.zones.module,
]);

/** Words without which no piece of code can need any of them, but for characters that want a font. */
export const IMPLICIT_USE_WORDS: ReadonlySet<string> = new Set(
  CURATED.uses.flatMap(({ names = [], texts = [] }) => [
    ...names,
    ...texts.flatMap((text) => text.match(/\w+/gu) ?? []),
  ]),
);
