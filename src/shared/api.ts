/** What the preload gives to the page as `window.api`. */
export interface WindowApi {
  readonly versions: { readonly electron: string; readonly chrome: string };
}
