import { networkDown } from '../deploy/local/down.js';
import { deployHosts, prepareHosts } from '../deploy/hosts/hosts.js';
import { networkHealth } from '../deploy/local/status.js';
import { networkUp, type NetworkChoice } from '../deploy/local/up.js';
import { Workspace } from '../workspace/workspace.js';
import { EXIT, table, type Output } from './output.js';

/** `cotrace network up`. */
export async function up(
  home: string,
  choice: NetworkChoice,
  output: Output,
  start = networkUp,
): Promise<number> {
  const workspace = new Workspace(home);
  await start(workspace, choice, (message) => output.progress(message));
  output.result({ home: workspace.root, state: 'up' }, () => [`network up in ${workspace.root}`]);
  return EXIT.done;
}

/** `cotrace network prepare`. */
export async function prepare(
  home: string,
  topology: string | null,
  stores: string,
  output: Output,
  make = prepareHosts,
): Promise<number> {
  const workspace = new Workspace(home);
  await make(workspace, topology, stores, (message) => output.progress(message));
  output.result({ home: workspace.root, state: 'prepared' }, () => [`network prepared in ${workspace.root}`]);
  return EXIT.done;
}

/** `cotrace network deploy`. */
export async function deploy(home: string, output: Output, deployTo = deployHosts): Promise<number> {
  const workspace = new Workspace(home);
  await deployTo(workspace, (message) => output.progress(message));
  output.result({ home: workspace.root, state: 'deployed' }, () => ['network deployed']);
  return EXIT.done;
}

/** `cotrace network down`. */
export async function down(
  home: string,
  purge: boolean,
  output: Output,
  stop = networkDown,
): Promise<number> {
  const workspace = new Workspace(home);
  const wasThere = await stop(workspace, purge, (message) => output.progress(message));
  output.result({ home: workspace.root, state: 'down', purged: purge && wasThere }, () => {
    if (!wasThere)
      return [`there is no network in ${workspace.root}; nothing was ${purge ? 'removed' : 'stopped'}`];
    return purge
      ? [`network removed from ${workspace.root}`]
      : [`network down; its data stays in ${workspace.root}`];
  });
  return EXIT.done;
}

/** `cotrace network status`: exit code 1 unless everything that was started runs and answers. */
export async function status(home: string, output: Output, look = networkHealth): Promise<number> {
  const { state, processes, silent } = await look(new Workspace(home));
  output.result({ state, processes, silent }, () => [
    `network ${state}`,
    ...table(
      processes.map(({ name, running, pid, log }) => [
        name,
        silent.includes(name) ? 'does not answer' : running ? 'runs' : 'stopped',
        pid === null ? '-' : String(pid),
        log,
      ]),
    ),
  ]);
  return state === 'up' ? EXIT.done : EXIT.failed;
}
