import type { AfterRun } from './code-editor.ts';
import type { NameSource } from './completion/python-completions.ts';

/** What an editor shows, and what it needs for that. */
export interface EditedCode {
  readonly text: string;
  readonly label: string;
  /** What it holds instead of Python; null for Python. */
  readonly prose: string | null;
  /** 1-based line that an error blames. */
  readonly blamed: number | null;
  readonly recall: (direction: 'older' | 'newer', text: string) => string | null;
  readonly names: NameSource;
  /** Where the match of the search is that one is at; null when it is elsewhere. */
  readonly foundAt: number | null;
}

export interface EditorEvents {
  change: [text: string];
  run: [after: AfterRun];
  split: [at: number];
  leave: [];
}
