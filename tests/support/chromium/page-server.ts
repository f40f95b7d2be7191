import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServedFile {
  readonly type: string;
  readonly body: string | Uint8Array;
  /** Its content security policy, for documents and workers. */
  readonly policy?: string;
}

/** So that the page is cross-origin isolated: without that it has no SharedArrayBuffer. */
const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
};

/** Serves files from memory, on the loopback interface only. */
export class PageServer {
  readonly #server: Server;
  readonly origin: string;
  /** Paths in the order in which they were asked for. */
  readonly asked: readonly string[];

  private constructor(server: Server, asked: readonly string[]) {
    this.#server = server;
    this.asked = asked;
    this.origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  }

  /** @param find what is at that path, or nothing */
  static async open(find: (path: string) => Promise<ServedFile | undefined>): Promise<PageServer> {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const answer = async (): Promise<void> => {
        const file = await find(request.url ?? '');
        const policy = file?.policy === undefined ? {} : { 'content-security-policy': file.policy };
        response.writeHead(file === undefined ? 404 : 200, {
          ...ISOLATION,
          ...policy,
          'content-type': file?.type ?? 'text/plain',
        });
        response.end(file?.body);
      };
      answer().catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return new PageServer(server, asked);
  }

  async close(): Promise<void> {
    await new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeAllConnections();
    });
  }
}
