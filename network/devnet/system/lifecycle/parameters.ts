import { create } from '@bufbuild/protobuf';
import { type ChaincodeDefinition, common, defaultDefinition } from '@cotrace/fabric-model';
import { definitionOf, refused, type LifecycleCall } from './call.js';
import { LEGACY_LIFECYCLE } from '../names.js';

const NAME = /^[a-zA-Z0-9]+([-_][a-zA-Z0-9]+)*$/;
const VERSION = /^[A-Za-z0-9_.+-]+$/;
const RESERVED: readonly string[] = ['cscc', 'escc', 'lscc', 'qscc', 'vscc'];
const DEFAULT_POLICY = '/Channel/Application/Endorsement';

/** What approvals, commits and checks of a definition have for arguments. */
export interface DefinitionArgs {
  readonly name: string;
  readonly sequence: bigint;
  readonly version: string;
  readonly endorsementPlugin: string;
  readonly validationPlugin: string;
  readonly validationParameter: Uint8Array;
  readonly initRequired: boolean;
  readonly collections?: common.CollectionConfigPackage | undefined;
}

/**
 * Checks name, version and collections (`validateInput` of lifecycle/scc.go). Reads the committed definition, and where
 * there is none what the lifecycle before Fabric 2 would have. Throws `LIFECYCLE_REFUSED`.
 */
export function validateInput(call: LifecycleCall, { name, version, collections }: DefinitionArgs): void {
  const invalid = (reason: string): Error => refused(`error validating chaincode definition: ${reason}`);
  if (!NAME.test(name)) {
    const rule =
      "Names can only consist of alphanumerics, '_', and '-' and can only begin with alphanumerics";
    throw invalid(`invalid chaincode name '${name}'. ${rule}`);
  }
  if (RESERVED.includes(name)) throw invalid(`chaincode name '${name}' is the name of a system chaincode`);
  if (!VERSION.test(version)) {
    const rule = "Versions can only consist of alphanumerics, '_', '-', '+', and '.'";
    throw invalid(`invalid chaincode version '${version}'. ${rule}`);
  }
  if ((collections?.config.length ?? 0) > 0) throw invalid('private data collections are not emulated');
  if (definitionOf(call, name) === null) call.simulator.get(LEGACY_LIFECYCLE, name);
}

/** The definition that arguments ask for, with the channel's defaults (`SetChaincodeDefinitionDefaults`). */
export function requestedDefinition(call: LifecycleCall, args: DefinitionArgs): ChaincodeDefinition {
  const { name, sequence, version, initRequired, endorsementPlugin, validationPlugin } = args;
  if (args.validationParameter.length === 0) checkDefaultPolicy(call);
  return defaultDefinition({
    name,
    sequence,
    version,
    initRequired,
    ...(endorsementPlugin !== '' && { endorsementPlugin }),
    ...(validationPlugin !== '' && { validationPlugin }),
    ...(args.validationParameter.length > 0 && { policyBytes: args.validationParameter }),
    collections: args.collections ?? create(common.CollectionConfigPackageSchema),
  });
}

function checkDefaultPolicy({ channel }: LifecycleCall): void {
  if (channel.ledger.config.policy(DEFAULT_POLICY) !== null) return;
  const reason = `must be defined for channel '${channel.id}' before chaincode operations can be attempted`;
  const defaults = `could not set defaults for chaincode definition in channel ${channel.id}`;
  throw refused(`${defaults}: policy '${DEFAULT_POLICY}' ${reason}`);
}

/** The parts of a definition as results hold them. */
export function definitionFields(definition: Omit<ChaincodeDefinition, 'name' | 'sequence'>): {
  readonly version: string;
  readonly endorsementPlugin: string;
  readonly validationPlugin: string;
  readonly validationParameter: Uint8Array;
  readonly initRequired: boolean;
  readonly collections: common.CollectionConfigPackage;
} {
  const { version, endorsementPlugin, validationPlugin, policyBytes, initRequired, collections } = definition;
  return {
    version,
    endorsementPlugin,
    validationPlugin,
    validationParameter: policyBytes,
    initRequired,
    collections,
  };
}
