/** How large the frame of a guest's document is. */
import type { OutputSize } from '../../../shared/ipc/output.ts';

/** In CSS pixels. Higher documents scroll, higher drawings are drawn smaller. */
const MAX_HEIGHT = 480;
const MIN_HEIGHT = 40;
/** Above and below. */
const BORDERS = 2;
/** Of a document that did not say. */
const UNKNOWN_HEIGHT = 240;
/** As browsers have it for images without a size. */
const UNKNOWN_DRAWING = { width: 300, height: 150 } as const;

type Style = Readonly<Record<string, string>>;

/** A low frame at first, since a document says that it is as high as its frame at least. */
export const FIRST_DOCUMENT_STYLE: Style = { height: `${MIN_HEIGHT}px` };

/** @param measured what is in the frame; null when that could not be found out */
export const documentStyle = (measured: OutputSize | null): Style => {
  const height = measured?.height ?? UNKNOWN_HEIGHT;
  return { height: `${Math.min(Math.max(Math.ceil(height) + BORDERS, MIN_HEIGHT), MAX_HEIGHT)}px` };
};

/** Of a chart that has not said how high it is. */
const UNKNOWN_CHART_HEIGHT = 420;
/** Higher charts scroll. */
const MAX_CHART_HEIGHT = 720;

/** @param reported by the chart; @param enlarged as high as the window has room for */
export const chartStyle = (reported: number | null, enlarged: boolean): Style => {
  const height = Math.min(
    Math.max(Math.ceil(reported ?? UNKNOWN_CHART_HEIGHT) + BORDERS, MIN_HEIGHT),
    MAX_CHART_HEIGHT,
  );
  return { height: enlarged ? '72vh' : `${height}px` };
};

/** @param reported by the drawing; @param enlarged as large as the window has room for */
export const drawingStyle = (reported: OutputSize | null, enlarged: boolean): Style => {
  const { height, width } = reported ?? UNKNOWN_DRAWING;
  const ratio = width / height;
  const widths = enlarged
    ? ['100%', `calc(72vh * ${ratio})`]
    : ['100%', `${width}px`, `${MAX_HEIGHT * ratio}px`];
  return { width: `min(${widths.join(', ')})`, aspectRatio: `${width} / ${height}` };
};
