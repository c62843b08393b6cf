import { ConfigUpdateSchema, type ConfigUpdateEnvelope } from '../gen/fabric/common_pb.js';
import type { Identity } from '../identity/identity.js';
import type { MspManager } from '../identity/manager.js';
import type { ChannelConfig } from '../config/channel-config.js';
import { policyFailure } from '../policy/failure.js';
import { signers, type Policy } from '../policy/policy.js';
import { checkModPolicy } from './element-names.js';
import { elementsOf, type Element, type Elements } from './elements.js';
import { read, refused, step } from './refused.js';
import { updateSignedData } from './signing.js';

/** What of a configuration decides about updates. */
export type InForce = Pick<ChannelConfig, 'channelId' | 'sequence' | 'group' | 'policy'>;

/**
 * The elements of the configuration that an update makes, if everything that it read is as it says, and those who may change what it
 * changes have signed. Throws `CONFIG_UPDATE`, in Fabric's words. `manager` is that of `current`; null: signatures are not looked
 * at. Elements that no group names any more are still there. Source: Fabric `common/configtx/update.go`, `authorizeUpdate`.
 */
export function authorizedElements(
  current: InForce,
  manager: MspManager | null,
  envelope: ConfigUpdateEnvelope,
): Elements {
  const update = read(ConfigUpdateSchema, envelope.configUpdate);
  if (update.channelId !== current.channelId) {
    throw refused(
      `ConfigUpdate for channel '${update.channelId}' but envelope for channel '${current.channelId}'`,
    );
  }
  const existing = elementsOf(current.group);
  const readSet = step('error mapping ReadSet', () => elementsOf(update.readSet ?? null));
  step('error validating ReadSet', () => checkReads(readSet, existing));
  const writeSet = step('error mapping WriteSet', () => elementsOf(update.writeSet ?? null));
  const changes = changesOf(readSet, writeSet);
  const identities = manager === null ? null : signers(updateSignedData(envelope), manager);
  step('error validating DeltaSet', () => checkChanges(changes, existing, current, identities));
  return new Map([...existing, ...changes]);
}

function checkReads(readSet: Elements, existing: Elements): void {
  for (const [name, { message }] of readSet) {
    const now = existing.get(name)?.message;
    if (now === undefined) {
      throw refused(`existing config does not contain element for ${name} but was in the read set`);
    }
    if (now.version !== message.version) {
      const wanted = `proposed update requires that key ${name} be at version ${message.version}`;
      throw refused(`${wanted}, but it is currently at version ${now.version}`);
    }
  }
}

/** What is written in another version than it was read. */
function changesOf(readSet: Elements, writeSet: Elements): Elements {
  return new Map(
    [...writeSet].filter(([name, { message }]) => readSet.get(name)?.message.version !== message.version),
  );
}

function checkChanges(
  changes: Elements,
  existing: Elements,
  current: InForce,
  identities: readonly Identity[] | null,
): void {
  if (changes.size === 0) throw refused('delta set was empty -- update would have no effect');
  for (const [name, { message }] of changes) {
    step(`invalid mod_policy for element ${name}`, () => checkModPolicy(message.modPolicy));
    const { version } = message;
    const before = existing.get(name);
    if (before === undefined) {
      if (version === 0n) continue;
      throw refused(`attempted to set key ${name} to version ${version}, but key does not exist`);
    }
    const now = before.message.version;
    if (version !== now + 1n) {
      throw refused(`attempt to set key ${name} to version ${version}, but key is at version ${now}`);
    }
    if (identities !== null) checkSigned(name, before, current, identities);
  }
}

/** An element is changed under the policy that it names before the change. */
function checkSigned(
  name: string,
  element: Element,
  current: InForce,
  identities: readonly Identity[],
): void {
  const { modPolicy } = element.message;
  const policy = modificationPolicy(element, current);
  if (policy === null) throw refused(`unexpected missing policy ${modPolicy} for item ${name}`);
  const failure = policyFailure(policy, identities);
  if (failure !== null) throw refused(`policy for ${name} not satisfied: ${failure}`);
}

/** A name that is not absolute is that of a policy in the element's group, or below it. */
function modificationPolicy({ message, groups }: Element, current: InForce): Policy | null {
  const { modPolicy } = message;
  if (modPolicy === '' || modPolicy.startsWith('/')) return current.policy(modPolicy);
  return current.policy([...groups, modPolicy].join('/'));
}
