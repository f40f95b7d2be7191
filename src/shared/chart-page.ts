/** The look of a page that draws one chart: the grounds of a cell in both themes, as tokens.css has them. */
export const CHART_STYLE = [
  ':root { color-scheme: light dark; background: light-dark(#ffffff, #25262a); color: light-dark(#1b1b1f, #e7e7ea); }',
  'body { margin: 0; font: 13px system-ui, sans-serif; }',
  'main { overflow: auto; }',
  'main > div { min-width: 0; }',
].join('\n');

/** Of the element that has the specification, as JSON text, in a page that was saved. */
export const SAVED_SPEC = 'chart-spec';
