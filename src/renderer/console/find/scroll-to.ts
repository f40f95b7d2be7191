/** Brings a place into sight, in all boxes that scroll around it. */

/** Between the place and the edge of a box, in CSS pixels. */
const MARGIN = 24;

/** @param root the outermost box */
export const scrollToRange = (range: Range, root: HTMLElement): void => {
  let element = range.startContainer.parentElement;
  for (; element !== null; element = element === root ? null : element.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    const place = range.getBoundingClientRect();
    if (scrolls(overflowY) && element.scrollHeight > element.clientHeight) {
      const room = Math.min(MARGIN, (element.clientHeight - place.height) / 2);
      const isInSight = place.top >= box.top + room && place.bottom <= box.top + element.clientHeight - room;
      if (!isInSight) element.scrollTop += place.top - box.top - (element.clientHeight - place.height) / 2;
    }
    if (scrolls(overflowX) && element.scrollWidth > element.clientWidth) {
      const isInSight = place.left >= box.left && place.right <= box.left + element.clientWidth;
      if (!isInSight) element.scrollLeft += place.left - box.left - (element.clientWidth - place.width) / 2;
    }
  }
};

const scrolls = (overflow: string): boolean => overflow === 'auto' || overflow === 'scroll';
