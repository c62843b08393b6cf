// `npm run test:fabric`: the suites that need Fabric's own programs.
// FABRIC_BIN and FABRIC_CONFIG say where they are. Arguments are handed to jest.
import { conclude, runJest } from './run-jest.mjs';
import { setUp } from './setup.mjs';

setUp();
const { findFabric } = await import('../network/dist/index.js');
try {
  const { peer } = findFabric(process.env);
  console.error(`on ${peer}`);
} catch (error) {
  console.error(`test:fabric cannot run: ${error.message}`);
  process.exit(1);
}
conclude([runJest('--config=jest.fabric.config.js', '--maxWorkers=1', ...process.argv.slice(2))]);
