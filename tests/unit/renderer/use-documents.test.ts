/** What the actions of documents ask of main, and what the page knows after that. */
import { createApp, ref } from 'vue';
import { expect, it } from 'vitest';
import type { DocumentsApi, WindowApi } from '../../../src/shared/ipc/api.ts';
import { documentsArguments } from '../../../src/shared/ipc/documents.ts';
import { SERVICES, Toasts, type Services } from '../../../src/renderer/app/services.ts';
import { createTranslation, TRANSLATION } from '../../../src/renderer/app/translation.ts';
import { fillSession, readDocument } from '../../../src/renderer/console/documents/document-content.ts';
import { DocumentFiles } from '../../../src/renderer/console/documents/document-files.ts';
import { DocumentQueue } from '../../../src/renderer/console/documents/document-queue.ts';
import type { Session } from '../../../src/renderer/console/model/session.ts';
import { useDocuments, type DocumentActions } from '../../../src/renderer/console/use-documents.ts';
import { openedConsole, type OpenedConsole } from './support.ts';

const ID = '5f4f5c0e-0000-4000-8000-000000000000';
const versionOf = (digit: string): string => digit.repeat(64);

interface Page extends OpenedConsole {
  readonly actions: DocumentActions;
  readonly session: Session;
  /** Names that were suggested for a place. */
  readonly suggested: readonly string[];
  /** What was written, as texts. */
  readonly written: readonly string[];
}

/** A page that has opened a notebook of this name, beside a main in which its file is on disk. */
const openPage = (name: string, onDisk: { version: string }): Page => {
  const suggested: string[] = [];
  const written: string[] = [];
  let given: Uint8Array[] = [];
  const documents: Partial<DocumentsApi> = {
    place: (request) => {
      suggested.push(request.name);
      const { success } = documentsArguments.place.safeParse([request]);
      return Promise.resolve(
        success
          ? { ok: true, value: { id: ID, name: request.name, format: request.format, version: null } }
          : { ok: false, error: { code: 'failed', message: 'refused' } },
      );
    },
    give: (at, bytes) => {
      given = at === 0 ? [bytes] : [...given, bytes];
      return Promise.resolve({ ok: true, value: null });
    },
    save: () => {
      written.push(given.map((piece) => new TextDecoder().decode(piece)).join(''));
      return Promise.resolve({ ok: true, value: { kind: 'saved', version: onDisk.version } });
    },
    versions: () => Promise.resolve({ ok: true, value: [onDisk.version] }),
  };
  const opened = openedConsole(({ code }) => ({ stdout: `brought out by ${code}` }));
  const services: Partial<Services> = {
    api: { documents: documents as DocumentsApi } as WindowApi,
    console: opened.store,
    documents: new DocumentQueue(),
    documentFiles: new DocumentFiles(documents as DocumentsApi),
    view: ref('console'),
    toasts: new Toasts(),
  };
  const app = createApp({});
  app.provide(SERVICES, services as Services).provide(TRANSLATION, createTranslation(ref('en')));
  const session = opened.store.active.value;
  if (session === null) throw new Error('no session');
  const cell = { cell_type: 'code', execution_count: null, id: 'a', metadata: {}, outputs: [], source: 'x' };
  const text = JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 });
  const reading = readDocument('ipynb', new TextEncoder().encode(text));
  if (reading.kind === 'refused') throw new Error(reading.reason);
  fillSession(session, { id: ID, name, version: onDisk.version }, 'ipynb', reading);
  return { ...opened, actions: app.runWithContext(useDocuments), session, suggested, written };
};

it.each([
  ['What is X?.ipynb', 'What is X.ipynb'],
  ['a: b.IPYNB', 'a  b.IPYNB'],
  ['plain.ipynb', 'plain.ipynb'],
  ['?.ipynb', 'notebook.ipynb'],
  [`${'\u{1F600}'.repeat(150)}.ipynb`, `${'\u{1F600}'.repeat(124)}.ipynb`],
])('the name %s is suggested as one that every system has', async (name, expected) => {
  const page = openPage(name, { version: versionOf('a') });
  expect(await page.actions.saveAs(page.session)).toBe(true);
  expect(page.suggested).toEqual([expected]);
});

it('a conflict is none any more when the file is again what the page knows', async () => {
  const onDisk = { version: versionOf('a') };
  const { actions, session } = openPage('a.ipynb', onDisk);
  onDisk.version = versionOf('b');
  await actions.check();
  expect(session.conflict?.version).toBe(versionOf('b'));
  onDisk.version = versionOf('a');
  await actions.check();
  expect(session.conflict).toBeNull();
});

it('saving waits for the outputs that are kept, and what was saved is the source from then on', async () => {
  const { actions, session, store, written } = openPage('a.ipynb', { version: versionOf('a') });
  const [cell] = session.cells;
  if (cell === undefined) throw new Error('no cell');
  await store.run(session, cell);
  cell.isLoading = true;
  const items = cell.items;
  cell.items = [];
  const saving = actions.save(session);
  await Promise.resolve();
  expect(written).toEqual([]);
  cell.items = items;
  cell.isLoading = false;
  expect(await saving).toBe(true);
  expect(written[0]).toContain('brought out by x');
  expect(cell.origin?.keepsOutputs).toBe(true);
  expect(session.documentSource?.cells[0]).toContain('brought out by x');
  cell.items = [];
  await actions.save(session);
  expect(written[1]).toBe(written[0]);
});
