import {
  checkingHeaderHash,
  checkNum,
  decodeCheckingHeader,
  equalBytes,
  isCotraceError,
} from '@cotrace/core';
import { decodeEnvelope, isConfiguration, type SignatureVerifier } from '@cotrace/fabric-model';
import { mainConfig, type MainConfig, type TrustedCheckpoint } from '@cotrace/verifier';
import { configOfEnvelope } from '../fabric/configuration.js';
import { Master, type BusinessBlock } from '../gen/cotrace/cotrace_pb.js';
import type { Log } from '../node/log.js';
import { isAborted } from '../node/retry.js';
import type { RpcClient } from '../node/rpc-client.js';
import { HEADER_CALL_MS } from './limits.js';

/** A master as a source of headers that need not be sealed. */
export interface HeaderSource {
  readonly name: string;
  /** The header of a cycle; null where it has none yet. Throws what the call throws. */
  header(checkNum: bigint, signal: AbortSignal): Promise<Uint8Array | null>;
}

/** A master as a source, over the wire. */
export function remoteHeaders(name: string, client: RpcClient): HeaderSource {
  return {
    name,
    async header(number, signal) {
      const limits = { timeout: HEADER_CALL_MS, signal };
      const { cycles } = await client.call(Master.method.cycles, { checkNum: number, count: 1 }, limits);
      const header = cycles[0]?.header ?? new Uint8Array();
      return header.length === 0 ? null : header;
    },
  };
}

/** From what a node knows whom the consortium has agreed on. */
export interface AgreedMembersParts {
  /** The cycle that nobody is left to seal, and its header; null where the consortium has agreed on none. */
  readonly checkpoint: TrustedCheckpoint | null;
  readonly checkingHeight: number;
  readonly sources: readonly HeaderSource[];
  readonly verifier: SignatureVerifier;
  readonly log: Log;
}

/**
 * Who attests the block that takes so many members away that no quorum of those before it is left (docs/formats.md, Attestation signature):
 * the members after it, where the header that the consortium has agreed on names exactly these.
 */
export class AgreedMembers {
  readonly #parts: AgreedMembersParts;
  #membership: Uint8Array | null = null;

  constructor(parts: AgreedMembersParts) {
    this.#parts = parts;
  }

  /** Whether main block `blockNum` belongs to the cycle that the consortium has agreed on. */
  concern(blockNum: bigint): boolean {
    const { checkpoint, checkingHeight } = this.#parts;
    return checkpoint?.cycle === checkNum(blockNum, checkingHeight);
  }

  /**
   * Whose attestations of `block`, as an origin sent it, count beside those of the members before it, `main`: they must name
   * the same membership as these. Null where it does not bring the members agreed on, or no source has the header.
   */
  async after(block: BusinessBlock, main: MainConfig, signal: AbortSignal): Promise<MainConfig | null> {
    const after = this.#configIn(block);
    if (after === null) return null;
    this.#membership ??= await this.#ask(signal);
    if (this.#membership === null || !equalBytes(after.hash, this.#membership)) return null;
    return { ...after, hash: main.hash };
  }

  /** The configuration that a block brings; null where it brings none that can be read. */
  #configIn({ transactions }: BusinessBlock): MainConfig | null {
    const [transaction, ...others] = transactions;
    if (transaction === undefined || others.length > 0) return null;
    const { envelope } = transaction;
    try {
      if (!isConfiguration(decodeEnvelope(envelope))) return null;
      return mainConfig(configOfEnvelope(envelope), this.#parts.verifier);
    } catch (error) {
      if (!isCotraceError(error)) throw error;
      return null;
    }
  }

  /** The membership that the agreed header names, of the first source that has that header. */
  async #ask(signal: AbortSignal): Promise<Uint8Array | null> {
    const { checkpoint, sources, log } = this.#parts;
    if (checkpoint === null) return null;
    for (const source of sources) {
      try {
        const header = await source.header(checkpoint.cycle, signal);
        if (header === null) continue;
        if (equalBytes(checkingHeaderHash(header), checkpoint.hash))
          return decodeCheckingHeader(header).membership;
        const wrong = `${source.name} has another header of cycle ${checkpoint.cycle} than the consortium agreed on`;
        log.often('warn', `agreed ${source.name}`, wrong);
      } catch (error) {
        if (isAborted(signal)) return null;
        log.often(
          'info',
          `agreed ${source.name}`,
          `could not ask ${source.name} for a header; retrying`,
          error,
        );
      }
    }
    return null;
  }
}
