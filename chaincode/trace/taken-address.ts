import { spawnSync } from 'node:child_process';

/** Ends with 1 where nobody else can listen on the host and port in its arguments because somebody does. */
const PROBE = `require('node:net').createServer()
  .on('error', ({ code }) => process.exit(code === 'EADDRINUSE' ? 1 : 0))
  .listen({ host: process.argv[1], port: Number(process.argv[2]) }, () => process.exit(0))`;

/**
 * The address that Fabric's launcher was told to serve on, if something listens there already; null otherwise. The
 * launcher itself would print its usage and a stack trace. It loads chaincode synchronously, so another process looks.
 * `args`, `env`: those of the launcher (fabric-shim, `lib/cmds/serverCommand.js`).
 */
export function takenAddress(args: readonly string[], env: Readonly<NodeJS.ProcessEnv>): string | null {
  if (!args.includes('server')) return null;
  const address = addressIn(args) ?? env['CORE_CHAINCODE_ADDRESS'] ?? '';
  const [, host, port] = /^(.*):(\d{1,5})$/.exec(address) ?? [];
  if (host === undefined || port === undefined) return null;
  const { status } = spawnSync(process.execPath, ['-e', PROBE, host.replace(/^\[(.*)\]$/, '$1'), port]);
  return status === 1 ? address : null;
}

function addressIn(args: readonly string[]): string | null {
  const name = '--chaincode-address';
  const joined = args.find((arg) => arg.startsWith(`${name}=`));
  const at = args.indexOf(name);
  return joined?.slice(name.length + 1) ?? (at < 0 ? null : (args[at + 1] ?? null));
}
