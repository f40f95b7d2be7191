/** Files of the user's, which the page knows by handles alone. */
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { JsonStore } from '../../../src/main/config/json-store.ts';
import { DocumentError } from '../../../src/main/documents/document-file.ts';
import { Documents } from '../../../src/main/documents/documents.ts';
import { documentsIn } from '../../../src/main/window/opened-files.ts';
import { DOCUMENT_PIECE_BYTES } from '../../../src/shared/ipc/documents.ts';
import { LIMITS } from '../../../src/shared/limits.ts';

const newFolder = (): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-documents-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const openDocuments = async (folder: string): Promise<{ documents: Documents; told: string[] }> => {
  const told: string[] = [];
  const documents = await Documents.open({
    store: new JsonStore({
      path: path.join(folder, 'documents.json'),
      maxBytes: 1024 * 1024,
      migrations: [],
    }),
    onWaiting: () => told.push('waiting'),
    onRecent: () => told.push('recent'),
  });
  onTestFinished(() => documents.settled());
  return { documents, told };
};

const file = (folder: string, name: string, text = 'x = 1\n'): string => {
  const full = path.join(folder, name);
  writeFileSync(full, text);
  return full;
};
/** As the page does it. */
const save = (
  documents: Documents,
  id: string,
  text: string,
  known: string | null,
): ReturnType<Documents['save']> => {
  documents.give(0, bytes(text));
  return documents.save(id, known);
};
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const versionOf = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('a document', () => {
  it('is read and written under its handle, with the permissions that it has', async () => {
    const folder = newFolder();
    const script = file(folder, 'a.py');
    chmodSync(script, 0o754);
    const { documents } = await openDocuments(folder);
    const read = await documents.choose(script);
    expect(read).toMatchObject({ name: 'a.py', size: 6, version: versionOf('x = 1\n') });
    expect(documents.piece(read.version, 0)).toEqual(bytes('x = 1\n'));
    // It has gone over.
    expect(documents.piece(read.version, 0)).toBeNull();
    const saved = await save(documents, read.id, 'x = 2\n', read.version);
    expect(saved).toEqual({ kind: 'saved', version: versionOf('x = 2\n') });
    expect(readFileSync(script, 'utf8')).toBe('x = 2\n');
    if (process.platform !== 'win32') expect(statSync(script).mode & 0o7777).toBe(0o754);
    // Nothing is left beside it.
    await documents.settled();
    expect(readdirSync(folder).sort()).toEqual(['a.py', 'documents.json']);
  });

  it('is not written over when another program has written it, until that is known', async () => {
    const folder = newFolder();
    const script = file(folder, 'a.py');
    const { documents } = await openDocuments(folder);
    const { id, version } = await documents.choose(script);
    writeFileSync(script, 'theirs\n');
    expect(await save(documents, id, 'mine\n', version)).toEqual({
      kind: 'changed',
      version: versionOf('theirs\n'),
    });
    expect(readFileSync(script, 'utf8')).toBe('theirs\n');
    expect(await save(documents, id, 'mine\n', versionOf('theirs\n'))).toMatchObject({ kind: 'saved' });
    rmSync(script);
    // Nothing of anybody's is there to be lost.
    expect(await save(documents, id, 'again\n', versionOf('mine\n'))).toMatchObject({ kind: 'saved' });
    expect(readFileSync(script, 'utf8')).toBe('again\n');
  });

  it('tells its version again and again, also after changes of the same size', async () => {
    const folder = newFolder();
    const script = file(folder, 'a.py');
    const { documents } = await openDocuments(folder);
    const { id } = await documents.choose(script);
    expect(await documents.versions([id])).toEqual([versionOf('x = 1\n')]);
    writeFileSync(script, 'x = 2\n');
    utimesSync(script, 1, 2);
    expect(await documents.versions([id, id])).toEqual([versionOf('x = 2\n'), versionOf('x = 2\n')]);
    rmSync(script);
    expect(await documents.versions([id, '00000000-0000-4000-8000-000000000000'])).toEqual([null, null]);
  });

  it('has one handle, whichever way leads to it, and a link stays a link', async () => {
    const folder = newFolder();
    const script = file(folder, 'a.py');
    const link = path.join(folder, 'link.py');
    symlinkSync(script, link);
    const { documents } = await openDocuments(folder);
    const [one, other] = [await documents.choose(script), await documents.choose(link)];
    expect(other.id).toBe(one.id);
    await save(documents, other.id, 'y\n', other.version);
    expect(readFileSync(script, 'utf8')).toBe('y\n');
    expect(readFileSync(link, 'utf8')).toBe('y\n');
  });

  it('is known again after the next start, with what was recent', async () => {
    const folder = newFolder();
    const first = await openDocuments(folder);
    const { id } = await first.documents.choose(file(folder, 'a.py'));
    await first.documents.choose(file(folder, 'b.ipynb', '{}'));
    await first.documents.settled();
    const { documents } = await openDocuments(folder);
    expect(documents.recent.map((one) => path.basename(one))).toEqual(['b.ipynb', 'a.py']);
    expect(await documents.read(id)).toMatchObject({ name: 'a.py' });
    documents.forgetRecent();
    await documents.settled();
    expect((await openDocuments(folder)).documents.recent).toEqual([]);
  });

  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['other things', '{"version":0,"places":[{"id":"../x","path":5}],"recent":"a"}'],
  ])('of which the list holds %s is not known, and nothing else happens', async (_what, text) => {
    const folder = newFolder();
    file(folder, 'documents.json', text);
    const { documents } = await openDocuments(folder);
    expect(documents.recent).toEqual([]);
    expect(await documents.choose(file(folder, 'a.py'))).toMatchObject({ name: 'a.py' });
  });
});

