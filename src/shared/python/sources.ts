/** The Python that both runtimes describe runs with; see modules.py for how it is loaded. */
import mimeTypes from '../contract/mime-types.json?raw';
import plotFonts from '../plot-fonts.json?raw';
import afterImport from './after_import.py?raw';
import animations from './plots/animations.py?raw';
import backends from './plots/backends.py?raw';
import display from './displays/display.py?raw';
import displayForms from './displays/display_forms.py?raw';
import encodingAdvice from './outcomes/encoding_advice.py?raw';
import exactJson from './outcomes/exact_json.py?raw';
import failures from './outcomes/failures.py?raw';
import figures from './plots/figures.py?raw';
import fallbackFonts from './plots/fallback_fonts.py?raw';
import animationFrames from './plots/animation_frames.py?raw';
import fileAdvice from './outcomes/file_advice.py?raw';
import frameColumns from './names/frame_columns.py?raw';
import fileNames from './workspace/file_names.py?raw';
import guestState from './sessions/guest_state.py?raw';
import inputAdvice from './outcomes/input_advice.py?raw';
import loopAdvice from './outcomes/loop_advice.py?raw';
import cellMagics from './code/cell_magics.py?raw';
import removedNames from './outcomes/removed_names.py?raw';
import interaction from './plots/interaction.py?raw';
import magics from './code/magics.py?raw';
import mimeTexts from './displays/mime_texts.py?raw';
import missingGlyphs from './plots/missing_glyphs.py?raw';
import moduleFiles from './names/module_files.py?raw';
import moduleAdvice from './outcomes/module_advice.py?raw';
import nameAdvice from './outcomes/name_advice.py?raw';
import modules from './modules.py?raw';
import nameReports from './names/name_reports.py?raw';
import notebookCode from './code/notebook_code.py?raw';
import notebookFile from './code/notebook_file.py?raw';
import notebookExports from './code/notebook_exports.py?raw';
import notebookShell from './code/notebook_shell.py?raw';
import otherLanguages from './code/other_languages.py?raw';
import outcome from './outcomes/outcome.py?raw';
import outputs from './displays/outputs.py?raw';
import internalFrames from './outcomes/internal_frames.py?raw';
import pastedPage from './code/pasted_page.py?raw';
import pastedSession from './code/pasted_session.py?raw';
import pastedText from './code/pasted_text.py?raw';
import pipOptions from './code/pip-options.json?raw';
import pipArguments from './code/pip_arguments.py?raw';
import workspaceAliases from './workspace/workspace_aliases.py?raw';
import suppressedValue from './code/suppressed_value.py?raw';
import redrawing from './plots/redrawing.py?raw';
import rightToLeft from './plots/right_to_left.py?raw';
import unshapedScripts from './plots/unshaped_scripts.py?raw';
import runFacts from './run_facts.py?raw';
import runSources from './sessions/run_sources.py?raw';
import scriptCode from './code/script_code.py?raw';
import scriptNames from './code/script_names.py?raw';
import signatures from './names/signatures.py?raw';
import standardInput from './sessions/standard_input.py?raw';
import staticLookup from './names/static_lookup.py?raw';
import standardStreams from './sessions/standard_streams.py?raw';
import text from './text.py?raw';
import inferredValues from './names/inferred_values.py?raw';
import wideFrames from './displays/wide_frames.py?raw';
import unfinishedFiles from './workspace/unfinished_files.py?raw';
import workspaceFiles from './workspace/workspace_files.py?raw';

/** The module that loads the others. */
export const MODULES_SOURCE = modules;

/** Sources by the names of their modules. */
export const SHARED_SOURCES: Readonly<Record<string, string>> = {
  after_import: afterImport,
  animations,
  backends,
  display,
  display_forms: displayForms,
  encoding_advice: encodingAdvice,
  exact_json: exactJson,
  failures,
  fallback_fonts: fallbackFonts,
  figures,
  // JSON's strings are Python's.
  font_table: `FONT_TABLE = ${JSON.stringify(plotFonts)}\n`,
  file_advice: fileAdvice,
  file_names: fileNames,
  animation_frames: animationFrames,
  frame_columns: frameColumns,
  guest_state: guestState,
  magics,
  mime_table: `MIME_TABLE = ${JSON.stringify(mimeTypes)}\n`,
  mime_texts: mimeTexts,
  missing_glyphs: missingGlyphs,
  module_advice: moduleAdvice,
  name_advice: nameAdvice,
  module_files: moduleFiles,
  modules,
  name_reports: nameReports,
  notebook_code: notebookCode,
  notebook_shell: notebookShell,
  notebook_exports: notebookExports,
  notebook_file: notebookFile,
  other_languages: otherLanguages,
  outcome,
  outputs,
  internal_frames: internalFrames,
  pasted_page: pastedPage,
  pasted_session: pastedSession,
  pasted_text: pastedText,
  pip_table: `PIP_OPTIONS = ${JSON.stringify(pipOptions)}\n`,
  pip_arguments: pipArguments,
  workspace_aliases: workspaceAliases,
  suppressed_value: suppressedValue,
  redrawing,
  right_to_left: rightToLeft,
  unshaped_scripts: unshapedScripts,
  input_advice: inputAdvice,
  loop_advice: loopAdvice,
  removed_names: removedNames,
  cell_magics: cellMagics,
  interaction,
  run_facts: runFacts,
  run_sources: runSources,
  script_code: scriptCode,
  script_names: scriptNames,
  signatures,
  standard_input: standardInput,
  standard_streams: standardStreams,
  static_lookup: staticLookup,
  text,
  inferred_values: inferredValues,
  wide_frames: wideFrames,
  unfinished_files: unfinishedFiles,
  workspace_files: workspaceFiles,
};
