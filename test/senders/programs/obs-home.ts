/** What OBS finds where it looks for its configuration: a profile, a scene with something to see, and its websocket switched on. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Owner } from '../../support/owner.ts';

const name = 'Senders';

/** Behind the first run's questions, and without any that would wait for a click. */
const global = (port: number) => `[General]
FirstRun=true
LastVersion=486539266
EnableAutoUpdates=false
[Basic]
Profile=${name}
ProfileDir=${name}
SceneCollection=${name}
SceneCollectionFile=${name}
[BasicWindow]
SysTrayEnabled=false
[OBSWebSocket]
FirstLoad=false
ServerEnabled=true
ServerPort=${port}
AuthRequired=false
`;

const profile = `[General]
Name=${name}
[Video]
BaseCX=640
BaseCY=360
OutputCX=640
OutputCY=360
FPSCommon=30
[Output]
Mode=Advanced
Reconnect=false
[AdvOut]
Encoder=obs_x264
`;

const encoder = {
  rate_control: 'CBR',
  bitrate: 500,
  keyint_sec: 1,
  preset: 'ultrafast',
  bf: 0,
  profile: 'main',
};

const font = { face: 'DejaVu Sans', size: 120, style: 'Regular', flags: 0 };
/** It moves, so that a picture that stands is told from one that comes. */
const scroll = {
  ...{ id: 'scroll_filter', name: 'Moves', enabled: true },
  settings: { speed_x: 100, loop: true },
};
const scenes = {
  ...{ name, current_scene: 'Scene', current_program_scene: 'Scene', scene_order: [{ name: 'Scene' }] },
  sources: [
    {
      ...{ id: 'scene', name: 'Scene' },
      settings: {
        items: [{ name: 'Words', id: 1, visible: true, pos: { x: 20, y: 20 }, scale: { x: 1, y: 1 } }],
      },
    },
    { id: 'text_ft2_source_v2', name: 'Words', settings: { text: 'live', font }, filters: [scroll] },
  ],
};

/** Makes it for a stream to `server` by `key`; gives what is to stand in `XDG_CONFIG_HOME`, and goes with its owner. */
export async function makeObsHome(
  owner: Owner,
  port: number,
  service: { readonly server: string; readonly key: string },
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-obs-'));
  owner.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const files: Readonly<Record<string, string>> = {
    'global.ini': global(port),
    [`basic/profiles/${name}/basic.ini`]: profile,
    [`basic/profiles/${name}/streamEncoder.json`]: JSON.stringify(encoder),
    [`basic/profiles/${name}/service.json`]: JSON.stringify({ type: 'rtmp_custom', settings: service }),
    [`basic/scenes/${name}.json`]: JSON.stringify(scenes),
  };
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, 'obs-studio', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return folder;
}
