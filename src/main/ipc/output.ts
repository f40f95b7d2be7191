import type { OutputDocuments } from '../app/output-documents.ts';
import type { HandlersOf } from './route.ts';

export const outputHandlers = (documents: OutputDocuments): HandlersOf<'output'> => ({
  show: ([html]) => ({ url: documents.add(html) }),
  forget: ([url]) => {
    documents.remove(url);
    return null;
  },
});
