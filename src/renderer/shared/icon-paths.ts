/** Line drawings on a 16 × 16 grid, as SVG path data. */
export const ICON_PATHS = {
  console: 'M2 3h12v10H2zM4.5 6l2 2-2 2M8.5 10h3',
  packages: 'M2.5 5 8 2l5.5 3v6L8 14l-5.5-3zM2.5 5 8 8l5.5-3M8 8v6',
  activity: 'M1.5 8.5h3l2-5 3 9 2-4h3',
  settings: 'M2 4.5h6M12 4.5h2M10 2.5v4M2 11.5h2M8 11.5h6M6 9.5v4',
  shield: 'M8 1.8 13 4v4c0 3-2 5.2-5 6.2C5 13.2 3 11 3 8V4zM5.8 8l1.6 1.6 3-3.2',
  play: 'M5 3.2v9.6l7.5-4.8z',
  stop: 'M4 4h8v8H4z',
  plus: 'M8 3v10M3 8h10',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  close: 'M4 4l8 8M12 4l-8 8',
  files: 'M3 2h6l4 4v8H3zM9 2v4h4',
  download: 'M8 2v8M4.8 7 8 10.2 11.2 7M3 13.5h10',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  zoom: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3l3.4 3.4M5 7h4M7 5v4',
  reset: 'M3 8a5 5 0 1 0 1.6-3.7M3 2.5v3h3',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3l3.4 3.4',
  check: 'M3 8.5l3.2 3.2L13 5',
  warning: 'M8 2 14.5 13.5h-13zM8 6.5v3.2M8 11.4v.6',
  folder: 'M2 4h4l1.5 2H14v7H2z',
  trash: 'M3 4.5h10M6 4.5V3h4v1.5M4.5 4.5l.6 9h5.8l.6-9',
  chevron: 'M5.5 3.5 10.5 8l-5 4.5',
} as const;

export type IconName = keyof typeof ICON_PATHS;
