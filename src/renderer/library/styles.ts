import '../app/tokens.css';
import '../app/elements.css';
import './host.css';

/** Put in by the build: these sheets and those of all components, in one text. See scripts/build/library.ts. */
declare const VIVARIUM_LIBRARY_STYLES: string;

export const LIBRARY_STYLES: string = VIVARIUM_LIBRARY_STYLES;
