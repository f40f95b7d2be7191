/** The tables that the program brings along: it takes them as they are, so they are held against their schemas here. */
import { describe, expect, it } from 'vitest';
import { ABSENT, AbsentTable } from '../../../src/shared/absent.ts';
import { CURATED, CuratedPackages } from '../../../src/shared/curated-packages.ts';
import { PLOT_FONTS, PlotFonts } from '../../../src/shared/plot-fonts.ts';
import standardLibrary from '../../../src/shared/standard-library.json' with { type: 'json' };
import { STANDARD_MODULES, StandardLibrary } from '../../../src/shared/standard-library.ts';

describe('what the program takes without a look', () => {
  it('of curated packages is what their schema gives', () => {
    expect(CuratedPackages.parse(CURATED)).toEqual(CURATED);
    // A schema that let everything pass would not show.
    const twice = {
      ...CURATED,
      packages: { ...CURATED.packages, another: Object.values(CURATED.packages)[0] },
    };
    expect(CuratedPackages.safeParse(twice).error?.issues[0]?.message).toBe('a module has two packages');
  });

  it('of fonts is what their schema gives, each with a package of known bytes', () => {
    expect(PlotFonts.parse(PLOT_FONTS)).toEqual(PLOT_FONTS);
    const fonts = Object.fromEntries(Object.entries(PLOT_FONTS.fonts).filter(([name]) => name !== 'kana'));
    expect(PlotFonts.safeParse({ ...PLOT_FONTS, fonts }).success).toBe(false);
    const pins = Object.fromEntries(
      Object.entries(CURATED.pins).filter(([name]) => name !== 'manimgx-fonts'),
    );
    expect(CuratedPackages.safeParse({ ...CURATED, pins }).error?.issues[0]?.message).toBe(
      'a font has no package, or none of one hash',
    );
  });

  it('of absent features is what their schema gives', () => {
    expect(AbsentTable.parse(ABSENT)).toEqual(ABSENT);
    expect(AbsentTable.safeParse({ ...ABSENT, modules: { 'no module': 'network' } }).success).toBe(false);
  });

  it('of the standard library is what its schema gives', () => {
    expect(StandardLibrary.parse(standardLibrary)).toEqual(standardLibrary);
    expect([...STANDARD_MODULES]).toEqual(standardLibrary.modules);
  });
});
