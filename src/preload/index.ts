/** The only door between the page and the rest: plain data and functions of the contract, nothing else. */
import { contextBridge } from 'electron';
import type { WindowApi } from '../shared/api.ts';
import { CALLS, EVENTS } from '../shared/ipc/channels.ts';
import { asker, subscriber } from './bridge.ts';

const failed = { ok: false, error: { code: 'internal', message: 'the app did not answer; try again' } };
const noAnswer = 'the app did not answer';

const { interpreter } = CALLS;
const on = EVENTS;

const api: WindowApi = {
  interpreter: {
    python: asker(interpreter.python, { error: noAnswer }),
    pyodide: asker(interpreter.pyodide, { error: noAnswer }),
    downloadPyodide: asker(interpreter.downloadPyodide, { success: false, error: noAnswer }),
    isPyodideCached: asker(interpreter.isPyodideCached, false),
    clearPyodideCache: asker(interpreter.clearPyodideCache, false),
  },
  sandbox: {
    run: asker(CALLS.sandbox.run, failed),
    cancel: asker(CALLS.sandbox.cancel, failed),
    answerInput: asker(CALLS.sandbox.answerInput, failed),
    reset: asker(CALLS.sandbox.reset, failed),
    status: asker(CALLS.sandbox.status, failed),
    history: asker(CALLS.sandbox.history, failed),
    files: asker(CALLS.sandbox.files, failed),
    readFile: asker(CALLS.sandbox.readFile, failed),
    restart: asker(CALLS.sandbox.restart, failed),
    stop: asker(CALLS.sandbox.stop, failed),
    onRun: subscriber(on.sandbox.onRun),
    onEvent: subscriber(on.sandbox.onEvent),
  },
  packages: {
    list: asker(CALLS.packages.list, failed),
    available: asker(CALLS.packages.available, failed),
    sources: asker(CALLS.packages.sources, failed),
    install: asker(CALLS.packages.install, failed),
    verify: asker(CALLS.packages.verify, failed),
    repair: asker(CALLS.packages.repair, failed),
    remove: asker(CALLS.packages.remove, failed),
    clear: asker(CALLS.packages.clear, failed),
    exportPack: asker(CALLS.packages.exportPack, failed),
    importPack: asker(CALLS.packages.importPack, failed),
    cancel: asker(CALLS.packages.cancel, failed),
    onProgress: subscriber(on.packages.onProgress),
  },
  config: {
    get: asker(CALLS.config.get, failed),
    set: asker(CALLS.config.set, failed),
    onChange: subscriber(on.config.onChange),
  },
  file: {
    find: asker(CALLS.file.find, failed),
    pickFile: asker(CALLS.file.pickFile, failed),
    saveFile: asker(CALLS.file.saveFile, failed),
  },
  native: { check: asker(CALLS.native.check, failed) },
  doctor: { examine: asker(CALLS.doctor.examine, failed) },
  plugin: { info: asker(CALLS.plugin.info, failed) },
  output: {
    show: asker(CALLS.output.show, failed),
    forget: asker(CALLS.output.forget, failed),
  },
  app: {
    info: asker(CALLS.app.info, failed),
    openLink: asker(CALLS.app.openLink, failed),
    onCommand: subscriber(on.app.onCommand),
  },
};

contextBridge.exposeInMainWorld('api', api);
