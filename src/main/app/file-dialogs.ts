import type { DocumentFormat } from '../../shared/ipc/documents.ts';

/** The system's own dialogs for files. Null when they are closed without a choice. */
export interface FileDialogs {
  readonly pick: (options: { readonly title?: string }) => Promise<string | null>;
  /** Asks before it replaces something. @param name what is suggested */
  readonly saveAs: (options: { readonly name: string }) => Promise<string | null>;
  /** A notebook or a script. */
  readonly pickDocument: () => Promise<string | null>;
  /** Asks before it replaces something. @param options the folder and the name that are suggested */
  readonly saveDocumentAs: (options: {
    readonly folder: string | null;
    readonly name: string;
    readonly format: DocumentFormat;
  }) => Promise<string | null>;
}
