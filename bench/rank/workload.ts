import { sha256, utf8 } from '@cotrace/core';

export { Random } from '@cotrace/gateway-app/ledgers';

/** Seed 001, section 6: blocks of 128 transactions, cycles of 1024 blocks, four domains, each equally likely. */
export const PAPER: Setting = { perBlock: 128, blocks: 1024, domains: 4, creating: 20, updating: 40 };

export interface Setting {
  /** Transactions of a block. */
  readonly perBlock: number;
  /** Blocks of a cycle: the checking height. */
  readonly blocks: number;
  readonly domains: number;
  /** Cycles in which each transaction creates a key. */
  readonly creating: number;
  /** Cycles after them in which each updates one. */
  readonly updating: number;
}

/** The key of a product's row in the trace table. */
export function keyOf(index: number): string {
  return `trace/https://id.gs1.org/01/09506000134352/21/${String(index).padStart(8, '0')}`;
}

/** A value of about 330 bytes, 40 of them digits that do not compress. */
export function valueOf(index: number, version: number): Uint8Array {
  const hash = Buffer.from(sha256(utf8(`${index}/${version}`))).toString('hex');
  return utf8(
    JSON.stringify({
      eventTime: '2026-03-01T08:00:00.000Z',
      step: 'shipping',
      data: {
        bizLocation: 'urn:epc:id:sgln:9506000.00001.0',
        disposition: 'in_transit',
        readPoint: 'urn:epc:id:sgln:9506000.00001.1',
        serial: String(index).padStart(12, '0'),
        checksum: hash.slice(0, 40),
      },
      ver: version,
      note: 'one record of the domain in the setting of the paper',
    }),
  );
}
