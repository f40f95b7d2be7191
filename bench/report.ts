import { ratio, type Group, type Row } from './measure.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly system: string;
  readonly electron: string;
  readonly node: string;
  readonly pyodide: string;
  readonly date: string;
}

const number = (value: number): string => (Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(0));

const spread = ({ measured, unit }: Row): string =>
  measured.runs === 1
    ? `${number(measured.p50)} ${unit}`
    : `${number(measured.p50)} ${unit} (least ${number(measured.min)}, p99 ${number(measured.p99)}, n ${measured.runs})`;

const comparison = (row: Row): string => {
  const compared = ratio(row);
  if (compared === null || row.baseline === undefined) return '';
  return `${number(row.baseline.measured.p50)} ${row.unit}: ${row.baseline.name}`;
};

const factor = (row: Row): string => {
  const compared = ratio(row);
  if (compared === null) return '';
  return compared < 1 ? `1/${number(1 / compared)}` : `${number(compared)}×`;
};

/** For a terminal. */
export const asText = (groups: readonly Group[]): string =>
  groups
    .map(({ title, rows }) =>
      [
        title,
        ...rows.flatMap((row) => [
          `  ${row.name}`,
          `    ${spread(row)}${row.target === undefined ? '' : `; wanted ${row.target}`}`,
          ...(row.baseline === undefined ? [] : [`    ${factor(row)} of ${comparison(row)}`]),
        ]),
      ].join('\n'),
    )
    .join('\n\n');

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** For docs/benchmarks.md. */
export const asMarkdown = (machine: Machine, groups: readonly Group[]): string =>
  [
    '# Benchmarks',
    '',
    'Written by `npm run bench -- --save`. Median of each row, with the least and the 99th percentile; each baseline was',
    'measured in the same run. Machines are noisy: read the ratios rather than the times.',
    '',
    `${machine.date}: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryMiB} MiB, ${machine.system}; Electron ${machine.electron}, Node ${machine.node}, Pyodide ${machine.pyodide}.`,
    '',
    ...groups.flatMap(({ title, rows }) => [
      `## ${title}`,
      '',
      '| what | measured | ratio | baseline | wanted |',
      '| --- | --- | --- | --- | --- |',
      ...rows.map(
        (row) =>
          `| ${cell(row.name)} | ${cell(spread(row))} | ${factor(row)} | ${cell(comparison(row))} | ${cell(row.target ?? '')} |`,
      ),
      '',
    ]),
  ].join('\n');
