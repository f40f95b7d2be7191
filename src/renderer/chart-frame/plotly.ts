/** The frame of a Plotly figure. */
import Plotly from 'plotly.js-strict-dist-min';
import { chartColors } from './chart-colors.ts';
import { plotlyFigure } from './plotly-figure.ts';
import { serveFrame } from './serve-frame.ts';

/** Of a figure that does not say how high it is, in CSS pixels. */
const HEIGHT = 420;

serveFrame(async ({ host, isDark, note, spec }) => {
  const { config, data, frames, layout, notes, title } = plotlyFigure(spec, chartColors(isDark));
  for (const one of notes) note(one);
  const place = host.appendChild(document.createElement('div'));
  place.setAttribute('role', 'img');
  place.setAttribute('aria-label', title);
  await Plotly.newPlot(place, { data, layout: { height: HEIGHT, ...layout }, frames, config });
  return {
    title,
    picture: () => Plotly.toImage(place, { format: 'png', scale: 2 }),
    remove: () => Plotly.purge(place),
  };
});
