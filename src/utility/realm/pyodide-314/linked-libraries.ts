/**
 * The shared libraries of packages in an interpreter's memory, as a snapshot records them; relink.ts puts them back
 * into a new instance. Both build on Emscripten's dynamic linker as it is in Pyodide 314.
 */

export type WasmExports = Readonly<Record<string, unknown>>;

interface WasmGlobal {
  value: number;
  required?: boolean;
}

/** A library that is loaded. */
interface LoadedLibrary {
  readonly name: string;
  exports: WasmExports;
  refcount: number;
  global: boolean;
}

interface WasmTable {
  readonly length: number;
  grow(slots: number): number;
  get(index: number): unknown;
  set(index: number, value: unknown): void;
}

/** The part of Emscripten's module that linking is about. */
export interface Linker {
  readonly HEAPU8: Uint8Array;
  readonly wasmTable: WasmTable;
  readonly GOT: Record<string, WasmGlobal>;
  readonly GOTHandler: ProxyHandler<Set<string>>;
  readonly LDSO: {
    readonly loadedLibsByName: Record<string, LoadedLibrary>;
    readonly loadedLibsByHandle: Record<number, LoadedLibrary>;
  };
  readonly freeTableIndexes: number[];
  growMemory(bytes: number): unknown;
  getFunctionAddress(value: unknown): number;
  getDylinkMetadata(module: object): {
    readonly tableSize: number;
    readonly memorySize: number;
    readonly neededDynlibs: readonly string[];
    readonly weakImports: Iterable<string>;
  };
  newDSO(name: string, handle: undefined, exports: WasmExports): LoadedLibrary;
  relocateExports(exports: WasmExports, memoryBase: number): WasmExports;
  mergeLibSymbols(exports: WasmExports, name: string): void;
  resolveGlobalSymbol(name: string): { readonly sym: unknown };
  updateTableMap(start: number, count: number): void;
  convertJsFunctionToWasm(value: unknown, signature: string | undefined): unknown;
}

export interface SavedLibrary {
  readonly name: string;
  /** Where its data lies, and how much there is. */
  readonly memoryBase: number;
  readonly memorySize: number;
  /** Where its functions lie in the table, and how many there are. */
  readonly tableBase: number;
  readonly tableSize: number;
  readonly needed: readonly string[];
  readonly weak: readonly string[];
  readonly isGlobal: boolean;
  /** -1: it is never unloaded. */
  readonly references: number;
  readonly handles: readonly number[];
}

/** What a table slot outside of the libraries' own holds: an export of a library, or of one of these. */
export const MAIN = '';
export const FROM_JAVASCRIPT = '\u0000js';

export interface SavedLinking {
  readonly memoryBytes: number;
  /** In the order in which they were loaded. */
  readonly libraries: readonly SavedLibrary[];
  /** Name, value and whether it is required. */
  readonly addresses: readonly (readonly [string, number, boolean])[];
  /** Slot, library and name of the export. */
  readonly slots: readonly (readonly [number, string, string])[];
  /** The table's length before any package. */
  readonly paddedLength: number;
  readonly tableLength: number;
  readonly freeSlots: readonly number[];
}

/** What is linked, in plain values. */
export interface LinkedState {
  readonly libraries: readonly string[];
  /** Of symbols that libraries refer to. */
  readonly addresses: readonly (readonly [name: string, address: number])[];
  readonly tableLength: number;
  readonly freeSlots: readonly number[];
}

export const linkingListed = ({ GOT, LDSO, freeTableIndexes, wasmTable }: Linker): LinkedState => ({
  libraries: Object.keys(LDSO.loadedLibsByName),
  addresses: Object.entries(GOT).map(([name, { value }]) => [name, value]),
  tableLength: wasmTable.length,
  freeSlots: [...freeTableIndexes],
});

/** Makes the table's length the same whatever the engine puts into it. */
const PAD_TO = 1024;
const PAD_ROOM = 64;

interface SeenInstance {
  readonly module: object;
  readonly exports: WasmExports;
  readonly memoryBase: number;
  readonly tableBase: number;
}

/** Watches libraries being loaded, so that what they became can be recorded. Only in a realm without a guest. */
export class LinkingRecorder {
  readonly #seen: SeenInstance[] = [];
  #linker: Linker | undefined;
  #plainLength = 0;
  #paddedLength = 0;

