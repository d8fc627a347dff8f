/** Where `scripts/setup-senders` has put what is not Debian's. */
import { homedir } from 'node:os';
import { join } from 'node:path';

const { SLUICE_CACHE, XDG_CACHE_HOME } = process.env;
const folder = join(SLUICE_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'sluice'), 'senders');

/** An FFmpeg that knows enhanced RTMP. */
export const newFfmpeg = join(folder, 'ffmpeg');
/** A folder of further plugins of GStreamer. */
export const gstreamerPlugins = join(folder, 'gstreamer');