it('a large document goes over in pieces, and comes back from them; none may be left out', async () => {
  const folder = newFolder();
  const text = Array.from({ length: 200_000 }, (_none, at) => String(at)).join('\n');
  const { documents } = await openDocuments(folder);
  const { id, size, version } = await documents.choose(file(folder, 'a.py', text));
  let got = '';
  for (let at = 0; at < size; at += DOCUMENT_PIECE_BYTES) {
    const piece = documents.piece(version, at) ?? new Uint8Array();
    got += new TextDecoder().decode(piece);
    documents.give(at, piece);
  }
  expect(got).toBe(text);
  rmSync(path.join(folder, 'a.py'));
  expect(await documents.save(id, null)).toEqual({ kind: 'saved', version });
  documents.give(0, bytes('x'));
  expect(() => documents.give(2, bytes('y'))).toThrow(DocumentError);
  const most = new Uint8Array(DOCUMENT_PIECE_BYTES);
  expect(() => {
    for (let at = 0; at <= LIMITS.documentBytes; at += most.byteLength) documents.give(at, most);
  }).toThrow('it is too large');
});

describe('a place', () => {
  it('has the ending of a document, and the version that may be written over', async () => {
    const folder = newFolder();
    const { documents } = await openDocuments(folder);
    const there = file(folder, 'there.ipynb', 'old');
    expect(await documents.place(there, 'ipynb')).toMatchObject({
      name: 'there.ipynb',
      format: 'ipynb',
      version: versionOf('old'),
    });
    expect(await documents.place(path.join(folder, 'new.PY'), 'ipynb')).toMatchObject({
      name: 'new.PY',
      format: 'py',
      version: null,
    });
    // Nobody was asked about the name that it gets.
    const ended = await documents.place(path.join(folder, 'there'), 'ipynb');
    expect(ended).toMatchObject({ name: 'there.ipynb', version: null });
    expect(await save(documents, ended.id, '{}', ended.version)).toMatchObject({ kind: 'changed' });
    expect(readFileSync(there, 'utf8')).toBe('old');
  });

  it('that is new is made as the system makes files', async () => {
    const folder = newFolder();
    const { documents } = await openDocuments(folder);
    const { id, version } = await documents.place(path.join(folder, 'new.ipynb'), 'ipynb');
    await save(documents, id, '{}', version);
    writeFileSync(path.join(folder, 'plain'), '');
    const modeOf = (name: string): number => statSync(path.join(folder, name)).mode;
    expect(modeOf('new.ipynb')).toBe(modeOf('plain'));
  });
});

