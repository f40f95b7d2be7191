import { LIMITS } from '../../shared/limits.ts';
import { NameReport, REPORT_DEPTH, REPORT_VALUES } from '../../shared/protocol/name-reports.ts';
import { JsonReader } from '../foreign-text/json-reader.ts';
import { inPieces } from '../foreign-text/yielder.ts';

/** For an answer about names, in ms: whoever writes code does not wait for it. */
export const LOOK_UP_LIMIT_MS = 500;

/** Reads what a guest has said of names. Null for what is no such report. */
export const readNameReport = async (said: Uint8Array): Promise<NameReport | null> => {
  const reader = new JsonReader({
    maxBytes: LIMITS.nameReportBytes,
    maxDepth: REPORT_DEPTH,
    maxValues: REPORT_VALUES,
  });
  try {
    await inPieces(said, (piece) => reader.push(piece));
    return NameReport.safeParse(reader.end()).data ?? null;
  } catch {
    return null;
  }
};
