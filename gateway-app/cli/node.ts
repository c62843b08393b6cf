import { loadTls } from '@cotrace/network';
import type { Consortium, ConsortiumNode } from '../consortium/consortium.js';
import { readConsortium } from '../consortium/read.js';
import { areWell, blocksBehind, quorumTrouble, reportOf, type NodeReport } from '../node/health.js';
import { Log } from '../node/log.js';
import { findNode, findOrganisation, type NodeConfig } from '../node/node-config.js';
import { readProcessConfig } from '../node/process-config.js';
import { RpcClient } from '../node/rpc-client.js';
import { runNodes } from '../run-nodes.js';
import { EXIT, exitCodeOf, table, type Output } from './output.js';

/** `cotrace node FILE`: runs the nodes of a file until it is told to stop. */
export async function runNode(path: string): Promise<number> {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stop.abort());
  try {
    await runNodes(path, stop.signal);
    return EXIT.done;
  } catch (error) {
    new Log('cotrace-node').error('stopped', error);
    return exitCodeOf(error);
  }
}

/**
 * `cotrace node FILE --check`: exit code 1 unless every node of the file is well, by its own word, and a quorum of the
 * consortium's masters is there.
 */
export async function checkNodes(path: string, output: Output): Promise<number> {
  const { consortium: consortiumPath, nodes } = readProcessConfig(path);
  const consortium = readConsortium(consortiumPath);
  const own = nodes.map(({ name }) => {
    const role = consortium.nodes.find((node) => node.name === name)?.role ?? 'master';
    return findNode(consortium, name, role);
  });
  const [caller] = nodes;
  if (caller === undefined) return EXIT.done;
  const masters = consortium.nodes.filter(({ role }) => role === 'master');
  const asked = new Map([...masters, ...own].map((node) => [node.name, node]));
  const reports = await askAll([...asked.values()], caller, consortium);
  const shown = own
    .flatMap(({ name }) => reports.filter(({ node }) => node.name === name))
    .map((report) => ({ ...report, behindBlocks: blocksBehind(report, reports, consortium) }));
  const quorum = quorumTrouble(reports, consortium);
  output.result(
    shown.map((report) => ({ ...checkedNode(report), quorum: quorum === null })),
    () => [
      ...table(
        shown.map(({ node, state, height, behindBlocks, behindSeconds }) => [
          node.name,
          state,
          height === null ? '-' : `height ${height}`,
          behindText(behindBlocks, behindSeconds),
        ]),
      ),
      ...shown.flatMap(({ node, reason }) => (reason === '' ? [] : [`${node.name}: ${reason}`])),
      ...(quorum === null ? [] : [quorum]),
    ],
  );
  return areWell(shown, quorum) ? EXIT.done : EXIT.failed;
}

/** A report of a node of the file, with the main blocks that it is behind. */
type ShownReport = NodeReport & { readonly behindBlocks: bigint | null };

function checkedNode(report: ShownReport) {
  const { node, state, reason, height, ledgerHeight, behindBlocks, behindSeconds } = report;
  return { name: node.name, state, reason, height, ledgerHeight, behindBlocks, behindSeconds };
}

function behindText(blocks: bigint | null, seconds: number | null): string {
  if (blocks === null || blocks === 0n) return '';
  const since = seconds === null || seconds === 0 ? '' : ` for ${seconds} s`;
  return `${blocks} ${blocks === 1n ? 'block' : 'blocks'} behind${since}`;
}

/** Asks nodes as `caller`: its own certificate is one that the consortium knows. */
async function askAll(
  nodes: readonly ConsortiumNode[],
  { tlsDir }: NodeConfig,
  consortium: Consortium,
): Promise<NodeReport[]> {
  const tls = loadTls(tlsDir);
  return Promise.all(
    nodes.map(async (node) => {
      const { tlsRoots } = findOrganisation(consortium, node.mspId);
      const client = new RpcClient(node.address ?? '', tls, tlsRoots, node.certificate);
      try {
        return await reportOf(node, client);
      } finally {
        client.close();
      }
    }),
  );
}
