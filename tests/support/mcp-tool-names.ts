/** The tools of `vivarium mcp`, as clients list them, sorted. */
export const MCP_TOOL_NAMES = ['list_files', 'read_file', 'reset_session', 'run_python_code', 'write_file'];
