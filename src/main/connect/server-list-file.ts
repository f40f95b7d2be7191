import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { oneLine } from '../foreign-text/printable.ts';
import { messageOf } from '../base/system-error.ts';
import { readServerList, SERVER_LIST_BYTES, ServerListError, type ServerSettings } from './server-list.ts';

/** @param file a full path @throws ServerListError when it can't be read or used */
export const serversInFile = async (file: string): Promise<readonly ServerSettings[]> => {
  if (!path.isAbsolute(file)) throw new ServerListError('is no full path');
  return readServerList(await contentOf(file), path.dirname(file));
};

const contentOf = async (file: string): Promise<Uint8Array> => {
  try {
    // A named pipe would be waited for without end.
    if (!(await stat(file)).isFile()) throw new ServerListError('is not a file');
    const handle = await open(file, 'r');
    try {
      const buffer = Buffer.alloc(SERVER_LIST_BYTES + 1);
      let length = 0;
      let bytesRead = 1;
      while (bytesRead > 0 && length < buffer.length) {
        ({ bytesRead } = await handle.read(buffer, length, buffer.length - length));
        length += bytesRead;
      }
      if (length > SERVER_LIST_BYTES) throw new ServerListError(`is larger than ${SERVER_LIST_BYTES} bytes`);
      return buffer.subarray(0, length);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof ServerListError) throw error;
    throw new ServerListError(`can't be read (${oneLine(messageOf(error))})`);
  }
};
