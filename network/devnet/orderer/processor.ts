import { randomBytes } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import { equalBytes, isCotraceError } from '@cotrace/core';
import {
  checkMaintenance,
  checkSuccessor,
  common,
  encodeChannelHeader,
  encodePayload,
  encodeSignatureHeader,
  proposeConfiguration,
  type ChannelConfig,
} from '@cotrace/fabric-model';
import type { SigningIdentity } from '../../identity/signer.js';
import { unmarshal } from '../rpc/unmarshal.js';
import { badRequest, filterEnvelope, isNormal, type OrderedChannel } from './filters.js';
import type { BroadcastResult } from './broadcast-result.js';

const { Status, HeaderType } = common;
const NONCE_LENGTH = 24;

/** What becomes of an update: the configuration to be ordered, signed by the ordering node, or why there is none. */
export type Configuring = { readonly envelope: common.Envelope } | { readonly refused: BroadcastResult };

/**
 * Decides what an ordering node takes on a channel, under the configuration in force
 * (orderer/common/msgprocessor/standardchannel.go).
 */
export class ChannelProcessor {
  readonly #channel: OrderedChannel;
  readonly #signer: SigningIdentity;
  readonly #now: () => number;

  /** `now`: milliseconds. */
  constructor(channel: OrderedChannel, signer: SigningIdentity, now: () => number) {
    this.#channel = channel;
    this.#signer = signer;
    this.#now = now;
  }

  /** Number of the configuration that answers are given under. */
  get sequence(): bigint {
    return this.#channel.ledger.config.sequence;
  }

  /** Why a transaction is not ordered; null: it is. */
  refuse(envelope: common.Envelope): BroadcastResult | null {
    if (!isNormal(this.#channel.ledger)) {
      const info = 'normal transactions are rejected: maintenance mode';
      return { status: Status.SERVICE_UNAVAILABLE, info };
    }
    return this.#filter(envelope);
  }

  /** The configuration that an envelope of type CONFIG_UPDATE makes. */
  configure(update: common.Envelope): Configuring {
    const { ledger } = this.#channel;
    const start = 'config update for existing channel did not pass';
    const early = this.#filter(update);
    if (early !== null) return refusedAt(`${start} initial checks`, early);
    let configuration: common.ConfigEnvelope;
    let next: ChannelConfig;
    try {
      configuration = proposeConfiguration(ledger.config, ledger.manager, update);
      next = checkSuccessor(ledger.config, configuration);
    } catch (error) {
      const step = `error applying config update to existing channel '${ledger.channelId}'`;
      return { refused: badRequest(`${step}: ${reasonOf(error)}`) };
    }
    const envelope = this.#sign(configuration);
    const late = this.#filter(envelope);
    if (late !== null) return refusedAt(`${start} final checks`, late);
    try {
      checkMaintenance(ledger.config, next, updateOf(update));
    } catch (error) {
      const step = `${start} maintenance checks: config transaction inspection failed`;
      return { refused: badRequest(`${step}: ${reasonOf(error)}`) };
    }
    return this.#sameConsenters(next) ? { envelope } : { refused: OTHER_CONSENTERS };
  }

  #filter(envelope: common.Envelope): BroadcastResult | null {
    return filterEnvelope(envelope, this.#channel, this.#now());
  }

  #sameConsenters({ orderer }: ChannelConfig): boolean {
    const before = this.#channel.ledger.config.orderer.raft?.consenters ?? [];
    const after = orderer.raft?.consenters ?? [];
    return (
      before.length === after.length &&
      before.every(({ clientTlsCert }, i) => equalBytes(clientTlsCert, after[i]?.clientTlsCert ?? NOTHING))
    );
  }

  #sign(configuration: common.ConfigEnvelope): common.Envelope {
    const payload = encodePayload(
      encodeChannelHeader({
        type: HeaderType.CONFIG,
        channelId: this.#channel.ledger.channelId,
        timestamp: new Date(this.#now()),
      }),
      encodeSignatureHeader(this.#signer.serialized, randomBytes(NONCE_LENGTH)),
      toBinary(common.ConfigEnvelopeSchema, configuration),
    );
    return create(common.EnvelopeSchema, { payload, signature: this.#signer.sign(payload) });
  }
}

const NOTHING = new Uint8Array();
const OTHER_CONSENTERS: BroadcastResult = {
  status: Status.NOT_IMPLEMENTED,
  info: 'the embedded network has one ordering node: other consenters are not emulated',
};

function refusedAt(step: string, { status, info }: BroadcastResult): Configuring {
  return { refused: { status, info: `${step}: ${info}` } };
}

/** What an update is refused for. Anything else is a fault of ours. */
function reasonOf(error: unknown): string {
  if (isCotraceError(error)) return error.message;
  throw error;
}

function updateOf({ payload }: common.Envelope): common.ConfigUpdateEnvelope {
  return unmarshal(common.ConfigUpdateEnvelopeSchema, unmarshal(common.PayloadSchema, payload).data);
}
