import { jest } from '@jest/globals';
import { devnet } from './backend.js';
import { acceptance } from './suite.js';

// Every command is a process, on a machine that may be busy.
jest.setTimeout(120_000);

acceptance(devnet);
