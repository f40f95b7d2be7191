import { z } from 'zod';
import type { Config } from '../../shared/config/config.ts';
import { DEFAULT_RUNTIME, traitsOf } from '../../shared/runtimes.ts';
import type {
  InterpreterService,
  InterpreterError,
  PyodideAnswer,
} from '../interpreter/interpreter-service.ts';
import { describePython, type PythonFacts } from './describe-python.ts';

/** What the tool goes by; a setting that is missing has its default. */
export type PythonSettings = Partial<Config['plugins']['python']>;

export interface RunPythonCodeConfig {
  /** Asked each time, so that a changed setting holds at once. */
  readonly settings: () => PythonSettings;
  readonly interpreter: Pick<InterpreterService, 'python' | 'pyodide'>;
  /** What is true of a runtime now. */
  readonly facts: (runtime: PythonFacts['runtime']) => PythonFacts;
  /** The text of a locale key. */
  readonly translate: (key: StatusKey) => string;
}

export type StatusKey = 'plugins.python.running' | 'plugins.python.completed' | 'plugins.python.error';

export interface ToolParameter {
  readonly name: string;
  readonly type: 'string';
  readonly description: string;
  readonly required: boolean;
}

const Arguments = z.object({ script: z.string() });

/** The tool that chat apps and agents offer to a model: one parameter, one answer. */
export class RunPythonCode {
  readonly name = 'run_python_code';
  readonly parameters: readonly ToolParameter[] = [
    { name: 'script', type: 'string', description: 'The Python code to run', required: true },
  ];
  readonly #config: RunPythonCodeConfig;

  constructor(config: RunPythonCodeConfig) {
    this.#config = config;
  }

  isEnabled(): boolean {
    const { enabled = false, binpath = '' } = this.#config.settings();
    return enabled && (!traitsOf(this.#runtime).needsProgram || binpath.trim() !== '');
  }

  /** For the model; see `describePython`. */
  getDescription(): string {
    return describePython(this.#config.facts(this.#runtime));
  }

  /** For the person, while it runs and afterwards. */
  getStatus(state: 'running' | PyodideAnswer): string {
    const { translate } = this.#config;
    if (state === 'running') return translate('plugins.python.running');
    return translate('error' in state ? 'plugins.python.error' : 'plugins.python.completed');
  }

  /** Never rejects. */
  async execute(parameters: unknown): Promise<{ readonly result: string } | InterpreterError> {
    const parsed = Arguments.safeParse(parameters);
    if (!parsed.success) return { error: 'the parameter "script" is missing; give the Python code as text' };
    const { script } = parsed.data;
    const { interpreter } = this.#config;
    switch (this.#runtime) {
      case 'embedded':
        return interpreter.pyodide(script);
      case 'native': {
        const answer = await interpreter.python(script);
        return 'error' in answer ? answer : { result: answer.result.join('\n') };
      }
    }
  }

  get #runtime(): PythonFacts['runtime'] {
    return this.#config.settings().runtime ?? DEFAULT_RUNTIME;
  }
}
