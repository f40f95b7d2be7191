import type { Session } from '../model/session.ts';

export interface ListedFile {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** The cell that made or changed it last; null for what a person put there. */
  readonly cell: number | null;
  /** False when it comes back with the next run. */
  readonly isThere: boolean;
}

/** What is in a session's folder, and what comes back into it. */
export const listedFiles = (session: Session): ListedFile[] => {
  const there = new Set(session.files.map(({ name }) => name));
  const coming = session.attached.filter(({ name }) => !there.has(name));
  return [
    ...session.files.map(({ cell, name, size }) => ({ name, size, cell, isThere: true })),
    ...coming.map(({ name, size }) => ({ name, size, cell: null, isThere: false })),
  ].sort((a, b) => a.name.localeCompare(b.name));
};
