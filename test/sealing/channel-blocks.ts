import { decodeBlock, type Block } from '@cotrace/fabric-model';
import type { Network } from '@hyperledger/fabric-gateway';
import { ledgerHeight } from '../../gateway-app/fabric/ledger-queries.js';

const AT_ONCE = 16n;

/** All blocks of a channel, as a peer has validated them. */
export async function blocksOf(network: Network): Promise<readonly Block[]> {
  const qscc = network.getContract('qscc');
  const height = await ledgerHeight(network);
  const blocks: Block[] = [];
  for (let at = 0n; at < height; at += AT_ONCE) {
    const count = height - at < AT_ONCE ? height - at : AT_ONCE;
    const some = Array.from({ length: Number(count) }, async (_, i) =>
      decodeBlock(
        await qscc.evaluateTransaction('GetBlockByNumber', network.getName(), String(at + BigInt(i))),
      ),
    );
    blocks.push(...(await Promise.all(some)));
  }
  return blocks;
}
