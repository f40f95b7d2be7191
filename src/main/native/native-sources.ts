import { SHARED_SOURCES } from '../../shared/python/sources.ts';
import channel from './python/channel.py?raw';
import channelInput from './python/channel_input.py?raw';
import parentWatch from './python/parent_watch.py?raw';
import nativeExit from './python/native_exit.py?raw';
import nativeSetup from './python/native_setup.py?raw';
import nativeProgram from './python/native_program.py?raw';
import nativeRun from './python/native_run.py?raw';
import nativeSession from './python/native_session.py?raw';

/** The Python of a native run: sources by the names of their modules. native_runner.py loads them. */
export const NATIVE_SOURCES: Readonly<Record<string, string>> = {
  ...SHARED_SOURCES,
  channel,
  channel_input: channelInput,
  parent_watch: parentWatch,
  native_exit: nativeExit,
  native_setup: nativeSetup,
  native_program: nativeProgram,
  native_run: nativeRun,
  native_session: nativeSession,
};
