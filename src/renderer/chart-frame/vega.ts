/** The frame of a Vega or Vega-Lite chart. Its expressions are interpreted: nothing becomes a script. */
import { parse, View, type Loader, type LoggerInterface, type Spec } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';
import { Handler } from 'vega-tooltip';
import type { ChartNote } from '../../shared/ipc/chart-frame.ts';
import { chartColors } from './chart-colors.ts';
import type { JsonObject } from './read-spec.ts';
import { serveFrame } from './serve-frame.ts';
import { inColors, isVegaLite, titleOf } from './vega-spec.ts';

const EMBEDDED_IMAGE = /^data:image\/(?:png|jpeg|gif|webp|svg\+xml)[;,]/iu;

/** Loads nothing: what a chart shows comes with it. Images that are part of it are shown, links lead nowhere. */
const nothingLoaded = (note: (note: ChartNote) => void): Loader => {
  const refuse = (): Promise<never> => {
    note('network');
    return Promise.reject(new Error('nothing is fetched here'));
  };
  return {
    load: refuse,
    http: refuse,
    file: refuse,
    sanitize: (uri, options) => {
      const isImage = typeof uri === 'string' && EMBEDDED_IMAGE.test(uri) && options.context !== 'href';
      return isImage ? Promise.resolve({ href: uri }) : refuse();
    },
  };
};

/** Keeps the first error: what it warns of is nothing that a reader could mend. */
class Faults implements LoggerInterface {
  first: Error | null = null;

  level(): number & this {
    return this as number & this;
  }

  error(...args: readonly unknown[]): this {
    this.first ??= args.find((part) => part instanceof Error) ?? new Error(args.join(' '));
    return this;
  }

  warn(): this {
    return this;
  }

  info(): this {
    return this;
  }

  debug(): this {
    return this;
  }
}

const asVega = (spec: JsonObject, logger: LoggerInterface): Spec =>
  isVegaLite(spec) ? compile(spec as unknown as TopLevelSpec, { logger }).spec : spec;

serveFrame(async ({ host, isDark, note, spec }) => {
  const faults = new Faults();
  const look = inColors(spec, chartColors(isDark));
  const runtime = parse(asVega(look, faults), isVegaLite(look) ? {} : (look['config'] ?? {}), {
    ast: true,
  });
  const place = host.appendChild(document.createElement('div'));
  const view = new View(runtime, {
    expr: expressionInterpreter,
    logger: faults,
    loader: nothingLoaded(note),
    renderer: 'svg',
    container: place,
    hover: true,
    tooltip: new Handler({ theme: isDark ? 'dark' : 'light' }).call,
  });
  await view.runAsync();
  if (faults.first !== null) throw faults.first;
  return {
    title: titleOf(spec),
    picture: () => view.toImageURL('png', 2),
    remove: () => {
      view.finalize();
    },
  };
});
