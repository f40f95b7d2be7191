/** The system's own dialogs for files. Null when they are closed without a choice. */
export interface FileDialogs {
  readonly pick: (options: { readonly title?: string }) => Promise<string | null>;
  /** Asks before it replaces something. @param name what is suggested */
  readonly saveAs: (options: { readonly name: string }) => Promise<string | null>;
}
