/** What the page may ask of guests' documents that it shows in frames. */
import { z } from 'zod';

/** Largest HTML or SVG that one output may be shown with, in UTF-16 units. */
export const MAX_OUTPUT_LENGTH = 8 * 1024 * 1024;
/** Most elements in it, as counted by what begins like a tag. */
export const MAX_OUTPUT_ELEMENTS = 50_000;
const OutputText = z.string().max(MAX_OUTPUT_LENGTH);
const OutputUrl = z.string().max(200);

/** In CSS pixels. */
export interface OutputSize {
  readonly width: number;
  readonly height: number;
}

/** Why a guest's document is not shown any more; its process has ended, and nothing else with it. */
export type OutputEnd =
  /** It used too much memory. */
  | 'memory'
  /** It did not react, or kept the processor busy for too long. */
  | 'unresponsive'
  | 'crashed'
  /** Its process was to be the page's own, so it may not be shown. */
  | 'not-isolated';

export interface OutputEnded {
  readonly url: string;
  readonly reason: OutputEnd;
}

export const outputArguments = {
  show: z.tuple([OutputText]),
  showDrawing: z.tuple([OutputText]),
  measure: z.tuple([OutputUrl]),
  picture: z.tuple([OutputUrl]),
  forget: z.tuple([OutputUrl]),
} as const;
