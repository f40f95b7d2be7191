/** Charts that are described in JSON, and the libraries that draw them. */

export const CHART_LIBRARIES = ['plotly', 'vega'] as const;
export type ChartLibrary = (typeof CHART_LIBRARIES)[number];

const PLOTLY = /^application\/vnd\.plotly\.v\d{1,3}\+json$/u;
/** Vega and Vega-Lite; newer versions of Altair have a point before `json`. */
const VEGA = /^application\/vnd\.vega(?:lite)?\.v\d{1,3}[+.]json$/u;

/** What draws content of a MIME type; null for what is no chart. */
export const chartLibraryOf = (mime: string): ChartLibrary | null => {
  if (PLOTLY.test(mime)) return 'plotly';
  return VEGA.test(mime) ? 'vega' : null;
};
