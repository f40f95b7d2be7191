/** The only door between the page and the rest: plain data and functions of the contract, nothing else. */
import { contextBridge, ipcRenderer } from 'electron';
import type { WindowApi } from '../shared/ipc/api.ts';
import { CALLS, EVENTS } from '../shared/ipc/channels.ts';
import { OUTPUT_PROTOCOL } from '../shared/ipc/frame.ts';
import { Bridge, failed } from './bridge.ts';
import { answerForFrame } from './guest-frame.ts';
import { interpreterOver } from './interpreter-api.ts';
import { questionsOver } from './questions.ts';
import { StreamedRuns } from './streamed-runs.ts';

const bridge = new Bridge(ipcRenderer);

const on = EVENTS;

const runs = new StreamedRuns(bridge.asker(CALLS.sandbox.run, failed));
const onRun: WindowApi['sandbox']['onRun'] = bridge.subscriber(on.sandbox.onRun);
onRun((event) => runs.onEvent(event));

const api: WindowApi = {
  interpreter: interpreterOver((channel, failure) => bridge.asker(channel, failure)),
  sandbox: {
    run: runs.run,
    cancel: bridge.asker(CALLS.sandbox.cancel, failed),
    answerInput: bridge.asker(CALLS.sandbox.answerInput, failed),
    reset: bridge.asker(CALLS.sandbox.reset, failed),
    status: bridge.asker(CALLS.sandbox.status, failed),
    memory: bridge.asker(CALLS.sandbox.memory, failed),
    history: bridge.asker(CALLS.sandbox.history, failed),
    files: bridge.asker(CALLS.sandbox.files, failed),
    packages: bridge.asker(CALLS.sandbox.packages, failed),
    lookUpNames: bridge.asker(CALLS.sandbox.lookUpNames, failed),
    readFile: bridge.asker(CALLS.sandbox.readFile, failed),
    removeFile: bridge.asker(CALLS.sandbox.removeFile, failed),
    tableRows: bridge.asker(CALLS.sandbox.tableRows, failed),
    saveFiles: bridge.asker(CALLS.sandbox.saveFiles, failed),
    restart: bridge.asker(CALLS.sandbox.restart, failed),
    stop: bridge.asker(CALLS.sandbox.stop, failed),
    onRun,
    onEvent: bridge.subscriber(on.sandbox.onEvent),
  },
  packages: {
    list: bridge.asker(CALLS.packages.list, failed),
    available: bridge.asker(CALLS.packages.available, failed),
    sources: bridge.asker(CALLS.packages.sources, failed),
    install: bridge.asker(CALLS.packages.install, failed),
    verify: bridge.asker(CALLS.packages.verify, failed),
    repair: bridge.asker(CALLS.packages.repair, failed),
    remove: bridge.asker(CALLS.packages.remove, failed),
    clear: bridge.asker(CALLS.packages.clear, failed),
    exportPack: bridge.asker(CALLS.packages.exportPack, failed),
    importPack: bridge.asker(CALLS.packages.importPack, failed),
    cancel: bridge.asker(CALLS.packages.cancel, failed),
    onProgress: bridge.subscriber(on.packages.onProgress),
  },
  config: {
    get: bridge.asker(CALLS.config.get, failed),
    set: bridge.asker(CALLS.config.set, failed),
    onChange: bridge.subscriber(on.config.onChange),
  },
  file: {
    find: bridge.asker(CALLS.file.find, failed),
    pickFile: bridge.asker(CALLS.file.pickFile, failed),
    saveFile: bridge.asker(CALLS.file.saveFile, failed),
  },
  drag: {
    file: bridge.asker(CALLS.drag.file, failed),
    picture: bridge.asker(CALLS.drag.picture, failed),
    begin: bridge.asker(CALLS.drag.begin, failed),
  },
  tools: {
    status: bridge.asker(CALLS.tools.status, failed),
    choose: bridge.asker(CALLS.tools.choose, failed),
    reload: bridge.asker(CALLS.tools.reload, failed),
    functions: bridge.asker(CALLS.tools.functions, failed),
    onChange: bridge.subscriber(on.tools.onChange),
  },
  questions: questionsOver(
    (channel, failure) => bridge.asker(channel, failure),
    (channel) => bridge.subscriber(channel),
  ),
  native: { check: bridge.asker(CALLS.native.check, failed) },
  doctor: { examine: bridge.asker(CALLS.doctor.examine, failed) },
  plugin: { info: bridge.asker(CALLS.plugin.info, failed) },
  output: {
    show: bridge.asker(CALLS.output.show, failed),
    showDrawing: bridge.asker(CALLS.output.showDrawing, failed),
    measure: bridge.asker(CALLS.output.measure, failed),
    picture: bridge.asker(CALLS.output.picture, failed),
    forget: bridge.asker(CALLS.output.forget, failed),
    onEnded: bridge.subscriber(on.output.onEnded),
  },
  work: {
    names: bridge.asker(CALLS.work.names, failed),
    read: bridge.asker(CALLS.work.read, failed),
    save: bridge.asker(CALLS.work.save, failed),
    setAside: bridge.asker(CALLS.work.setAside, failed),
    settled: bridge.asker(CALLS.work.settled, failed),
    onSettle: bridge.subscriber(on.work.onSettle),
  },
  documents: {
    choose: bridge.asker(CALLS.documents.choose, failed),
    waiting: bridge.asker(CALLS.documents.waiting, failed),
    read: bridge.asker(CALLS.documents.read, failed),
    piece: bridge.asker(CALLS.documents.piece, failed),
    place: bridge.asker(CALLS.documents.place, failed),
    give: bridge.asker(CALLS.documents.give, failed),
    save: bridge.asker(CALLS.documents.save, failed),
    versions: bridge.asker(CALLS.documents.versions, failed),
    onWaiting: bridge.subscriber(on.documents.onWaiting),
  },
  app: {
    info: bridge.asker(CALLS.app.info, failed),
    openLink: bridge.asker(CALLS.app.openLink, failed),
    onCommand: bridge.subscriber(on.app.onCommand),
  },
};

// Electron loads this script in every frame. In a guest's document it measures that for main, and exposes no API.
if (location.protocol === OUTPUT_PROTOCOL) answerForFrame(ipcRenderer);
else contextBridge.exposeInMainWorld('api', api);
