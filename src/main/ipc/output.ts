import { MAX_OUTPUT_ELEMENTS } from '../../shared/ipc/output.ts';
import { drawingDocument, drawingSize } from '../app/guest-drawing.ts';
import type { GuestFrames } from '../app/guest-frames.ts';
import type { OutputDocuments } from '../app/output-documents.ts';
import { hasMoreTags } from '../app/tag-count.ts';
import { ApiFailure } from './api-failure.ts';
import type { HandlersOf } from './route.ts';

/** @throws ApiFailure */
const checkComplexity = (markup: string): void => {
  if (!hasMoreTags(markup, MAX_OUTPUT_ELEMENTS)) return;
  throw new ApiFailure('too-complex', `it has more than ${MAX_OUTPUT_ELEMENTS} elements; save it instead`);
};

export const outputHandlers = (documents: OutputDocuments, frames: GuestFrames): HandlersOf<'output'> => ({
  show: ([html]) => {
    checkComplexity(html);
    return { url: documents.add(html) };
  },
  showDrawing: async ([svg]) => {
    checkComplexity(svg);
    return { url: documents.add(await drawingDocument(svg)), size: drawingSize(svg) };
  },
  measure: ([url]) => frames.measure(url),
  picture: ([url]) => frames.picture(url),
  forget: ([url]) => {
    documents.remove(url);
    return null;
  },
});
