/** The only door between the page and the rest: plain data and functions of the contract, nothing else. */
import { contextBridge } from 'electron';
import type { WindowApi } from '../shared/api.ts';

const api: WindowApi = {
  versions: { electron: process.versions.electron, chrome: process.versions.chrome },
};

contextBridge.exposeInMainWorld('api', api);
