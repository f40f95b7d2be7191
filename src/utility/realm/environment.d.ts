/** What exists in the realm or in the bundle but in no library that TypeScript is told of here. */

declare module 'pyodide/pyodide.asm.mjs' {
  const createPyodideModule: (settings: object) => Promise<object>;
  export default createPyodideModule;
}

declare module '*.json?raw' {
  const text: string;
  export default text;
}

declare module '*.py?raw' {
  const source: string;
  export default source;
}

/** What a shared library is instantiated with. */
interface LibraryImports {
  readonly env: { readonly __memory_base: number; readonly __table_base: number };
  readonly [module: string]: object;
}

interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

declare const WebAssembly: {
  Module: {
    new (source: ArrayBufferView | ArrayBuffer): object;
    readonly prototype: object;
    readonly customSections: (module: object, name: string) => ArrayBuffer[];
  };
  Instance: { new (module: object, imports: LibraryImports): WasmInstance; readonly prototype: object };
  Global: new (
    kind: { readonly value: 'i32'; readonly mutable: true },
    value: number,
  ) => { value: number; required?: boolean };
  instantiate(module: object, imports: object): Promise<WasmInstance>;
  Exception: new (...values: never) => object;
};
