import type { AvailablePackage, InstalledPackage } from '../../../shared/ipc/packages.ts';

export interface PackageRow {
  readonly name: string;
  readonly version: string;
  /** Size in bytes; null when the package is not installed, since it is not known then. */
  readonly bytes: number | null;
  readonly installed: boolean;
  /** Whether the session that the console shows has it. */
  readonly inSession: boolean;
}

/** Installed ones first, then all others, each by name; libraries and tests belong to packages and are left out. */
export const packageRows = (
  available: readonly AvailablePackage[],
  installed: readonly InstalledPackage[],
  inSession: readonly string[],
): readonly PackageRow[] => {
  const here = new Map(installed.map((found) => [found.name, found]));
  const hidden = new Set(installed.filter(({ kind }) => kind !== 'wheel').map(({ name }) => name));
  const session = new Set(inSession);
  const rows = new Map<string, PackageRow>();
  const add = (row: Omit<PackageRow, 'inSession'>): void => {
    rows.set(row.name, { ...row, inSession: session.has(row.name) });
  };
  for (const { name, version, bytes } of installed) add({ name, version, bytes, installed: true });
  for (const { name, version } of available) {
    if (!here.has(name)) add({ name, version, bytes: null, installed: false });
  }
  return [...rows.values()]
    .filter(({ name }) => !hidden.has(name))
    .sort((a, b) => Number(b.installed) - Number(a.installed) || a.name.localeCompare(b.name));
};

/** Those whose name contains what was typed; an exact name comes first. */
export const findPackages = (rows: readonly PackageRow[], text: string): readonly PackageRow[] => {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return rows;
  const found = rows.filter(({ name }) => name.toLowerCase().includes(wanted));
  const rank = ({ name }: PackageRow): number => {
    const lower = name.toLowerCase();
    return lower === wanted ? 0 : lower.startsWith(wanted) ? 1 : 2;
  };
  return found
    .map((row, index) => ({ row, index }))
    .sort((a, b) => rank(a.row) - rank(b.row) || a.index - b.index)
    .map(({ row }) => row);
};