  /** To be called once the module is there, and before Python is. */
  begin(linker: Linker): void {
    this.#linker = linker;
    this.#plainLength = linker.wasmTable.length;
    this.#paddedLength = Math.ceil((this.#plainLength + PAD_ROOM) / PAD_TO) * PAD_TO;
    linker.wasmTable.grow(this.#paddedLength - this.#plainLength);
    // Makes Emscripten's map of the table, which it keeps up to date from then on.
    linker.getFunctionAddress(() => undefined);
    const seen = this.#seen;
    const Original = WebAssembly.Instance;
    const Watched = function Watched(module: object, imports: LibraryImports): object {
      // Before it exists: the next one's bases are others.
      const bases = 'GOT.mem' in imports ? basesOf(imports) : undefined;
      const instance = new Original(module, imports);
      if (bases !== undefined) seen.push({ module, exports: instance.exports, ...bases });
      return instance;
    };
    Watched.prototype = Original.prototype;
    WebAssembly.Instance = Watched as unknown as typeof Original;
  }

  /** @throws Error when something is in the table that could not be put there again */
  record(mainExports: WasmExports): SavedLinking {
    const linker = this.#linker;
    if (linker === undefined) throw new Error('nothing was watched');
    const { GOT, LDSO, freeTableIndexes, wasmTable } = linker;
    const instances = new Map<string, SeenInstance>();
    const libraries: SavedLibrary[] = [];
    for (const [name, loaded] of Object.entries(LDSO.loadedLibsByName)) {
      if (name === '__main__') continue;
      const instance = this.#instanceOf(loaded);
      instances.set(name, instance);
      libraries.push(describe(name, loaded, instance, linker));
    }
    const order = new Map(
      libraries.map(({ name }) => [name, this.#seen.indexOf(instances.get(name) ?? none)]),
    );
    libraries.sort((left, right) => (order.get(left.name) ?? 0) - (order.get(right.name) ?? 0));
    return {
      memoryBytes: linker.HEAPU8.length,
      libraries,
      addresses: Object.entries(GOT).map(([name, entry]) => [name, entry.value, entry.required === true]),
      slots: this.#slots(linker, libraries, instances, mainExports),
      paddedLength: this.#paddedLength,
      tableLength: wasmTable.length,
      freeSlots: [...freeTableIndexes],
    };
  }

  #instanceOf(loaded: LoadedLibrary): SeenInstance {
    const probe = Object.values(loaded.exports).find((value) => typeof value === 'function');
    const found = this.#seen.find(({ exports }) => Object.values(exports).includes(probe));
    if (found === undefined) throw new Error(`the library ${loaded.name} was not seen being loaded`);
    return found;
  }

  #slots(
    linker: Linker,
    libraries: readonly SavedLibrary[],
    instances: ReadonlyMap<string, SeenInstance>,
    mainExports: WasmExports,
  ): [number, string, string][] {
    const origins = new Map<unknown, readonly [string, string]>();
    const note = (library: string, exports: WasmExports): void => {
      for (const [name, value] of Object.entries(exports)) {
        if (typeof value === 'function' && !origins.has(value)) origins.set(value, [library, name]);
      }
    };
    note(MAIN, mainExports);
    for (const { name } of libraries) note(name, instances.get(name)?.exports ?? {});
    const fromJavaScript = new Map<number, string>();
    for (const [name, value] of Object.entries(linker.LDSO.loadedLibsByName['__main__']?.exports ?? {})) {
      if (typeof value !== 'function' || origins.has(value)) continue;
      const address = linker.getFunctionAddress(value);
      if (address >= this.#plainLength) fromJavaScript.set(address, name);
    }
    const { freeTableIndexes, wasmTable } = linker;
    const own = new Uint8Array(wasmTable.length);
    for (const { tableBase, tableSize } of libraries) own.fill(1, tableBase, tableBase + tableSize);
    // What was freed still has its function in it until the next one is put there; nothing calls it.
    const free = new Set(freeTableIndexes);
    const slots: [number, string, string][] = [];
    for (let index = this.#paddedLength; index < wasmTable.length; index++) {
      const value = own[index] === 1 || free.has(index) ? null : wasmTable.get(index);
      if (value === null) continue;
      const origin = origins.get(value);
      const imported = fromJavaScript.get(index);
      if (origin !== undefined) slots.push([index, ...origin]);
      else if (imported !== undefined) slots.push([index, FROM_JAVASCRIPT, imported]);
      else throw new Error('a function was made that can not be saved');
    }
    return slots;
  }
}

const basesOf = ({ env }: LibraryImports): Pick<SeenInstance, 'memoryBase' | 'tableBase'> => ({
  memoryBase: env.__memory_base,
  tableBase: env.__table_base,
});

const none: SeenInstance = { module: {}, exports: {}, memoryBase: 0, tableBase: 0 };

const describe = (
  name: string,
  loaded: LoadedLibrary,
  { module, memoryBase, tableBase }: SeenInstance,
  linker: Linker,
): SavedLibrary => {
  const { memorySize, neededDynlibs, tableSize, weakImports } = linker.getDylinkMetadata(module);
  const handles = Object.entries(linker.LDSO.loadedLibsByHandle).filter(([, library]) => library === loaded);
  return {
    name,
    memoryBase,
    memorySize: memorySize || 0,
    tableBase,
    tableSize: tableSize || 0,
    needed: neededDynlibs,
    weak: [...weakImports],
    isGlobal: loaded.global,
    references: loaded.refcount === Infinity ? -1 : loaded.refcount,
    handles: handles.map(([handle]) => Number(handle)),
  };
};
