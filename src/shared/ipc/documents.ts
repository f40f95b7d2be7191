/** What the page may ask of documents: files of its user's, each under a handle that main gave it. No path comes from the page. */
import { z } from 'zod';
import { Bytes } from '../contract/run.ts';
import { LIMITS } from '../limits.ts';
import { SuggestedName } from './file.ts';

export const DOCUMENT_FORMATS = ['ipynb', 'py'] as const;
export const DocumentFormat = z.enum(DOCUMENT_FORMATS);
export type DocumentFormat = z.infer<typeof DocumentFormat>;

/** Null when a name has the ending of neither. */
export const formatOfName = (name: string): DocumentFormat | null =>
  DOCUMENT_FORMATS.find((format) => name.toLowerCase().endsWith(`.${format}`)) ?? null;

/** Stands for a file that its user has chosen, also after the app was started again. */
export const DocumentId = z.string().max(36, { abort: true }).pipe(z.uuid());
/** Of the content of a file: its SHA-256 in hexadecimal digits. */
export const DocumentVersion = z
  .string()
  .max(64, { abort: true })
  .regex(/^[\da-f]{64}$/u, 'must be a SHA-256');
/** Most of a document that goes over at once, in bytes: main is held for a few ms by it. */
export const DOCUMENT_PIECE_BYTES = 512 * 1024;
const Piece = Bytes.refine(
  (bytes) => bytes.byteLength <= DOCUMENT_PIECE_BYTES,
  `is larger than ${DOCUMENT_PIECE_BYTES} bytes`,
);
const Place = z.number().int().nonnegative().max(LIMITS.documentBytes);

export const documentsArguments = {
  choose: z.tuple([]),
  waiting: z.tuple([]),
  read: z.tuple([DocumentId]),
  piece: z.tuple([DocumentVersion, Place]),
  place: z.tuple([
    z.strictObject({ id: DocumentId.nullable(), name: SuggestedName, format: DocumentFormat }),
  ]),
  give: z.tuple([Place, Piece]),
  save: z.tuple([DocumentId, DocumentVersion.nullable()]),
  versions: z.tuple([z.array(DocumentId).max(LIMITS.documentPlaces)]),
} as const;

export interface DocumentContent {
  readonly id: string;
  /** Of the file, without its folder. */
  readonly name: string;
  /** In bytes. What is in it comes in pieces. */
  readonly size: number;
  readonly version: string;
}

export interface DocumentLocation {
  readonly id: string;
  readonly name: string;
  readonly format: DocumentFormat;
  /** Of what may be written over there; null when nothing is there, or nobody was asked about it. */
  readonly version: string | null;
}

export type DocumentSaved =
  | { readonly kind: 'saved'; readonly version: string }
  /** Nothing was written: what is in the file is not what the page knows. */
  | { readonly kind: 'changed'; readonly version: string };
