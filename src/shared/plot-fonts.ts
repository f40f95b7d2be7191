/**
 * Fonts for what Matplotlib's own lack, by the packages that bring them. The guest's plot_fonts.py and
 * fallback_fonts.py read the same file.
 */
import { z } from 'zod';
import data from './plot-fonts.json' with { type: 'json' };

const Module = z
  .string()
  .max(64)
  .regex(/^[A-Za-z_]\w*$/u, 'is not the name of a module at the top');
const Modules = z.array(Module).min(1).max(10);

const PlotFont = z.strictObject({
  /** What stands between the brackets of a regular expression: the first font whose characters these are has them. */
  characters: z.string().min(1).max(200),
  package: z.string().max(64),
  module: Module,
  /** Below the folder of the module. */
  file: z.string().min(1).max(200),
});

/** Those that code asks for with its texts, before it is run; the others only once a plot lacks them. */
export const PRELOADED_FONTS = ['kana', 'hangul', 'han'] as const;

export const PlotFonts = z.strictObject({
  /** Modules that plot. */
  users: Modules,
  /** Those that plot by some of their names. */
  plots: z.strictObject({ of: Modules, names: z.array(Module).min(1).max(100) }),
  fonts: z
    .record(z.string().max(20), PlotFont)
    .refine((fonts) => PRELOADED_FONTS.every((name) => Object.hasOwn(fonts, name)), 'lacks a font'),
});
export type PlotFonts = z.infer<typeof PlotFonts>;

/** A part of the program, held against its schema by a test. */
export const PLOT_FONTS = data as PlotFonts;

/** Modules of fonts that code asks for with its texts. */
export const PRELOADED_FONT_MODULES: ReadonlySet<string> = new Set(
  PRELOADED_FONTS.map((name) => PLOT_FONTS.fonts[name]?.module ?? ''),
);

const FONT_MODULES: ReadonlySet<string> = new Set(
  Object.values(PLOT_FONTS.fonts).map(({ module }) => module),
);

/** A module of fonts. All that a guest can ask for while it runs is one of these few. */
export const FontModule = z
  .string()
  .max(64)
  .refine((module) => FONT_MODULES.has(module), 'is not the module of a font');
