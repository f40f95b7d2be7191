import curatedPackages from '../../shared/curated-packages.json?raw';
import absentTable from '../../shared/python/absent.json?raw';
import { SHARED_SOURCES } from '../../shared/python/sources.ts';
import absentFeatures from '../python/imports/absent_features.py?raw';
import absentInGraphics from '../python/imports/absent_in_graphics.py?raw';
import absentMessages from '../python/imports/absent_messages.py?raw';
import arrowFrames from '../python/functions/arrow_frames.py?raw';
import blockingLoop from '../python/loops/blocking_loop.py?raw';
import cellTexts from '../python/tables/cell_texts.py?raw';
import deadline from '../python/sessions/deadline.py?raw';
import device from '../python/device.py?raw';
import driver from '../python/driver.py?raw';
import eventLoops from '../python/loops/event_loops.py?raw';
import finalizable from '../python/sessions/finalizable.py?raw';
import frameTable from '../python/tables/frame_table.py?raw';
import hostFunctions from '../python/functions/host_functions.py?raw';
import interpreter from '../python/interpreter.py?raw';
import interrupts from '../python/interrupts.py?raw';
import nestedLoops from '../python/loops/nested_loops.py?raw';
import packageChecks from '../python/packages/package_checks.py?raw';
import plotFonts from '../python/packages/plot_fonts.py?raw';
import packages from '../python/packages/packages.py?raw';
import slicedWaits from '../python/loops/sliced_waits.py?raw';
import plainData from '../python/functions/plain_data.py?raw';
import programEnd from '../python/sessions/program_end.py?raw';
import ipython from '../python/imports/provided/IPython/__init__.py?raw';
import ipythonCore from '../python/imports/provided/IPython/core/__init__.py?raw';
import ipythonCoreDisplay from '../python/imports/provided/IPython/core/display.py?raw';
import ipythonInteractiveShell from '../python/imports/provided/IPython/core/interactiveshell.py?raw';
import ipythonDisplay from '../python/imports/provided/IPython/display.py?raw';
import ipythonLib from '../python/imports/provided/IPython/lib/__init__.py?raw';
import ipythonLibDisplay from '../python/imports/provided/IPython/lib/display.py?raw';
import host from '../python/imports/provided/host.py?raw';
import micropip from '../python/imports/provided/micropip.py?raw';
import nestAsyncio from '../python/imports/provided/nest_asyncio.py?raw';
import urllib3Emscripten from '../python/imports/provided/urllib3_emscripten.py?raw';
import charts from '../python/imports/charts.py?raw';
import progressBars from '../python/imports/progress_bars.py?raw';
import providedModules from '../python/imports/provided_modules.py?raw';
import refusedModules from '../python/imports/refused_modules.py?raw';
import schemaChecks from '../python/functions/schema_checks.py?raw';
import session from '../python/sessions/session.py?raw';
import shownTables from '../python/tables/shown_tables.py?raw';
import snapshot from '../python/snapshot.py?raw';
import timeZone from '../python/time_zone.py?raw';

/** The Python of an interpreter: sources by the names of their modules. driver.py is where it begins. */
export const INTERPRETER_SOURCES: Readonly<Record<string, string>> = {
  ...SHARED_SOURCES,
  // JSON's strings are Python's.
  absent: `ABSENT = ${JSON.stringify(absentTable)}\n`,
  absent_features: absentFeatures,
  absent_in_graphics: absentInGraphics,
  absent_messages: absentMessages,
  arrow_frames: arrowFrames,
  blocking_loop: blockingLoop,
  cell_texts: cellTexts,
  curated: `CURATED = ${JSON.stringify(curatedPackages)}\n`,
  deadline,
  device,
  driver,
  event_loops: eventLoops,
  finalizable,
  frame_table: frameTable,
  host_functions: hostFunctions,
  interpreter,
  interrupts,
  nested_loops: nestedLoops,
  package_checks: packageChecks,
  plot_fonts: plotFonts,
  packages,
  sliced_waits: slicedWaits,
  plain_data: plainData,
  program_end: programEnd,
  charts,
  progress_bars: progressBars,
  provided_modules: providedModules,
  refused_modules: refusedModules,
  schema_checks: schemaChecks,
  session,
  shown_tables: shownTables,
  snapshot,
  time_zone: timeZone,
};

/** Modules that guest code can import: sources by the names of the modules. See provided_modules.py. */
export const PROVIDED_SOURCES: Readonly<Record<string, string>> = {
  host,
  micropip,
  nest_asyncio: nestAsyncio,
  IPython: ipython,
  'IPython.core': ipythonCore,
  'IPython.core.display': ipythonCoreDisplay,
  'IPython.core.display_functions': ipythonCoreDisplay,
  'IPython.core.interactiveshell': ipythonInteractiveShell,
  'IPython.display': ipythonDisplay,
  'IPython.lib': ipythonLib,
  'IPython.lib.display': ipythonLibDisplay,
  'urllib3.contrib.emscripten': urllib3Emscripten,
};
