import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { StoredLedger } from '@cotrace/gateway-app/ledgers';
import { findFabric, type FabricBinaries } from '@cotrace/network';
import { inFolder } from '../ledger/in-folder.js';
import type { Bench } from '../main.js';
import { progress } from '../output.js';
import { PAPER } from '../rank/workload.js';
import { closeAll, openAll, removeNodes, runCycles } from './cycles.js';
import { measureHeights } from './heights.js';
import { report } from './report.js';
import { runPeer, type PeerCycle } from './peer-cycles.js';
import { retrieve, retrieveFromPeer } from './retrieval.js';
import type { Spent } from '../rank/spent.js';
import { DOMAINS, storagePlan, VALUES, type StorageSetting } from './setting.js';

/** Acceptance: what a business node keeps beside a peer's ledger, in the experiment of seed 001. */
export const storageBench: Bench = {
  summary: `bytes of a business node beside a Fabric peer's ledger folder (FABRIC_BIN) and the embedded ledger in the experiment of seed 001, reading states, the effect of c [--creating N cycles, default 4, and twice as many of updates; ${PAPER.creating} and ${PAPER.updating} are worked out of them] [--digits N of the ${VALUES.valueBytes} bytes of a value that do not compress, default ${VALUES.digits}] [--height c, default ${PAPER.blocks}] [--heights C,C,…, default 64,256,1024,4096; none: left out] [--ledger FOLDER: ledgers are kept there, and taken from there] [--svg FILE, default storage.svg]`,
  run: async (args, signal) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        creating: { type: 'string', default: '4' },
        height: { type: 'string', default: String(PAPER.blocks) },
        digits: { type: 'string', default: String(VALUES.digits) },
        heights: { type: 'string', default: '64,256,1024,4096' },
        ledger: { type: 'string' },
        svg: { type: 'string', default: 'storage.svg' },
      },
    });
    const heights = values.heights === 'none' ? [] : values.heights.split(',').map((text) => whole(text, 2));
    const setting: StorageSetting = {
      height: whole(values.height, 2),
      creating: whole(values.creating, 1),
      digits: whole(values.digits, 0),
    };
    await inFolder(values.ledger ?? null, signal, (folder) =>
      measure(folder, setting, heights, resolve(values.svg), signal),
    );
  },
};

async function measure(
  folder: string,
  setting: StorageSetting,
  heights: readonly number[],
  svg: string,
  signal: AbortSignal,
): Promise<void> {
  const { height, creating, digits } = setting;
  progress('the ledger …');
  const stored = await StoredLedger.open(
    join(folder, `storage-${height}-${creating}-${digits}`),
    storagePlan(setting),
  );
  await removeNodes(stored);
  const cycles = await runCycles(stored, setting, signal);
  progress('reading states …');
  const running = await openAll(stored);
  const created = (creating * height - 1) * PAPER.perBlock;
  // Domains are drawn at random: nine tenths of an equal share are there in each.
  const keys = Math.floor((created / DOMAINS.length) * 0.9);
  const retrieval = await retrieve(running, keys);
  await closeAll(running);
  await removeNodes(stored);
  const binaries = fabric();
  let peer: PeerCycle[] = [];
  let peerReads: ReadonlyMap<number, Spent> = new Map();
  if (binaries !== null) {
    peer = await runPeer(stored, setting, binaries, signal, async (files) => {
      peerReads = await retrieveFromPeer(files, keys);
    });
  }
  const effect =
    heights.length === 0 ? [] : await measureHeights(folder, heights, 2 * Math.max(...heights), signal);
  report({ setting, cycles, peer, retrieval, peerReads, heights: effect }, svg);
}

/** Fabric's programs; null where FABRIC_BIN is not set. Throws `FABRIC_BIN` where it is and they are not there. */
function fabric(): FabricBinaries | null {
  return process.env['FABRIC_BIN'] === undefined ? null : findFabric(process.env);
}

function whole(text: string, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw new Error(`${text} is not a whole number from ${least} on`);
  return value;
}
