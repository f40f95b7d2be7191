import { SHARED_SOURCES } from '../../shared/python/sources.ts';
import channel from './python/channel.py?raw';
import channelInput from './python/channel_input.py?raw';
import lifeline from './python/lifeline.py?raw';
import nativeEnd from './python/native_end.py?raw';
import nativeParts from './python/native_parts.py?raw';
import nativeProgram from './python/native_program.py?raw';
import nativeRun from './python/native_run.py?raw';
import nativeSession from './python/native_session.py?raw';

/** The Python of a native run: sources by the names of their modules. native_runner.py loads them. */
export const NATIVE_SOURCES: Readonly<Record<string, string>> = {
  ...SHARED_SOURCES,
  channel,
  channel_input: channelInput,
  lifeline,
  native_end: nativeEnd,
  native_parts: nativeParts,
  native_program: nativeProgram,
  native_run: nativeRun,
  native_session: nativeSession,
};
