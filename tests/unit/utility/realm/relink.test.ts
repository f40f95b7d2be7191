import { expect, it } from 'vitest';
import { unresolvedSymbols } from '../../../../src/utility/realm/pyodide-314/unresolved-symbols.ts';
import type { Linker, SavedLinking } from '../../../../src/utility/realm/pyodide-314/linked-libraries.ts';
import { relink } from '../../../../src/utility/realm/pyodide-314/relink.ts';

it('a symbol that was not known when the memory was saved is looked for by the next library', () => {
  const linker = {
    GOT: {},
    LDSO: { loadedLibsByName: {}, loadedLibsByHandle: {} },
    HEAPU8: new Uint8Array(),
    freeTableIndexes: [],
    wasmTable: { length: 0, grow: () => 0 },
    growMemory: () => undefined,
    updateTableMap: () => undefined,
  } as unknown as Linker;
  const saved: SavedLinking = {
    memoryBytes: 0,
    libraries: [],
    addresses: [
      ['known', 16, true],
      ['unknown', -1, true],
    ],
    slots: [],
    paddedLength: 0,
    tableLength: 0,
    freeSlots: [],
  };
  relink(linker, saved, {}, () => ({}));
  expect([...unresolvedSymbols()]).toEqual([['unknown', linker.GOT['unknown']]]);
  expect(linker.GOT['unknown']).toMatchObject({ value: -1, required: true });
});
