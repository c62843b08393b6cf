// `npm start`: the default network, a small supply chain captured, traced and proven. `-- --once` ends after that.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';

setUp();
const child = spawn(
  process.execPath,
  [join(root, 'gateway-app', 'bin', 'cotrace.js'), 'demo', ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)));
