import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findFabric } from '@cotrace/network';
import { fabric } from '../acceptance/backend.js';
import { COMMAND } from '../acceptance/cotrace.js';
import { repository } from '../architecture/sources.js';
import { membershipChanges } from '../membership/membership.js';
import { blocksOf } from '../readme/examples.js';
import { Shell } from './operations/shell.js';

/** The commands of docs/operations.md: those before the updates of an organisation that joins, those for one that leaves, those for each channel. */
function documented() {
  const blocks = blocksOf(readFileSync(join(repository, 'docs', 'operations.md'), 'utf8'));
  const [joins, leaves, ...others] = blocks.filter(({ info }) => info === 'sh update');
  const [channel, ...more] = blocks.filter(({ info }) => info === 'sh update channel');
  if (joins === undefined || leaves === undefined || channel === undefined) throw new Error('no commands');
  if (others.length + more.length > 0) throw new Error('more commands than are run');
  return { joins: joins.text, leaves: leaves.text, channel: channel.text };
}

let shell: Shell | null = null;
let prepared = '';

membershipChanges(fabric, ({ home }, { channel, what }) => {
  const commands = documented();
  const folder = dirname(home);
  const binaries = findFabric(process.env);
  shell ??= new Shell(folder, join(folder, 'shell'), {
    PATH: [dirname(binaries.peer), dirname(process.execPath), process.env['PATH']].join(':'),
    HOME: folder,
  });
  const local = (text: string) =>
    text.replaceAll('.cotrace/', 'home/').replaceAll(/^cotrace /gm, `node ${COMMAND} --home ${home} `);
  const run = (text: string) => {
    const { status, output } = shell?.run(local(text)) ?? { status: null, output: '' };
    if (status !== 0) throw new Error(`exit code ${status ?? 'none'}:\n${output}`);
  };
  if (prepared !== what) run(commands[what]);
  prepared = what;
  run(`CHANNEL=${channel}\n${commands.channel}`);
  return Promise.resolve();
});
