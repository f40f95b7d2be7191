/** What of a cell is collapsed, as notebooks have it in the metadata of the cell. */
import { z } from 'zod';
import type { HiddenParts } from '../model/document.ts';
import { withMember, withoutMember } from './json-edits.ts';
import { membersOf } from './json-spans.ts';

/** What is none of that says nothing. */
const Jupyter = z
  .looseObject({
    source_hidden: z.boolean().optional().catch(undefined),
    outputs_hidden: z.boolean().optional().catch(undefined),
  })
  .catch({});
const Metadata = z
  .looseObject({ jupyter: Jupyter.optional(), collapsed: z.boolean().optional().catch(undefined) })
  .catch({});

/** @param metadata of a cell */
export const hiddenIn = (metadata: unknown, isCode: boolean): HiddenParts => {
  const { collapsed, jupyter } = Metadata.parse(metadata);
  return {
    code: jupyter?.source_hidden ?? false,
    // Text has no outputs, whatever is said of them.
    outputs: isCode && (jupyter?.outputs_hidden ?? collapsed ?? false),
  };
};

const isObject = (text: string | undefined): boolean => text === undefined || text.startsWith('{');

/** The text of a cell that says what is collapsed. What is no object where one should be is left alone. */
export const withHidden = (
  cell: string,
  hidden: HiddenParts,
  isCode: boolean,
  indent: string | null,
): string => {
  const span = membersOf(cell, 0).get('metadata');
  const before = span === undefined ? undefined : cell.slice(span.start, span.end);
  if (!isObject(before)) return cell;
  let metadata = before ?? '{}';
  const told = hiddenIn(JSON.parse(metadata), isCode);
  const ofJupyter = membersOf(metadata, 0).get('jupyter');
  const jupyterBefore = ofJupyter === undefined ? undefined : metadata.slice(ofJupyter.start, ofJupyter.end);
  if (!isObject(jupyterBefore)) return cell;
  let jupyter = jupyterBefore ?? '{}';
  const setJupyter = (name: string, value: boolean): void => {
    jupyter = value ? withMember(jupyter, name, 'true', { indent, levels: 4 }) : withoutMember(jupyter, name);
  };
  if (told.code !== hidden.code) setJupyter('source_hidden', hidden.code);
  if (isCode && told.outputs !== hidden.outputs) {
    setJupyter('outputs_hidden', hidden.outputs);
    metadata = hidden.outputs
      ? withMember(metadata, 'collapsed', 'true', { indent, levels: 3 })
      : withoutMember(metadata, 'collapsed');
  }
  if (jupyter === (jupyterBefore ?? '{}')) return metadata === before ? cell : put(cell, metadata, indent);
  metadata =
    jupyter === '{}'
      ? withoutMember(metadata, 'jupyter')
      : withMember(metadata, 'jupyter', jupyter, { indent, levels: 3 });
  return put(cell, metadata, indent);
};

const put = (cell: string, metadata: string, indent: string | null): string =>
  withMember(cell, 'metadata', metadata, { indent, levels: 2 });
