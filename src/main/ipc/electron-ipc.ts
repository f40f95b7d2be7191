import { ipcMain, type IpcMainInvokeEvent, type WebContents } from 'electron';
import type { NumberedAnswer } from '../../shared/ipc/channels.ts';
import type { Caller, Route } from './route.ts';
import { isAppPage } from './sender.ts';

interface Page {
  readonly contents: WebContents;
  /** Made anew with each document: what is kept for a caller is kept for that document. */
  document: AskingDocument;
  /** Number of events sent to it. */
  sent: number;
}

interface AskingDocument {
  readonly closed: AbortController;
  readonly caller: Caller;
}

/** The pages of the app's windows: senders of calls and receivers of events. */
export class Pages {
  readonly #pages = new Map<number, Page>();

  /** From now on the page in these contents may ask. */
  add(contents: WebContents): void {
    const opened = (): AskingDocument => {
      const closed = new AbortController();
      const { signal } = closed;
      return {
        closed,
        caller: {
          closed: signal,
          send: (channel, payload) => {
            if (!signal.aborted) send(page, channel, payload);
          },
        },
      };
    };
    const page: Page = { contents, document: opened(), sent: 0 };
    this.#pages.set(contents.id, page);
    const over = (): void => {
      const { closed } = page.document;
      page.document = opened();
      closed.abort();
    };
    contents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) over();
    });
    contents.on('render-process-gone', over);
    contents.once('destroyed', () => {
      this.#pages.delete(contents.id);
      page.document.closed.abort();
    });
  }

  broadcast(channel: string, payload: unknown): void {
    for (const page of this.#pages.values()) send(page, channel, payload);
  }

  /** Null when it is not one of the app's pages that asks. */
  callerOf({ sender, senderFrame }: Pick<IpcMainInvokeEvent, 'sender' | 'senderFrame'>): Caller | null {
    const page = this.#pages.get(sender.id);
    const isOwn = isAppPage({
      isOwnWindow: page?.contents === sender,
      isMainFrame: senderFrame !== null && senderFrame === sender.mainFrame,
      url: senderFrame?.url ?? '',
    });
    if (page === undefined || !isOwn) return null;
    return page.document.caller;
  }

  /** Answers the channels of the page, and no others. */
  serve(routes: readonly Route[]): void {
    for (const route of routes) {
      ipcMain.handle(route.channel, async (event, ...given: unknown[]): Promise<NumberedAnswer> => {
        const page = this.#pages.get(event.sender.id);
        const before = page?.sent ?? 0;
        const answer = await route.answer(this.callerOf(event), given);
        const after = page?.sent ?? 0;
        // Earlier events may have gone to a previous document.
        return [after > before ? after : 0, answer];
      });
    }
  }
}

const send = (page: Page, channel: string, payload: unknown): void => {
  if (page.contents.isDestroyed()) return;
  page.sent += 1;
  page.contents.send(channel, page.sent, payload);
};
