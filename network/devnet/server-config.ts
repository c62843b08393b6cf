import type { Shape, TextRule } from '@cotrace/core';
import { channelPolicyReference } from '@cotrace/fabric-model';
import { outOfPeersPolicy } from '../config/endorsement-policy.js';
import { parseSettings } from '../settings-text.js';
import { readTextFile } from '../text-file.js';
import { readTopology } from '../topology.js';
import type { EndorsementRules } from './channel/genesis-policies.js';
import type { Deployment } from './deploy.js';
import type { DevnetOptions, ListenOptions } from './options.js';

const MAX_PORT = 65_535;
/** Each of at most 65,535 domains on two channels. */
const MAX_DEPLOYMENTS = 2 * 65_535;
const MAX_POLICY_ORGANISATIONS = 1000;
const SOME_TEXT: TextRule = { rule: 'text', least: 1 };

/** The members of an object, each read by `read`. */
function membersOf<T>(shape: Shape, read: (member: Shape) => T): Record<string, T> {
  return Object.fromEntries(shape.names().map((name) => [name, read(shape.at(name))]));
}

function textsOf(shape: Shape): Record<string, string> {
  return membersOf(shape, (text) => text.text(SOME_TEXT));
}

function readDeployment(shape: Shape): Deployment {
  shape.only(['channel', 'name', 'version', 'sequence', 'packageId', 'addresses', 'policy', 'outOf']);
  const policy = shape.optional('policy')?.text(SOME_TEXT);
  const outOf = shape.optional('outOf');
  return {
    channel: shape.at('channel').text(SOME_TEXT),
    name: shape.at('name').text(SOME_TEXT),
    version: shape.at('version').text(SOME_TEXT),
    sequence: shape.at('sequence').integer(1, Number.MAX_SAFE_INTEGER),
    packageId: shape.at('packageId').text(SOME_TEXT),
    ...(policy !== undefined && { policy: channelPolicyReference(policy) }),
    ...(outOf !== null && { policy: readOutOf(outOf) }),
    addresses: textsOf(shape.section('addresses')),
  };
}

function readOutOf(shape: Shape): Uint8Array {
  shape.only(['n', 'mspIds']);
  const mspIds = shape
    .at('mspIds')
    .items(MAX_POLICY_ORGANISATIONS, 1)
    .map((mspId) => mspId.text(SOME_TEXT));
  return outOfPeersPolicy(shape.at('n').integer(1, mspIds.length), mspIds);
}

const RULES = ['ANY', 'ALL', 'MAJORITY'] as const;

function readRules(shape: Shape): EndorsementRules {
  shape.only(['endorsement', 'lifecycleEndorsement']);
  const endorsement = shape.optional('endorsement')?.oneOf(RULES);
  const lifecycleEndorsement = shape.optional('lifecycleEndorsement')?.oneOf(RULES);
  return { ...(endorsement && { endorsement }), ...(lifecycleEndorsement && { lifecycleEndorsement }) };
}

function readListen(shape: Shape): ListenOptions {
  shape.only(['host', 'peers', 'orderer']);
  const host = shape.optional('host')?.text(SOME_TEXT);
  const orderer = shape.optional('orderer')?.integer(0, MAX_PORT);
  return {
    ...(host !== undefined && { host }),
    ...(orderer !== undefined && { orderer }),
    peers: membersOf(shape.section('peers'), (port) => port.integer(0, MAX_PORT)),
  };
}

/**
 * Reads the configuration of the network's own process, YAML or JSON: `topology` (path of the topology file), `dir` (state
 * folder), `deployments` (as `Deployment`, with the path of a policy of the channel for `policy`, or
 * `outOf`, which says how many (`n`) of which organisations' (`mspIds`) peers), `chaincodeConfig` and
 * `rules` (as in `DevnetOptions`) and `listen` (as `ListenOptions`), the last four optional. Throws `DEVNET_CONFIG` naming what is wrong, `TOPOLOGY`.
 */
export function readServerConfig(path: string): DevnetOptions {
  const root = parseSettings(readTextFile(path, 'DEVNET_CONFIG'), path, 'DEVNET_CONFIG');
  root.only(['topology', 'dir', 'deployments', 'chaincodeConfig', 'rules', 'listen']);
  return {
    topology: readTopology(root.at('topology').text(SOME_TEXT)),
    dir: root.at('dir').text(SOME_TEXT),
    deployments: (root.optional('deployments')?.items(MAX_DEPLOYMENTS) ?? []).map(readDeployment),
    rules: readRules(root.section('rules')),
    chaincodeConfig: membersOf(root.section('chaincodeConfig'), textsOf),
    listen: readListen(root.section('listen')),
  };
}
