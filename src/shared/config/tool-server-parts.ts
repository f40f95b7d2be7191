/** What a file says of a server, in parts that are told apart when it says something else. */
import { z } from 'zod';

export const SERVER_PARTS = ['command', 'args', 'env', 'folder', 'calls', 'time'] as const;
export type ServerPart = (typeof SERVER_PARTS)[number];

/**
 * A digest of each part, which tells nothing of secrets in it: it is salted with that of all of them. One that was kept
 * before there was such a part lacks it.
 */
export const ServerParts = z.partialRecord(
  z.enum(SERVER_PARTS),
  z.string().regex(/^[0-9a-f]{32}$/u, 'must be a digest'),
);
export type ServerParts = z.infer<typeof ServerParts>;
