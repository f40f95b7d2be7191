import type { MenuItemConstructorOptions } from 'electron';
import { LINKS, type AppCommand } from '../../shared/ipc/app.ts';
import type { Translate } from '../../shared/translate.ts';

export interface AppMenuOptions {
  readonly translate: Translate;
  readonly platform: NodeJS.Platform;
  readonly devTools: boolean;
  /** Paths of documents, newest first. */
  readonly recent: readonly string[];
  readonly onRecent: (path: string) => void;
  readonly onForgetRecent: () => void;
  readonly onCommand: (command: AppCommand) => void;
  readonly onLink: (url: string) => void;
}

/** The menu with its shortcuts; actions of the page are sent to it as commands. */
export const menuTemplate = (options: AppMenuOptions): MenuItemConstructorOptions[] => {
  const { devTools, onLink, platform, translate } = options;
  const mac = platform === 'darwin';
  const separator = { type: 'separator' } as const;
  const role = (
    name: NonNullable<MenuItemConstructorOptions['role']>,
    key: string,
  ): MenuItemConstructorOptions => ({ role: name, label: translate(key) });
  const command = (
    name: AppCommand,
    key: string,
    accelerator?: string,
    // Handled by the page itself while an editor has the focus.
    registerAccelerator = true,
  ): MenuItemConstructorOptions => ({
    id: name,
    label: translate(key),
    click: () => options.onCommand(name),
    registerAccelerator,
    ...(accelerator === undefined ? {} : { accelerator }),
  });
  const link = (key: string, url: string): MenuItemConstructorOptions => ({
    label: translate(key),
    click: () => onLink(url),
  });
  const settings = command('show-settings', 'nav.settings', 'CmdOrCtrl+,');
  const quit = role('quit', 'menu.quit');
  return [
    ...(mac
      ? [
          {
            label: translate('app.name'),
            submenu: [settings, separator, role('hide', 'menu.hide'), separator, quit],
          },
        ]
      : []),
    {
      label: translate('menu.file'),
      submenu: [
        command('new-document', 'documents.new', 'CmdOrCtrl+N'),
        command('open-document', 'documents.open', 'CmdOrCtrl+O'),
        recentItem(options),
        separator,
        command('save-document', 'common.save', 'CmdOrCtrl+S'),
        command('save-document-as', 'documents.saveAs', 'CmdOrCtrl+Shift+S'),
        separator,
        command('new-session', 'console.newSession', 'CmdOrCtrl+T'),
        command('close-session', 'console.closeSession', 'CmdOrCtrl+W'),
        ...(mac ? [] : [separator, settings, separator, quit]),
      ],
    },
    {
      label: translate('menu.edit'),
      submenu: [
        role('undo', 'menu.undo'),
        role('redo', 'menu.redo'),
        separator,
        role('cut', 'menu.cut'),
        role('copy', 'common.copy'),
        role('paste', 'menu.paste'),
        role('selectAll', 'menu.selectAll'),
        separator,
        command('find', 'finding.menu', 'CmdOrCtrl+F', false),
      ],
    },
    {
      label: translate('menu.view'),
      submenu: [
        command('show-console', 'nav.console', 'CmdOrCtrl+1'),
        command('show-packages', 'nav.packages', 'CmdOrCtrl+2'),
        command('show-activity', 'nav.activity', 'CmdOrCtrl+3'),
        separator,
        role('zoomIn', 'menu.zoomIn'),
        role('zoomOut', 'menu.zoomOut'),
        role('resetZoom', 'menu.actualSize'),
        separator,
        role('togglefullscreen', 'menu.fullScreen'),
        ...(devTools ? [separator, { role: 'reload' as const }, { role: 'toggleDevTools' as const }] : []),
      ],
    },
    {
      label: translate('console.run'),
      submenu: [
        command('run', 'console.run', 'CmdOrCtrl+Enter', false),
        command('run-all', 'console.runAll'),
        command('stop', 'console.stop', 'CmdOrCtrl+.'),
        command('reset', 'console.reset'),
      ],
    },
    {
      label: translate('menu.help'),
      role: 'help',
      submenu: [
        command('show-shortcuts', 'shortcuts.title'),
        separator,
        link('menu.pythonDocs', LINKS['python-docs']),
        link('menu.pyodidePackages', LINKS['pyodide-packages']),
        link('menu.pyodideConstraints', LINKS['pyodide-constraints']),
      ],
    },
  ];
};

const recentItem = ({
  onForgetRecent,
  onRecent,
  recent,
  translate,
}: AppMenuOptions): MenuItemConstructorOptions => ({
  id: 'recent-documents',
  label: translate('documents.recent'),
  enabled: recent.length > 0,
  submenu: [
    // An ampersand would mark the next letter as a key.
    ...recent.map((path) => ({ label: path.replaceAll('&', '&&'), click: () => onRecent(path) })),
    ...(recent.length === 0
      ? []
      : [
          { type: 'separator' as const },
          { label: translate('documents.forgetRecent'), click: () => onForgetRecent() },
        ]),
  ],
});
