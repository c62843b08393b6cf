import { jest } from '@jest/globals';
import { devnet } from '../acceptance/backend.js';
import { acceptance } from '../acceptance/suite.js';

// Every command is a process, on a machine that may be busy.
jest.setTimeout(600_000);

acceptance(devnet);
