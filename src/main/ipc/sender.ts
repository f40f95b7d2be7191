import { isPage } from '../app/page-address.ts';

/** Facts about the sender of an IPC message. */
export interface Sender {
  /** Whether it is in a window that the app opened for its page. */
  readonly isOwnWindow: boolean;
  readonly isMainFrame: boolean;
  /** The address of the document in that frame, as the browser process knows it. */
  readonly url: string;
}

/** Whether it is the app's own page that asks, and not a frame in it or another document in its window. */
export const isAppPage = ({ isMainFrame, isOwnWindow, url }: Sender): boolean =>
  isOwnWindow && isMainFrame && isPage(url);
