import { CotraceError } from '@cotrace/core';
import { printLines } from '../print.js';
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
  printLines('stdout', [JSON.stringify(network.networkInfo)]);
  const stop = (): void => {
    network.stop().then(() => process.exit(0), fail);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

/** What clients were promised is on disk: the process ends, to be started again. */
function fail(error: unknown): never {
  printLines('stderr', linesOf(error));
  process.exit(1);
}

/** What is known of an error: its causes, and of one that nobody expected where it came from. */
function linesOf(error: unknown): string[] {
  if (error instanceof CotraceError) {
    const { code, message, detail, cause } = error;
    return [
      `${code}: ${message} ${JSON.stringify(detail)}`,
      ...(cause === undefined ? [] : linesOf(cause).map((line) => `  cause: ${line}`)),
    ];
  }
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return [String(error), ...stack.split('\n').filter((line) => line.startsWith('    at '))];
}

main(process.argv.slice(2)).catch(fail);
