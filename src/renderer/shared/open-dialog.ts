/** Whether a dialog has the keyboard: what is under it is not seen, and neither is what would be done there. */
export const isDialogOpen = (): boolean => document.querySelector('dialog[open]') !== null;
