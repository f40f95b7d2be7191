/** A specification of Vega's or Vega-Lite's as a guest wrote it. */
import type { ChartColors } from './chart-colors.ts';
import { isObject, objectOr, type JsonObject } from './read-spec.ts';

/** Which of the two it is: it says so itself; Vega-Lite has marks and encodings at its top. */
export const isVegaLite = (spec: JsonObject): boolean => {
  const schema = spec['$schema'];
  if (typeof schema === 'string') return schema.includes('vega-lite');
  return !Array.isArray(spec['marks']);
};

export const titleOf = (spec: JsonObject): string => {
  for (const candidate of [spec['description'], spec['title'], objectOr(spec['title'])['text']]) {
    if (typeof candidate === 'string' && candidate !== '') return candidate;
    if (Array.isArray(candidate)) return candidate.filter((line) => typeof line === 'string').join(' ');
  }
  return '';
};

const merged = (under: JsonObject, over: JsonObject): JsonObject => {
  const result: JsonObject = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    result[key] = isObject(below) && isObject(value) ? merged(below, value) : value;
  }
  return result;
};

/** The look of a chart whose code chose none; what the code chose comes before it. */
export const inColors = (spec: JsonObject, colors: ChartColors): JsonObject => {
  const given = objectOr(spec['config']);
  // On a ground of its own it is as its code has it.
  if (spec['background'] !== undefined || given['background'] !== undefined) return spec;
  const { font, line, text } = colors;
  const own: JsonObject = {
    background: colors.ground,
    font,
    axis: { domainColor: text, gridColor: line, labelColor: text, tickColor: text, titleColor: text },
    legend: { labelColor: text, titleColor: text },
    header: { labelColor: text, titleColor: text },
    title: { color: text, subtitleColor: text },
    style: { 'guide-label': { fill: text }, 'guide-title': { fill: text }, 'group-title': { fill: text } },
    view: { stroke: line },
    text: { color: text },
    rule: { color: text },
  };
  return { ...spec, config: merged(own, given) };
};
