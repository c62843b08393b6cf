import { checkProcess, type ProcessHealth } from '../client/check-nodes.js';
import { Log } from '../node/log.js';
import { runNodes } from '../run-nodes.js';
import { EXIT, exitCodeOf, table, type Output } from './output.js';

/** `cotrace node FILE`: runs the nodes of a file until it is told to stop. */
export async function runNode(path: string, run = runNodes): Promise<number> {
  const stop = new AbortController();
  const log = new Log('cotrace-node');
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      log.info(`stopping: ${name}`);
      stop.abort();
    });
  }
  try {
    await run(path, stop.signal);
    return EXIT.done;
  } catch (error) {
    log.error('stopped', error);
    return exitCodeOf(error);
  }
}

/**
 * `cotrace node FILE --check`: exit code 1 unless every node of the file is well, by its own word, and a quorum of the
 * consortium's masters is there.
 */
export async function checkNodes(path: string, output: Output): Promise<number> {
  return showHealth(await checkProcess(path), output);
}

/** Shows how the nodes of a process stand; the exit code of `checkNodes`. */
export function showHealth({ nodes, quorum, isWell }: ProcessHealth, output: Output): number {
  output.result(
    nodes.map((report) => ({ ...checkedNode(report), quorum: quorum === null })),
    () => [
      ...table(
        nodes.map(({ node, state, height, behindBlocks, behindSeconds }) => [
          node.name,
          state,
          height === null ? '-' : `height ${height}`,
          behindText(behindBlocks, behindSeconds),
        ]),
      ),
      ...nodes.flatMap(({ node, reason }) => (reason === '' ? [] : [`${node.name}: ${reason}`])),
      ...(quorum === null ? [] : [quorum]),
    ],
  );
  return isWell ? EXIT.done : EXIT.failed;
}

function checkedNode(report: ProcessHealth['nodes'][number]) {
  const { node, state, reason, height, ledgerHeight, behindBlocks, behindSeconds } = report;
  return { name: node.name, state, reason, height, ledgerHeight, behindBlocks, behindSeconds };
}

function behindText(blocks: bigint | null, seconds: number | null): string {
  if (blocks === null || blocks === 0n) return '';
  const since = seconds === null || seconds === 0 ? '' : ` for ${seconds} s`;
  return `${blocks} ${blocks === 1n ? 'block' : 'blocks'} behind${since}`;
}
