import { describe, expect, it } from 'vitest';
import {
  placeFiles,
  readPackageFiles,
  type FileNode,
  type FolderNode,
  type PackageFileSystem,
} from '../../../../../src/utility/realm/pyodide-314/package-files.ts';

type Node = FileNode & { contents?: Uint8Array | null };

/** As much of Emscripten's file system as files are placed in. */
const fileSystem = () => {
  const folders = new Map<string, FolderNode & { contents: Record<string, Node> }>();
  const files: PackageFileSystem = {
    mkdirTree: (path) => {
      if (!folders.has(path)) folders.set(path, { mode: 0, contents: {} });
    },
    lookupPath: (path) => ({ node: folders.get(path) ?? { mode: 0, contents: {} } }),
    ErrnoError: class extends Error {
      constructor(errno: number) {
        super(`errno ${errno}`);
      }
    },
    filesystems: {
      MEMFS: {
        createNode: (parent, name) => {
          const node: Node = { mode: 0, usedBytes: 0, mtime: 0 };
          (parent.contents as Record<string, Node>)[name] = node;
          return node;
        },
      },
    },
  };
  const nodeAt = (path: string): Node | undefined => {
    const slash = path.lastIndexOf('/');
    return folders.get(path.slice(0, slash))?.contents[path.slice(slash + 1)];
  };
  return { files, nodeAt };
};

/** Places files that consist of their own paths, with numbers from 10 on. */
const placed = (...paths: string[]) => {
  const { files, nodeAt } = fileSystem();
  const asked: (readonly [id: number, count: number])[] = [];
  const contentOf = (id: number): Uint8Array => new TextEncoder().encode(paths[id - 10]);
  placeFiles(
    files,
    paths,
    paths.map((path) => path.length),
    10,
    () => false,
    (id, sizes) => {
      asked.push([id, sizes.length]);
      return sizes.map((_size, index) => contentOf(id + index));
    },
  );
  const read = (path: string): string => new TextDecoder().decode(nodeAt(path)?.contents ?? undefined);
  return { asked, nodeAt, read };
};

describe('files of a package', () => {
  it('are read when they are first used, a source with those that follow it in its folder', () => {
    const paths = ['/p/a.py', '/p/b.py', '/p/data.bin', '/p/c.py', '/p/sub/d.py', '/p/sub/e.py'];
    const { asked, nodeAt, read } = placed(...paths);
    expect(asked).toEqual([]);
    expect(paths.map((path) => nodeAt(path)?.usedBytes)).toEqual(paths.map(({ length }) => length));
    expect(read('/p/a.py')).toBe('/p/a.py');
    expect(read('/p/b.py')).toBe('/p/b.py');
    expect(asked).toEqual([[10, 2]]);
    expect([read('/p/data.bin'), read('/p/c.py')]).toEqual(['/p/data.bin', '/p/c.py']);
    expect([read('/p/sub/d.py'), read('/p/sub/e.py')]).toEqual(['/p/sub/d.py', '/p/sub/e.py']);
    expect(asked.slice(1)).toEqual([
      [12, 1],
      [13, 1],
      [14, 2],
    ]);
  });

  it('are left as they are where code has written to them, or read them before', () => {
    const { asked, nodeAt, read } = placed('/p/a.py', '/p/b.py', '/p/c.py');
    const written = nodeAt('/p/b.py');
    if (written !== undefined) written.contents = new TextEncoder().encode('mine');
    expect([read('/p/a.py'), read('/p/b.py'), read('/p/c.py')]).toEqual(['/p/a.py', 'mine', '/p/c.py']);
    expect(asked).toEqual([
      [10, 1],
      [12, 1],
    ]);
  });

  it('are those of the package that was placed last, where two share a path', () => {
    const { files, nodeAt } = fileSystem();
    const place = (firstId: number, letter: string, ...paths: string[]): void =>
      placeFiles(
        files,
        paths,
        paths.map(() => 3),
        firstId,
        () => false,
        (_id, sizes) => sizes.map((size) => new TextEncoder().encode(letter.repeat(size))),
      );
    place(0, 'a', '/p/a.py', '/p/shared.py');
    place(2, 'b', '/p/shared.py', '/p/z.py');
    const read = (path: string): string => new TextDecoder().decode(nodeAt(path)?.contents ?? undefined);
    expect([read('/p/a.py'), read('/p/shared.py'), read('/p/z.py')]).toEqual(['aaa', 'bbb', 'bbb']);
  });

  it('are each read by themselves where they can only be copied', () => {
    const { files, nodeAt } = fileSystem();
    const copied: number[] = [];
    const copyFile = (id: number, target: Uint8Array): boolean => {
      copied.push(id);
      target.fill(0x61);
      return id !== 1;
    };
    placeFiles(files, ['/p/a.py', '/p/b.py', '/p/c.py'], [2, 1, 1], 0, copyFile);
    expect(new TextDecoder().decode(nodeAt('/p/a.py')?.contents ?? undefined)).toBe('aa');
    expect(() => nodeAt('/p/b.py')?.contents).toThrow('errno 29');
    expect(copied).toEqual([0, 1]);
  });
});

describe('the answer about several files', () => {
  const bridgeWith = (answer: string) => {
    const requests: string[] = [];
    return {
      requests,
      call: (_name: string, request: string, target: Uint8Array): number => {
        requests.push(request);
        return new TextEncoder().encodeInto(answer, target).written;
      },
    };
  };
  const texts = (found: readonly Uint8Array[] | null): string[] | null =>
    found?.map((bytes) => new TextDecoder().decode(bytes)) ?? null;

  it('is taken apart by their sizes, as far as whole ones came', () => {
    const bridge = bridgeWith('aabbbcc');
    expect(texts(readPackageFiles(bridge, 7, [2, 3, 0, 4]))).toEqual(['aa', 'bbb', '']);
    expect(bridge.requests.map((request) => JSON.parse(request) as unknown)).toEqual([
      { id: 7, offset: 0, ahead: 7 },
    ]);
  });

  it('is of no use when the file itself is not whole', () => {
    expect(readPackageFiles(bridgeWith('a'), 7, [2, 3])).toBeNull();
    expect(readPackageFiles({ call: () => -1 }, 7, [2, 3])).toBeNull();
  });
});
