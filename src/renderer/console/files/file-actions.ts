export const FILE_ACTIONS = ['copy-path', 'remove'] as const;
export type FileAction = (typeof FILE_ACTIONS)[number];
