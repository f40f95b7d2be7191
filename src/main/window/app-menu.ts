import { Menu } from 'electron';
import { menuTemplate, type AppMenuOptions } from './menu-template.ts';

/** Puts the menu in place; again when the language changes. */
export const setAppMenu = (options: AppMenuOptions): void => {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(options)));
};
