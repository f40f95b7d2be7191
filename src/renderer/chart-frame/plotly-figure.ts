/** A figure of Plotly's as a guest wrote it, made into one that is drawn here: nothing in it reaches beyond the frame. */
import type { ChartNote } from '../../shared/ipc/chart-frame.ts';
import type { ChartColors } from './chart-colors.ts';
import { isObject, objectOr, type JsonObject } from './read-spec.ts';

export interface PlotlyFigure {
  readonly data: JsonObject[];
  readonly layout: JsonObject;
  readonly frames: JsonObject[];
  readonly config: JsonObject;
  readonly title: string;
  readonly notes: readonly ChartNote[];
}

/** Drawn with the processor what would be drawn with WebGL. */
const WITHOUT_WEBGL: Readonly<Record<string, string>> = {
  scattergl: 'scatter',
  scatterpolargl: 'scatterpolar',
  heatmapgl: 'heatmap',
};
const NEEDS_WEBGL =
  /^(?:scatter3d|surface|mesh3d|cone|streamtube|volume|isosurface|splom|parcoords|pointcloud|\w+(?:map|mapbox))$/u;
/** Drawn on outlines of countries, which are fetched. */
const ON_A_MAP = /^(?:scattergeo|choropleth)$/u;

/** Of the templates that Plotly's own has: what it looks like when code chose nothing. */
const OWN_TEMPLATE_TEXT = '#2a3f5f';
const AXES = ['xaxis', 'yaxis', 'zaxis', 'coloraxis'] as const;

const typeOf = (trace: JsonObject): string => (typeof trace['type'] === 'string' ? trace['type'] : 'scatter');

const objectsIn = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

const textOf = (value: unknown): string => {
  if (typeof value === 'string')
    return value
      .replace(/<[^<>]{0,200}>/gu, '')
      .replace(/\s+/gu, ' ')
      .trim();
  return isObject(value) ? textOf(value['text']) : '';
};

/** A dark look for a figure whose code chose none. */
const inColors = (layout: JsonObject, colors: ChartColors): JsonObject => {
  const template = objectOr(layout['template']);
  const templateLayout = objectOr(template['layout']);
  const templateText = objectOr(templateLayout['font'])['color'];
  const isPlain = templateText === undefined || templateText === OWN_TEMPLATE_TEXT;
  if (!isPlain) return layout;
  const axis = (name: string): JsonObject => ({
    ...objectOr(templateLayout[name]),
    gridcolor: colors.line,
    linecolor: colors.line,
    zerolinecolor: colors.line,
  });
  return {
    ...layout,
    template: {
      ...template,
      layout: {
        ...templateLayout,
        ...Object.fromEntries(AXES.slice(0, 2).map((name) => [name, axis(name)])),
        paper_bgcolor: colors.ground,
        plot_bgcolor: colors.sunken,
        font: { ...objectOr(templateLayout['font']), color: colors.text, family: colors.font },
      },
    },
  };
};

/** Only what is harmless of the settings that a figure brings. */
const configOf = (given: JsonObject): JsonObject => ({
  responsive: true,
  displaylogo: false,
  showSendToCloud: false,
  showEditInChartStudio: false,
  plotlyServerURL: '',
  modeBarButtonsToRemove: ['toImage', 'sendDataToCloud'],
  staticPlot: given['staticPlot'] === true,
  scrollZoom: given['scrollZoom'] === true,
  displayModeBar: typeof given['displayModeBar'] === 'boolean' ? given['displayModeBar'] : 'hover',
  topojsonURL: '',
});

export const plotlyFigure = (spec: JsonObject, colors: ChartColors): PlotlyFigure => {
  const notes = new Set<ChartNote>();
  const data: JsonObject[] = [];
  for (const trace of objectsIn(spec['data'])) {
    const type = typeOf(trace);
    if (NEEDS_WEBGL.test(type)) {
      notes.add('webgl');
      continue;
    }
    if (ON_A_MAP.test(type)) notes.add('map');
    data.push({ ...trace, type: WITHOUT_WEBGL[type] ?? type });
  }
  const layout = objectOr(spec['layout']);
  return {
    data,
    layout: inColors(layout, colors),
    frames: objectsIn(spec['frames']),
    config: configOf(objectOr(spec['config'])),
    title: textOf(layout['title']),
    notes: [...notes],
  };
};
