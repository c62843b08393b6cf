import { allWritten, outliveReaders } from '@cotrace/network';
import { runProgram } from './program.js';

outliveReaders();
process.exitCode = await runProgram(process.argv.slice(2));
// What was written goes out first. Then the process ends, whatever is left open: a connection to a process that hangs
// stays half made for as long as that one does.
await allWritten();
process.exit();
