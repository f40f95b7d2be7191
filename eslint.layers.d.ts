type Folders = Readonly<Record<string, readonly string[]>>;

export const MAIN_FOLDERS: Folders;
export const SANDBOX_FOLDERS: Folders;
export const SHARED_FOLDERS: Folders;
export const REALM_FOLDERS: Folders;
export const CONTROL_FOLDERS: Folders;
export const CONSOLE_FOLDERS: Folders;
export const layers: readonly object[];
