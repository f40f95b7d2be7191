/** The shared libraries of a saved interpreter, put back into a new instance as linked-libraries.ts has recorded them. */
import { noteUnresolved } from './unresolved-symbols.ts';
import {
  FROM_JAVASCRIPT,
  MAIN,
  type Linker,
  type SavedLibrary,
  type SavedLinking,
  type WasmExports,
} from './linked-libraries.ts';

interface ImportedFunction {
  readonly stub?: boolean;
  readonly sig?: string;
}

/**
 * Loads the libraries where they were, without what their constructors did: the memory that is to come holds that.
 * Their data in the memory are blank afterwards.
 *
 * @param moduleOf the compiled library of that path
 * @throws Error when this instance differs from the one that was saved
 */
export const relink = (
  linker: Linker,
  saved: SavedLinking,
  mainExports: WasmExports,
  moduleOf: (name: string) => object,
): void => {
  const { GOT, LDSO, wasmTable } = linker;
  if (wasmTable.length > saved.paddedLength) throw new Error('the table of functions is too long');
  wasmTable.grow(saved.tableLength - wasmTable.length);
  linker.growMemory(saved.memoryBytes);
  for (const [name, value, required] of saved.addresses) restoreAddress(GOT, name, value, required);
  const imports = LDSO.loadedLibsByHandle[0]?.exports ?? {};
  const exportsOf = new Map<string, WasmExports>();
  for (const library of saved.libraries) {
    const instance = instantiate(linker, library, imports, moduleOf(library.name));
    exportsOf.set(library.name, instance.exports);
    const relocated = linker.relocateExports(instance.exports, library.memoryBase);
    instance.relocated.exports = relocated;
    const loaded = linker.newDSO(library.name, undefined, relocated);
    loaded.refcount = library.references < 0 ? Infinity : library.references;
    loaded.global = library.isGlobal;
    if (library.isGlobal) linker.mergeLibSymbols(relocated, library.name);
    for (const handle of library.handles) LDSO.loadedLibsByHandle[handle] = loaded;
  }
  for (const { memoryBase, memorySize } of saved.libraries) {
    linker.HEAPU8.fill(0, memoryBase, memoryBase + memorySize);
  }
  for (const [index, library, name] of saved.slots) {
    if (library === FROM_JAVASCRIPT) {
      const imported = imports[name] as ImportedFunction;
      wasmTable.set(index, linker.convertJsFunctionToWasm(imported, imported.sig));
    } else {
      wasmTable.set(index, (library === MAIN ? mainExports : exportsOf.get(library))?.[name]);
    }
  }
  linker.updateTableMap(saved.paddedLength, saved.tableLength - saved.paddedLength);
  linker.freeTableIndexes.length = 0;
  linker.freeTableIndexes.push(...saved.freeSlots);
};

const restoreAddress = (got: Linker['GOT'], name: string, value: number, required: boolean): void => {
  const entry = (got[name] ??= new WebAssembly.Global({ value: 'i32', mutable: true }, value));
  if (entry.value !== value) {
    if (entry.value !== -1) throw new Error(`the address of ${name} differs`);
    entry.value = value;
  }
  if (required) entry.required = true;
  if (value === -1) noteUnresolved(name, entry);
};

const instantiate = (
  linker: Linker,
  library: SavedLibrary,
  imports: WasmExports,
  module: object,
): { readonly exports: WasmExports; readonly relocated: { exports: WasmExports } } => {
  const relocated: { exports: WasmExports } = { exports: {} };
  const scope: Record<string, unknown> = {};
  for (const needed of library.needed) {
    const found = Object.values(linker.LDSO.loadedLibsByName).find(
      ({ name }) => name === needed || name.endsWith(`/${needed}`),
    );
    Object.assign(scope, found?.exports);
  }
  const late = (symbol: string): unknown => {
    let resolved: ((...values: unknown[]) => unknown) | undefined;
    return (...values: unknown[]): unknown => {
      resolved ??= (linker.resolveGlobalSymbol(symbol).sym ??
        scope[symbol] ??
        relocated.exports[symbol]) as typeof resolved;
      if (resolved === undefined) throw new Error(`Dynamic linking error: cannot resolve symbol ${symbol}`);
      return resolved(...values);
    };
  };
  const env = new Proxy<Record<string, unknown>>(
    {},
    {
      get: (stubs, symbol) => {
        if (typeof symbol !== 'string') return undefined;
        if (symbol === '__memory_base') return library.memoryBase;
        if (symbol === '__table_base') return library.tableBase;
        const imported = imports[symbol] as ImportedFunction | undefined;
        if (imported !== undefined && imported.stub !== true) return imported;
        return (stubs[symbol] ??= late(symbol));
      },
    },
  );
  const got = new Proxy(new Set(library.weak), linker.GOTHandler);
  const instance = new WebAssembly.Instance(module, {
    'GOT.mem': got,
    'GOT.func': got,
    env: env as unknown as LibraryImports['env'],
    wasi_snapshot_preview1: env,
  });
  return { exports: instance.exports, relocated };
};
