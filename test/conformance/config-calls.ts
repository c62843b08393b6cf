import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { isCotraceError } from '@cotrace/core';
import { ChannelConfig, common, computeUpdate, lastConfigIndex, type Block } from '@cotrace/fabric-model';
import {
  changeBatch,
  changedBy,
  CryptoLayout,
  loadIdentity,
  loadTls,
  OrdererClient,
  removeOrganisation,
  updateChannel,
  updateEnvelope,
  type Change,
  type OrdererEndpoint,
  type SigningIdentity,
} from '@cotrace/network';
import { userOf } from '../../network/devnet/testing/gateway-client.js';
import type { Seen } from './describe.js';
import type { Observation } from './run-script.js';
import type { ScriptedNetwork } from './scripted-devnet.js';

type Signers = readonly [SigningIdentity, ...SigningIdentity[]];

/**
 * What the ordering node answers to configuration updates, and what those that it takes make of the channel. The last one takes a member away:
 * scripts that need all of them cannot be run afterwards.
 */
export async function makeConfigCalls({ target }: Pick<ScriptedNetwork, 'target'>): Promise<Observation[]> {
  const layout = new CryptoLayout(target.networkInfo.cryptoDir, target.topology);
  const ordererAdmin = loadIdentity(join(layout.ordererAdmin(), 'msp'), target.topology.orderer.mspId);
  const { address, name: serverName } = target.networkInfo.orderer;
  const ca = loadTls(join(layout.orderer(), 'tls')).ca;
  const admins = target.topology.organisations.map(({ name }) => userOf(target, name, 'Admin'));
  const [first = ordererAdmin, ...others] = admins;
  const last = target.topology.organisations.at(-1)?.mspId ?? '';
  const stage = new Stage({ address, serverName, ca, reader: ordererAdmin });
  try {
    await stage.refused([ordererAdmin], first);
    await stage.taken('other batches', [changeBatch({ maxMessageCount: 9 }, '150ms')], [ordererAdmin]);
    await stage.refused([ordererAdmin], first);
    await stage.taken('a member leaves', [removeOrganisation(last)], [first, ...others]);
    return stage.observations;
  } finally {
    stage.close();
  }
}

/** Hands updates to an ordering node, and notes what becomes of them. */
class Stage {
  readonly observations: Observation[] = [];
  readonly #orderer: OrdererEndpoint;
  readonly #client: OrdererClient;

  constructor(orderer: OrdererEndpoint) {
    this.#orderer = orderer;
    this.#client = new OrdererClient(orderer);
  }

  /** Updates that fit none of its configurations. */
  async refused(ordererAdmin: Signers, outsider: SigningIdentity): Promise<void> {
    const { group } = await this.#configuration();
    const batch = (limits: Parameters<typeof changeBatch>[0], timeout: string | null = null): Change =>
      changeBatch(limits, timeout);
    const changes: Readonly<Record<string, Change>> = {
      'a batch of nothing': batch({ maxMessageCount: 0 }),
      'no room for a batch': batch({ absoluteMaxBytes: 0 }),
      'a batch larger than it may be': batch({ preferredMaxBytes: 99 * 1024 * 1024 }),
      'no time for a batch': batch({}, '0s'),
    };
    for (const [at, change] of Object.entries(changes)) {
      await this.#try(at, computeUpdate('main', group, changedBy(group, change)), ordererAdmin);
    }
    const good = (): common.ConfigUpdate =>
      computeUpdate('main', group, changedBy(group, batch({ maxMessageCount: 77 })));
    await this.#try('somebody who may not', good(), [outsider]);
    const spoiled: Readonly<Record<string, (update: common.ConfigUpdate) => void>> = {
      'another channel': (update) => (update.channelId = 'other'),
      'a version that was not read': ({ readSet }) => Object.assign(readSet ?? {}, { version: 99n }),
      'an element that is not there': ({ readSet }) =>
        Object.assign(readSet?.values ?? {}, { None: create(common.ConfigValueSchema) }),
      'nothing to write': (update) => Object.assign(update, { writeSet: update.readSet }),
      'a version too far': ({ writeSet }) => {
        for (const value of Object.values(writeSet?.groups['Orderer']?.values ?? {})) value.version += 1n;
      },
      'nobody who may change it': ({ writeSet }) => {
        for (const value of Object.values(writeSet?.groups['Orderer']?.values ?? {})) value.modPolicy = '';
      },
      'a name that is not allowed': ({ writeSet }) =>
        Object.assign(writeSet?.values ?? {}, { 'a b': create(common.ConfigValueSchema) }),
    };
    for (const [at, spoil] of Object.entries(spoiled)) {
      const update = good();
      spoil(update);
      await this.#try(at, update, ordererAdmin);
    }
  }

  /** An update that the ordering node takes. */
  async taken(at: string, changes: readonly Change[], signers: Signers): Promise<void> {
    const block = await updateChannel({ orderer: this.#orderer, channel: 'main', changes, signers });
    const { sequence, group, orderer } = ChannelConfig.fromBlock(block.bytes);
    this.observations.push({
      at,
      seen: {
        sequence: String(sequence),
        alone: block.envelopes.length,
        ownLastConfig: lastConfigIndex(block) === block.number,
        batch: Object.values(orderer.batchSize),
        timeout: orderer.batchTimeout,
        elements: versions('', group),
      },
    });
  }

  close(): void {
    this.#client.close();
  }

  async #configuration(): Promise<ChannelConfig> {
    const block: Block = await this.#client.configurationBlock('main');
    return ChannelConfig.fromBlock(block.bytes);
  }

  async #try(at: string, update: common.ConfigUpdate, signers: Signers): Promise<void> {
    let seen: Seen = 'taken';
    try {
      await this.#client.broadcast(updateEnvelope('main', update, signers));
    } catch (error) {
      if (!isCotraceError(error, 'CHANNEL_UPDATE')) throw error;
      seen = [String(error.detail['status']), String(error.detail['info'])];
    }
    this.observations.push({ at, seen });
  }
}

/** Every element of a group with its version and who may change it, in the order of their names. */
function versions(path: string, group: common.ConfigGroup): string[] {
  const own = (name: string, { version, modPolicy }: { version: bigint; modPolicy: string }): string =>
    `${path}/${name} ${version} ${modPolicy}`;
  return [
    own('', group),
    ...Object.entries(group.values).map(([name, value]) => own(name, value)),
    ...Object.entries(group.policies).map(([name, policy]) => own(`${name}.policy`, policy)),
    ...Object.entries(group.groups).flatMap(([name, below]) => versions(`${path}/${name}`, below)),
  ].sort();
}
