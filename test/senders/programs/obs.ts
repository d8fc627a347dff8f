/** OBS Studio before a display that nobody sees, told by its own websocket what its user would click. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { freePort } from '../../../src/broker/ports.ts';
import type { Owner } from '../../support/owner.ts';
import { runCommand, startCommand } from '../../support/process.ts';
import { waitFor } from '../../support/wait.ts';
import type { SenderProgram, Target } from '../sender.ts';
import { addressOf } from '../sender.ts';
import { makeObsHome } from './obs-home.ts';
import { openObs } from './obs-socket.ts';

const taken = new Set<number>();

/** A display of its own; gives its name. */
async function openDisplay(owner: Owner): Promise<string> {
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const gone = once(child, 'close');
  gone.catch(() => {});
  owner.after(async () => {
    child.kill('SIGTERM');
    await gone;
  });
  const [line] = await once(createInterface({ input: child.stdio[3] as Readable }), 'line');
  return `:${line}`;
}

/** How OBS wants the address in its two fields. */
function serviceOf(target: Target): { readonly server: string; readonly key: string } {
  if (target.protocol === 'srt') return { server: addressOf(target), key: '' };
  const { protocol, port, stream, key } = target;
  return { server: `${protocol}://127.0.0.1:${port}/live`, key: `${stream}?key=${key}` };
}

/** What its log says of a refusal: for RTMP the line behind the address, for SRT the library's reason. */
const refusals = /(NetStream\.\S+ \(.*\))|(Connection rejected, .*)/;

function obs(protocol: Target['protocol'], missing?: string): SenderProgram {
  return {
    name: `OBS, ${protocol.toUpperCase()}`,
    protocol,
    ...(missing === undefined ? {} : { missing }),
    async version() {
      const { stdout } = await runCommand('obs', ['--version'], { env: { QT_QPA_PLATFORM: 'offscreen' } });
      return /OBS Studio - (\S+)/.exec(stdout)?.[1] ?? stdout.trim();
    },
    async send(owner, target) {
      const port = await freePort('127.0.0.1', taken);
      const home = await makeObsHome(owner, port, serviceOf(target));
      const env = {
        ...{ DISPLAY: await openDisplay(owner), XDG_CONFIG_HOME: home, XDG_RUNTIME_DIR: home, HOME: home },
        // There may be no graphics card.
        LIBGL_ALWAYS_SOFTWARE: '1',
      };
      const words = [
        '--multi',
        '--profile',
        'Senders',
        '--collection',
        'Senders',
        '--disable-missing-files-check',
      ];
      const { output } = startCommand('obs', words, { env }, owner);
      const socket = await openObs(port);
      owner.after(() => socket.close());
      await waitFor(() => output.stdout.includes('Loaded scenes'), { what: 'the scene of OBS' });
      const began = performance.now();
      await socket.ask('StartStream');
      return {
        began,
        async refusal() {
          // The box that it shows comes with this.
          if (!socket.states.includes('OBS_WEBSOCKET_OUTPUT_STOPPED')) return undefined;
          return refusals.exec(`${output.stdout}${output.stderr}`)?.[0];
        },
        stop: () => socket.ask('StopStream'),
      };
    },
  };
}

export const obses: readonly SenderProgram[] = [
  obs('rtmp'),
  obs('srt'),
  obs('whip', "Debian's is 29, WHIP came with 30"),
];
