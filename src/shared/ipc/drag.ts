/** What the page may drag out of the window. */
import { z } from 'zod';
import { Bytes, SessionName, WorkspaceFileName } from '../contract/run.ts';
import { LIMITS } from '../limits.ts';
import { SuggestedName } from './file.ts';

/** Of the picture of an output: nothing that a double click would start. */
const PictureName = SuggestedName.refine(
  (name) => /\.(?:png|jpg|gif|webp|svg)$/u.test(name),
  'must be the name of a picture',
);

export const dragArguments = {
  file: z.tuple([SessionName, WorkspaceFileName]),
  picture: z.tuple([
    PictureName,
    Bytes.refine((bytes) => bytes.byteLength <= LIMITS.displayBytes, 'is larger than an output can be'),
  ]),
  begin: z.tuple([z.uuid()]),
} as const;
