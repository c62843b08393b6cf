import { fileURLToPath } from 'node:url';
import { CotraceError } from '@cotrace/core';
import { DEFAULT_DOMAIN_RULES } from '@cotrace/epcis';
import { readRecordsProof, verifyRecords, writeRecordsProof } from '@cotrace/verifier';
import { captureFiles } from '../client/capture-files.js';
import { collectTrace } from '../client/collect-trace.js';
import type { Connections } from '../client/connections.js';
import { settledRows } from '../client/node-rows.js';
import { openSession } from '../client/session.js';
import { differingDomains } from '../client/state-digests.js';
import { loadTrust } from '../client/trust.js';
import { networkDown } from '../deploy/local/down.js';
import { networkUp, type NetworkChoice } from '../deploy/local/up.js';
import { Workspace } from '../workspace/workspace.js';
import { isAborted, pauseFor } from '../node/retry.js';
import { bytes, EXIT, table, type Output } from './output.js';
import { toText } from './trace-text.js';
import { LONG_MS, SETTLE_MS } from './limits.js';

/** The rice chain: two paddies dried, milled together, packed into two sizes, shipped on a pallet, sold. */
const FILES = ['1-production', '2-processing', '3-distribution', '4-retail'].map((name) =>
  fileURLToPath(new URL(`../../demo/${name}.jsonld`, import.meta.url)),
);
/** The lot that the consumer bought. */
const BOUGHT = 'https://id.gs1.org/01/09521234500049/10/BAG-1KG-7';
/** Every event of the files tells of what the lot was made of, travelled in, or became. */
const EVENTS = 12;
const IN_FLIGHT = 16;

/**
 * `npm start`: brings the network up, captures the rice chain, proves the consumer's trace, and shows who stores what.
 * Interrupted at any time, it stops the network. Throws `INTERRUPTED` where that was before everything was checked.
 */
export async function demo(
  home: string,
  choice: NetworkChoice,
  once: boolean,
  output: Output,
): Promise<number> {
  const workspace = new Workspace(home);
  const interrupt = new AbortController();
  // Stays: a terminal and `npm start` may both send the signal, and the second must not end this process.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupt.abort());
  try {
    await networkUp(workspace, choice, (message) => output.progress(message));
    const exitCode = await showRiceChain(workspace, interrupt.signal, output);
    if (!once) {
      output.progress('');
      output.progress(
        'The network stays up until you press Ctrl-C. In another terminal try: node_modules/.bin/cotrace nodes',
      );
      while (!isAborted(interrupt.signal)) await pauseFor(LONG_MS, interrupt.signal);
    }
    return exitCode;
  } finally {
    await networkDown(workspace, false, (message) => output.progress(message));
  }
}

async function showRiceChain(workspace: Workspace, signal: AbortSignal, output: Output): Promise<number> {
  const connections = openSession({ home: workspace.root });
  try {
    return await checkRiceChain(workspace, connections, signal, output);
  } finally {
    connections.close();
  }
}

async function checkRiceChain(
  workspace: Workspace,
  connections: Connections,
  signal: AbortSignal,
  output: Output,
): Promise<number> {
  const checks: { readonly what: string; readonly holds: boolean }[] = [];
  const { outcomes } = await captureFiles(
    connections,
    FILES,
    { inFlight: IN_FLIGHT, rules: DEFAULT_DOMAIN_RULES },
    signal,
    {
      progress: (message) => output.progress(message),
    },
  );
  if (signal.aborted) throw new CotraceError('INTERRUPTED', 'interrupted before everything was checked');
  const recorded = outcomes.filter(
    ({ status }) => status === 'recorded' || status === 'already recorded',
  ).length;
  checks.push({
    what: `${recorded} of ${outcomes.length} events of the rice chain recorded`,
    holds: recorded === outcomes.length,
  });

  const trust = loadTrust(workspace.trust);
  const { proof } = await collectTrace(connections, { traceId: BOUGHT, direction: 'up' }, trust);
  const verified = verifyRecords(readRecordsProof(writeRecordsProof(proof)), trust);
  checks.push({
    what: `${verified.records.length} events of the consumer's lot proven from the trust file alone`,
    holds: verified.records.length === EVENTS,
  });

  const rows = await settledRows(connections, SETTLE_MS);
  const following = rows.filter(({ state, lag }) => state === 'following' && lag === 0n).length;
  checks.push({
    what: `${following} of ${rows.length} nodes have verified every block`,
    holds: following === rows.length,
  });
  const differing = await differingDomains(connections, (org) => openSession({ home: workspace.root, org }));
  checks.push({ what: `the nodes of every domain hold equal state`, holds: differing.length === 0 });

  const holds = checks.every((check) => check.holds);
  output.result({ holds, checks, trace: verified, nodes: rows }, () => [
    '',
    `What the consumer sees who scans ${BOUGHT}:`,
    '',
    ...toText(verified),
    '',
    'What each node stores:',
    ...table(
      rows.map(({ name, role, domain, storeBytes }) => [
        `  ${name}`,
        role,
        domain ?? 'all domains',
        bytes(storeBytes ?? 0n),
      ]),
    ),
    '',
    ...checks.map(({ what, holds: ok }) => `${ok ? 'ok  ' : 'FAIL'} ${what}`),
  ]);
  return holds ? EXIT.done : EXIT.failed;
}
