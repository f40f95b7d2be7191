import type { DoctorReport, ExaminedLayer } from '../../../shared/contract/doctor.ts';
import { oneLine } from '../../foreign-text/printable.ts';

/** Between two columns. */
const GAP = '  ';
const INDENT = '  ';
const MAX_NAMED = 10;

type Row = readonly string[];

/** Columns of even width; the last one is wrapped at `columns`, under its own start. */
const table = (rows: readonly Row[], columns: number): string => {
  const widths = (rows[0] ?? []).map((_cell, index) =>
    Math.max(...rows.map((row) => (row[index] ?? '').length)),
  );
  const lead = INDENT.length + widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  return rows
    .map((row) => {
      const head = row.slice(0, -1).map((cell, index) => cell.padEnd(widths[index] ?? 0) + GAP);
      const [first = '', ...rest] = wrap(row.at(-1) ?? '', columns - lead);
      const lines = [INDENT + head.join('') + first, ...rest.map((line) => ' '.repeat(lead) + line)];
      return lines.map((line) => line.trimEnd()).join('\n');
    })
    .join('\n');
};

const NARROWEST = 20;

const wrap = (text: string, width: number): string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= Math.max(width, NARROWEST)) line = longer;
    else {
      if (line !== '') lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
};

const statusOf = ({ status, expected }: ExaminedLayer): string => {
  switch (status) {
    case 'active':
      return 'active';
    case 'absent':
      return expected ? 'ABSENT' : 'absent';
    case 'not-verified':
      return expected ? 'NOT VERIFIED' : 'not verified';
  }
};

const attempts = ({ probes, connections }: DoctorReport): string => {
  const through = probes.filter(({ refused }) => !refused).map(({ name, where }) => `${name} (${where})`);
  if (through.length === 0 && connections === 0)
    return `${probes.length} attempts to break out, all refused.`;
  const named = through.slice(0, MAX_NAMED).join(', ') + (through.length > MAX_NAMED ? ', …' : '');
  return (
    `${probes.length} attempts to break out, ${through.length} got through: ${named}; ` +
    `${connections} connections were made.`
  );
};

type Leads = Readonly<Record<'absent' | 'not-verified', string>>;

const MISSING: Leads = {
  absent: 'Layers that should hold here do not',
  'not-verified': 'Layers that should hold here could not be verified',
};
const SPARED: Leads = { absent: 'not to be had here', 'not-verified': 'not to be verified' };

const conclusion = ({ ok, layers }: DoctorReport): string => {
  const clauses = (leads: Leads): string[] =>
    (['absent', 'not-verified'] as const).flatMap((status) => {
      const found = layers.filter((layer) => layer.status === status && layer.expected === !ok);
      return found.length === 0 ? [] : [`${leads[status]}: ${found.map(({ name }) => name).join(', ')}`];
    });
  if (!ok) return `${clauses(MISSING).join('. ')}.`;
  const spared = clauses(SPARED);
  return spared.length === 0 ? 'All layers hold.' : `All other layers hold; ${spared.join('; ')}.`;
};

const mebibytes = (value: number | null): string => (value === null ? 'unknown' : `${Math.round(value)} MiB`);

/** The whole report for a person. @param columns width to keep to */
export const doctorText = (report: DoctorReport, columns: number): string => {
  const { system, versions, memory, paths } = report;
  const section = (title: string, rows: readonly Row[]): string =>
    `${title}\n${table(
      rows.map((row) => row.map(oneLine)),
      columns,
    )}\n`;
  const chromium = system.chromiumSandbox
    ? 'on for windows; the Python process never has it'
    : 'off, because this runs as root; the layers above do not depend on it';
  return [
    section(
      'Isolation of Python',
      report.layers.map((layer) => [layer.name, statusOf(layer), layer.detail]),
    ),
    `${INDENT}${oneLine(attempts(report))}\n`,
    section('System', [
      ['system', `${system.platform} ${system.arch}`],
      ['kernel', system.kernel],
      ['Chromium’s sandbox', chromium],
    ]),
    section('Versions', [
      ['Vivarium', versions.vivarium],
      ['Electron', versions.electron],
      ['Chromium', versions.chromium],
      ['V8', versions.v8],
      ['Node.js', versions.node],
      ['Pyodide', versions.pyodide],
      ['Python', versions.python],
    ]),
    section('Memory', [
      ['of the machine', `${mebibytes(memory.machineMiB)}, ${mebibytes(memory.freeMiB)} free`],
      ['of a Python process', mebibytes(memory.sidecarMiB)],
    ]),
    section('Folders', [
      ['application', paths.app],
      ['data', paths.data],
      ['temporary', paths.temporary],
    ]),
    `${oneLine(conclusion(report))}\n`,
  ].join('\n');
};
