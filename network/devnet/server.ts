import { CotraceError } from '@cotrace/core';
import { readServerConfig } from './server-config.js';
import { start } from './start.js';

/**
 * The embedded network as a process: `node server.js CONFIG`, with a file as `readServerConfig` takes it. Prints the
 * network's addresses as one line of JSON when it is ready (they are in `devnet.json` of the state folder then,
 * too), and ends on SIGTERM or SIGINT.
 */
async function main([config]: readonly string[]): Promise<void> {
  if (config === undefined) throw new CotraceError('USAGE', 'usage: server CONFIG');
  const network = await start({ ...readServerConfig(config), onError: fail });
  process.stdout.write(`${JSON.stringify(network.networkInfo)}\n`);
  const stop = (): void => {
    network.stop().then(() => process.exit(0), fail);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

/** What clients were promised is on disk: the process ends, to be started again. */
function fail(error: unknown): never {
  process.stderr.write(`${describe(error)}\n`);
  process.exit(1);
}

function describe(error: unknown): string {
  if (error instanceof CotraceError) {
    const cause = error.cause === undefined ? '' : `\n  cause: ${describe(error.cause)}`;
    return `${error.code}: ${error.message} ${JSON.stringify(error.detail)}${cause}`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

main(process.argv.slice(2)).catch(fail);
