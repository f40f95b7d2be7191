import type { WebContents } from 'electron';
import { isOutputDocument, isPage } from '../app/page-address.ts';

interface FrameNavigation {
  readonly url: string;
  readonly isMainFrame: boolean;
  preventDefault(): void;
}

/** The main frame stays where it is (it may be loaded again), other frames show guests' documents. */
const mayGo = ({ isMainFrame, url }: FrameNavigation): boolean =>
  isMainFrame ? isPage(url) : isOutputDocument(url);

/** Keeps any contents of the app from going elsewhere, opening windows and holding further contents. */
export const guardContents = (contents: WebContents): void => {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-attach-webview', (event) => event.preventDefault());
  const stay = (event: FrameNavigation): void => {
    if (!mayGo(event)) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', (event) => event.preventDefault());
};
