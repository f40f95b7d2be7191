/** What a person can try first. Real code: it runs as it is. */
import loop from './examples/endless-loop.py?raw';
import plot from './examples/plot.py?raw';
import table from './examples/table.py?raw';

export const EXAMPLES = [
  { key: 'console.exampleTable', code: table.trim() },
  { key: 'console.examplePlot', code: plot.trim() },
  { key: 'console.exampleLoop', code: loop.trim() },
] as const;
