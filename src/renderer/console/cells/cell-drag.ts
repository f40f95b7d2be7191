/** Cells that are dragged to another place of their session. */

/** Of our own, so that nothing else takes it for text or files. */
const TYPE = 'application/x-vivarium-cell';

export type DropSide = 'above' | 'below';

/** @param image what is seen at the pointer */
export const beginCellDrag = ({ dataTransfer }: DragEvent, id: string, image: Element | null): void => {
  if (dataTransfer === null) return;
  dataTransfer.setData(TYPE, id);
  dataTransfer.effectAllowed = 'move';
  if (image !== null) dataTransfer.setDragImage(image, 0, 0);
};

export const isCellDrag = ({ dataTransfer }: DragEvent): boolean =>
  dataTransfer?.types.includes(TYPE) === true;

export const draggedCell = ({ dataTransfer }: DragEvent): string => dataTransfer?.getData(TYPE) ?? '';

/** Which half of an element the pointer is over. */
export const sideOf = ({ clientY }: DragEvent, element: Element): DropSide => {
  const { height, top } = element.getBoundingClientRect();
  return clientY < top + height / 2 ? 'above' : 'below';
};
