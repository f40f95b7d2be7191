/** The window's colours that charts are drawn in, where their code chose none: those of a cell; see tokens.css. */
export interface ChartColors {
  readonly ground: string;
  readonly sunken: string;
  readonly line: string;
  readonly text: string;
  readonly font: string;
}

const FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Liberation Sans', sans-serif";

const LIGHT: ChartColors = {
  ground: '#ffffff',
  sunken: '#f5f5f6',
  line: '#e1e1e5',
  text: '#1b1b1f',
  font: FONT,
};
const DARK: ChartColors = {
  ground: '#25262a',
  sunken: '#141518',
  line: '#303238',
  text: '#e7e7ea',
  font: FONT,
};

export const chartColors = (isDark: boolean): ChartColors => (isDark ? DARK : LIGHT);
