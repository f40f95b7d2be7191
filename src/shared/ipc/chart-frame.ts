/** What the page and the frame of a chart tell each other. The frame draws what a guest wrote: it is not believed. */
import { z } from 'zod';
import type { ChartLibrary } from '../contract/charts.ts';
import { OUTPUT_PROTOCOL } from './frame.ts';

/** Where a chart is drawn: each has a host, and so a process, of its own. @param id a UUID */
export const chartAddress = (id: string, library: ChartLibrary): string =>
  `${OUTPUT_PROTOCOL}//${id}/${library}`;

/** Of a chart, in UTF-16 units. */
const MAX_TITLE = 300;
/** Longest picture, as base64. */
const MAX_PICTURE_LENGTH = 64 * 1024 * 1024;

export type ToChartFrame =
  /** Draws a specification, which is JSON text. */
  | { readonly kind: 'draw'; readonly spec: string }
  /** Asks for what is drawn as a PNG. */
  | { readonly kind: 'picture' };

/** What a reader of a chart should know. */
export const ChartNote = z.enum([
  /** It wanted something from the network, and was given nothing. */
  'network',
  /** Parts of it need WebGL. */
  'webgl',
  /** Maps' outlines come from the network. */
  'map',
]);
export type ChartNote = z.infer<typeof ChartNote>;

export const ChartFailure = z.enum(['unreadable', 'too-complex', 'not-drawn']);
export type ChartFailure = z.infer<typeof ChartFailure>;

export const FromChartFrame = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('drawn'),
    title: z.string().max(MAX_TITLE),
    /** In CSS pixels. */
    height: z.number().nonnegative().max(100_000),
    notes: z.array(ChartNote).max(10),
  }),
  z.strictObject({
    kind: z.literal('failed'),
    reason: ChartFailure,
    /** In the library's words. */
    detail: z.string().max(MAX_TITLE),
  }),
  /** A PNG; empty when there is none. */
  z.strictObject({ kind: z.literal('picture'), url: z.string().max(MAX_PICTURE_LENGTH) }),
]);
export type FromChartFrame = z.infer<typeof FromChartFrame>;

export const cutTitle = (text: string): string => text.slice(0, MAX_TITLE);
