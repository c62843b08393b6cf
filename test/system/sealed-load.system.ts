import { jest } from '@jest/globals';
import { devnet } from '../acceptance/backend.js';
import { sealedUnderLoad } from '../sealing/scenario.js';

// Other work on the machine must not fail a test.
jest.setTimeout(600_000);

sealedUnderLoad({ name: 'devnet', flags: devnet.flags, topology: '' });
