import { fileURLToPath } from 'node:url';
import { CotraceError } from '@cotrace/core';
import { DEFAULT_DOMAIN_RULES } from '@cotrace/epcis';
import { readTraceProof, type TraceAnswer, verifyTraceProof, writeTraceProof } from '@cotrace/verifier';
import { countOutcomes } from '../client/event-outcome.js';
import { captureFiles } from '../client/capture-files.js';
import type { Connections } from '../client/connections.js';
import { settledRows, type NodeRow } from '../client/node-rows.js';
import { differingDomains } from '../client/state-digests.js';
import { trace as traceProduct } from '../client/trace.js';
import { loadTrust } from '../client/trust.js';
import { firstCycle, type FirstCycle } from './demo-cycles.js';
import { DEFAULT_IN_FLIGHT, SETTLE_MS } from './limits.js';
import { bytes, EXIT, table, type Output } from './output.js';
import { toJson } from './trace.js';
import { toText } from './trace-text.js';

/** The rice chain: two paddies dried, milled together, packed into two sizes, shipped on a pallet, sold. */
export const RICE_FILES = ['1-production', '2-processing', '3-distribution', '4-retail'].map((name) =>
  fileURLToPath(new URL(`../../demo/${name}.jsonld`, import.meta.url)),
);
/** The lot that the consumer bought. */
const BOUGHT = 'https://id.gs1.org/01/09521234500049/10/BAG-1KG-7';
/** Every event of the files tells of what the lot was made of, travelled in, or became. */
const EVENTS = 12;

/** Something that the demonstration shows, and whether it is so. */
interface Check {
  readonly what: string;
  readonly holds: boolean;
}

/** What the network did with the rice chain. */
interface RiceChain {
  readonly checks: readonly Check[];
  readonly trace: TraceAnswer;
  readonly nodes: readonly NodeRow[];
}

/** Where the rice chain is shown. */
export interface RicePlace {
  /** Paths of the rice chain's files. */
  readonly files: readonly string[];
  /** Path of the network's trust file. */
  readonly trust: string;
  /** Opens a session as an organisation. */
  readonly open: (organisation: string) => Connections;
}

/**
 * Captures the rice chain, proves the consumer's trace, and shows who stores what; exit code 1 where something is not as it
 * should be. Throws `INTERRUPTED` where `signal` was aborted during the capture.
 */
export async function showRiceChain(
  connections: Connections,
  { files, trust: trustPath, open }: RicePlace,
  signal: AbortSignal,
  output: Output,
): Promise<number> {
  const progress = (message: string) => output.progress(message);
  const options = { inFlight: DEFAULT_IN_FLIGHT, rules: DEFAULT_DOMAIN_RULES };
  const { outcomes } = await captureFiles(connections, files, options, signal, { progress });
  if (signal.aborted) throw new CotraceError('INTERRUPTED', 'interrupted before everything was checked');
  const { recorded, alreadyRecorded, events } = countOutcomes(outcomes);

  const trust = loadTrust(trustPath);
  const { proof } = await traceProduct(connections, { traceId: BOUGHT, direction: 'up' }, trust);
  const trace = verifyTraceProof(readTraceProof(writeTraceProof(proof)), trust, null);

  const nodes = await settledRows(connections, SETTLE_MS);
  const following = nodes.filter(({ state, lag }) => state === 'following' && lag === 0n).length;
  const differing = await differingDomains(connections, open);
  const first = await firstCycle(connections, signal);

  const checks = [
    {
      what: `${recorded + alreadyRecorded} of ${events} events of the rice chain recorded`,
      holds: recorded + alreadyRecorded === events,
    },
    {
      what: `${trace.events.length} events of the consumer's lot proven complete from the trust file alone`,
      holds: trace.events.length === EVENTS && trace.complete,
    },
    {
      what: `${following} of ${nodes.length} nodes have verified every block`,
      holds: following === nodes.length,
    },
    { what: 'the nodes of every domain hold equal state', holds: differing.length === 0 },
    ...(first === null ? [] : [cycleCheck(first)]),
  ];
  const holds = checks.every((check) => check.holds);
  output.result({ holds, checks, trace: toJson(trace), nodes }, () =>
    riceChainText({ checks, trace, nodes }),
  );
  return holds ? EXIT.done : EXIT.failed;
}

function cycleCheck({ cycle, consistent, nodes }: FirstCycle): Check {
  const { firstBlock, lastBlock, sealedMs, endorsers } = cycle;
  const by = sealedMs === null ? 'not sealed' : `sealed by ${endorsers.join(' and ')}`;
  return {
    what: `cycle 1, blocks ${firstBlock} to ${lastBlock}, ${by}; ${consistent} of ${nodes} business nodes hold what was sealed`,
    holds: sealedMs !== null && consistent === nodes,
  };
}

function riceChainText({ checks, trace, nodes }: RiceChain): string[] {
  return [
    '',
    `What the consumer sees who scans ${BOUGHT}:`,
    '',
    ...toText(trace),
    '',
    'What each node stores:',
    ...table(
      nodes.map(({ name, role, domain, storeBytes }) => [
        `  ${name}`,
        role,
        domain ?? 'all domains',
        bytes(storeBytes ?? 0n),
      ]),
    ),
    '',
    ...checks.map(({ what, holds }) => `${holds ? 'ok  ' : 'FAIL'} ${what}`),
  ];
}
