/**
 * Well-known packages beyond Pyodide's lock, and what packages use without importing it by name. Only what stands in
 * curated-packages.json may be fetched from a package index without being named. The guest's packages.py reads the
 * same file.
 */
import { z } from 'zod';
import data from './curated-packages.json' with { type: 'json' };

const Name = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/u, 'is not a normalised package name');
const Module = z
  .string()
  .max(64)
  .regex(/^[A-Za-z_]\w*$/u, 'is not the name of a module at the top');

export const CuratedPackages = z
  .strictObject({
    /** Raised with every change of what a module is taken to be. */
    version: z.int().positive(),
    /** Pure Python packages on the package index, with the modules that each is the one to bring. */
    packages: z.record(Name, z.array(Module).min(1).max(10)),
    /** Modules of packages in Pyodide's lock that the lock does not list. */
    lockModules: z.record(Module, Name),
    /** Folders at the top that packages share, each with modules of its own in them. */
    sharedFolders: z.array(Module).max(100),
    /** Names of functions and attributes, with the modules that they import when they are used. */
    uses: z.record(z.string().max(64), z.array(Module).min(1).max(10)),
    /** Modules with fonts, for characters that Matplotlib's own lack. */
    fonts: z.strictObject({ kana: Module, hangul: Module, han: Module }),
    /** The module with time zones. */
    zones: Module,
  })
  .refine(({ packages }) => {
    const modules = Object.values(packages).flat();
    return new Set(modules).size === modules.length;
  }, 'a module has two packages');
export type CuratedPackages = z.infer<typeof CuratedPackages>;

export const CURATED: CuratedPackages = CuratedPackages.parse(data);

/** Packages by the modules that they bring. */
export const CURATED_MODULES: ReadonlyMap<string, string> = new Map(
  Object.entries(CURATED.packages).flatMap(([name, modules]) =>
    modules.map((module) => [module, name] as const),
  ),
);

/** Packages of Pyodide's lock by modules of theirs that it does not list. */
export const LOCK_MODULES: ReadonlyMap<string, string> = new Map(Object.entries(CURATED.lockModules));

/** What may be wanted without being imported: nobody learns anything from which of these is. */
export const HINTED_MODULES: ReadonlySet<string> = new Set([
  ...Object.values(CURATED.uses).flat(),
  ...Object.values(CURATED.fonts),
  CURATED.zones,
]);
