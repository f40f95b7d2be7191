/** What is used of Plotly; its bundle has no types of its own. */
declare module 'plotly.js-strict-dist-min' {
  interface Figure {
    readonly data: readonly object[];
    readonly layout: object;
    readonly frames: readonly object[];
    readonly config: object;
  }
  const Plotly: {
    newPlot(place: HTMLElement, figure: Figure): Promise<HTMLElement>;
    toImage(place: HTMLElement, how: { readonly format: 'png'; readonly scale: number }): Promise<string>;
    purge(place: HTMLElement): void;
  };
  export default Plotly;
}
