/** What exists in the realm or in the bundle but in no library that TypeScript is told of here. */

declare module 'pyodide/pyodide.asm.mjs' {
  const createPyodideModule: (settings: object) => Promise<object>;
  export default createPyodideModule;
}

declare module '*.py?raw' {
  const source: string;
  export default source;
}

declare const WebAssembly: {
  Module: { prototype: object };
  instantiate(module: object, imports: object): Promise<object>;
  instantiateStreaming?: (response: unknown, imports: object) => Promise<object>;
};
