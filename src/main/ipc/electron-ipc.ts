import { ipcMain, type IpcMainInvokeEvent, type WebContents } from 'electron';
import type { Caller, Route } from './route.ts';
import { isOwnPage } from './sender.ts';

interface Page {
  readonly contents: WebContents;
  /** Aborted, and made anew, with each document. */
  gone: AbortController;
}

/** The pages of the app's windows, as those who ask and who are told. */
export class Pages {
  readonly #pages = new Map<number, Page>();

  /** From now on the page in these contents may ask. */
  add(contents: WebContents): void {
    const page: Page = { contents, gone: new AbortController() };
    this.#pages.set(contents.id, page);
    const over = (): void => {
      page.gone.abort();
      page.gone = new AbortController();
    };
    contents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) over();
    });
    contents.on('render-process-gone', over);
    contents.once('destroyed', () => {
      this.#pages.delete(contents.id);
      page.gone.abort();
    });
  }

  broadcast(channel: string, payload: unknown): void {
    for (const { contents } of this.#pages.values()) tell(contents, channel, payload);
  }

  /** Null when it is not one of the app's pages that asks. */
  callerOf({ sender, senderFrame }: Pick<IpcMainInvokeEvent, 'sender' | 'senderFrame'>): Caller | null {
    const page = this.#pages.get(sender.id);
    const isOwn = isOwnPage({
      isOwnWindow: page?.contents === sender,
      isMainFrame: senderFrame !== null && senderFrame === sender.mainFrame,
      url: senderFrame?.url ?? '',
    });
    if (page === undefined || !isOwn) return null;
    const { signal } = page.gone;
    return {
      gone: signal,
      tell: (channel, payload) => {
        if (!signal.aborted) tell(sender, channel, payload);
      },
    };
  }

  /** Answers the channels of the page, and no others. */
  serve(routes: readonly Route[]): void {
    for (const route of routes) {
      ipcMain.handle(route.channel, (event, ...given: unknown[]) =>
        route.answer(this.callerOf(event), given),
      );
    }
  }
}

const tell = (contents: WebContents, channel: string, payload: unknown): void => {
  if (!contents.isDestroyed()) contents.send(channel, payload);
};
