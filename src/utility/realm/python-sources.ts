import curatedPackages from '../../shared/curated-packages.json?raw';
import { SHARED_SOURCES } from '../../shared/python/sources.ts';
import blockingLoop from '../python/blocking_loop.py?raw';
import eventLoops from '../python/event_loops.py?raw';
import guestState from '../python/guest_state.py?raw';
import interpreter from '../python/interpreter.py?raw';
import interrupts from '../python/interrupts.py?raw';
import looseTasks from '../python/loose_tasks.py?raw';
import packages from '../python/packages.py?raw';
import pauses from '../python/pauses.py?raw';
import ipython from '../python/provided/IPython/__init__.py?raw';
import ipythonDisplay from '../python/provided/IPython/display.py?raw';
import micropip from '../python/provided/micropip.py?raw';
import providedModules from '../python/provided_modules.py?raw';
import runMarker from '../python/run_marker.py?raw';
import runSources from '../python/run_sources.py?raw';
import session from '../python/session.py?raw';
import standardInput from '../python/standard_input.py?raw';
import standardStreams from '../python/standard_streams.py?raw';
import webLoop from '../python/web_loop.py?raw';

/** The Python of an interpreter: sources by the names of their modules. interpreter.py is where it begins. */
export const INTERPRETER_SOURCES: Readonly<Record<string, string>> = {
  ...SHARED_SOURCES,
  blocking_loop: blockingLoop,
  // JSON's strings are Python's.
  curated: `CURATED = ${JSON.stringify(curatedPackages)}\n`,
  event_loops: eventLoops,
  guest_state: guestState,
  interpreter,
  interrupts,
  loose_tasks: looseTasks,
  packages,
  pauses,
  provided_modules: providedModules,
  run_marker: runMarker,
  run_sources: runSources,
  session,
  standard_input: standardInput,
  standard_streams: standardStreams,
  web_loop: webLoop,
};

/** Modules that guest code can import: sources by the names of the modules. See provided_modules.py. */
export const PROVIDED_SOURCES: Readonly<Record<string, string>> = {
  micropip,
  IPython: ipython,
  'IPython.display': ipythonDisplay,
};
