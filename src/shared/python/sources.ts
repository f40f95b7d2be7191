/** The Python that both runtimes describe runs with; see modules.py for how it is loaded. */
import display from './display.py?raw';
import displayForms from './display_forms.py?raw';
import exactJson from './exact_json.py?raw';
import failures from './failures.py?raw';
import figures from './figures.py?raw';
import mimeTexts from './mime_texts.py?raw';
import modules from './modules.py?raw';
import outcome from './outcome.py?raw';
import outputs from './outputs.py?raw';
import scriptCode from './script_code.py?raw';
import text from './text.py?raw';
import workspaceFiles from './workspace_files.py?raw';

/** The module that loads the others. */
export const MODULES_SOURCE = modules;

/** Sources by the names of their modules. */
export const SHARED_SOURCES: Readonly<Record<string, string>> = {
  display,
  display_forms: displayForms,
  exact_json: exactJson,
  failures,
  figures,
  mime_texts: mimeTexts,
  modules,
  outcome,
  outputs,
  script_code: scriptCode,
  text,
  workspace_files: workspaceFiles,
};