describe('what is no document', () => {
  const refusal = async (make: (folder: string) => string): Promise<string> => {
    const folder = newFolder();
    const { documents } = await openDocuments(folder);
    return documents.choose(make(folder)).then(
      () => 'read',
      (error: unknown) => (error instanceof DocumentError ? error.message : String(error)),
    );
  };
  it('is refused in words, without waiting', async () => {
    expect(await refusal((folder) => path.join(folder, 'none.py'))).toBe('it is not there any more');
    expect(
      await refusal((folder) => {
        mkdirSync(path.join(folder, 'a.py'));
        return path.join(folder, 'a.py');
      }),
    ).toBe('it is a folder');
    expect(
      await refusal((folder) => {
        const large = file(folder, 'large.py');
        truncateSync(large, LIMITS.documentBytes + 1);
        return large;
      }),
    ).toBe('it is larger than 64 MiB');
    expect(await refusal(() => `/${'a'.repeat(5000)}.py`)).toBe('its path is too long');
    if (process.platform === 'win32') return;
    expect(
      await refusal((folder) => {
        execFileSync('mkfifo', [path.join(folder, 'pipe.py')]);
        return path.join(folder, 'pipe.py');
      }),
    ).toBe('it is not a file');
  });

  it('comes to be saved in whole pieces: empty ones, and more after a short one, are refused', async () => {
    const { documents } = await openDocuments(newFolder());
    const whole = new Uint8Array(DOCUMENT_PIECE_BYTES);
    documents.give(0, whole);
    expect(() => documents.give(whole.byteLength, new Uint8Array())).toThrow(DocumentError);
    documents.give(whole.byteLength, bytes('x'));
    expect(() => documents.give(whole.byteLength + 1, bytes('x'))).toThrow(DocumentError);
    documents.give(0, new Uint8Array());
    documents.give(0, bytes('x'));
    expect(() => documents.give(1, new Uint8Array())).toThrow(DocumentError);
  });

  it('can not be saved under a handle that main has not given', async () => {
    const folder = newFolder();
    const { documents } = await openDocuments(folder);
    const id = '00000000-0000-4000-8000-000000000000';
    await expect(save(documents, id, 'x', null)).rejects.toThrow('not known any more');
    await expect(documents.read(id)).rejects.toThrow(DocumentError);
  });

  it('tells of a folder that is gone', async () => {
    const folder = newFolder();
    const { documents } = await openDocuments(folder);
    const { id } = await documents.place(path.join(folder, 'gone', 'a.py'), 'py');
    await expect(save(documents, id, 'x', null)).rejects.toThrow('its folder is not there any more');
    expect(existsSync(path.join(folder, 'gone'))).toBe(false);
  });
});

describe('what is opened from outside', () => {
  it('waits for the page, once, and only documents do', async () => {
    const folder = newFolder();
    const { documents, told } = await openDocuments(folder);
    await documents.offer([path.join(folder, 'a.txt')]);
    expect(told).not.toContain('waiting');
    await documents.offer([file(folder, 'a.py'), path.join(folder, 'gone.ipynb')]);
    expect(told).toContain('waiting');
    const [id = '', gone = ''] = documents.takeWaiting();
    expect(documents.takeWaiting()).toEqual([]);
    expect(await documents.read(id)).toMatchObject({ name: 'a.py' });
    await expect(documents.read(gone)).rejects.toThrow('it is not there any more');
  });

  it('is found among the arguments of a start', () => {
    const argv = [
      '/app',
      '--flag=x.py',
      '.',
      'a.py',
      'sub/B.IPYNB',
      'c.txt',
      'file:///home/d%20e.py',
      'file://%',
    ];
    expect(documentsIn(argv, '/folder')).toEqual(
      process.platform === 'win32'
        ? expect.anything()
        : ['/folder/a.py', '/folder/sub/B.IPYNB', '/home/d e.py'],
    );
    expect(documentsIn(['/app/x.py'], '/folder')).toEqual([]);
  });
});
