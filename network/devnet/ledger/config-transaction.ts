import { isCotraceError } from '@cotrace/core';
import {
  checkConfiguration,
  checkForm,
  checkSuccessor,
  common,
  decode,
  evaluateSignedData,
  isConfiguration,
  type ChannelConfig,
  type Envelope,
  type ValidationContext,
} from '@cotrace/fabric-model';

/** Who must sign a configuration transaction: the ordering service, which has checked the update in it. */
const SIGNERS = '/Channel/Orderer/BlockValidation';

/**
 * The configuration that a block brings; null if it brings none, or none that counts: it stands alone in its block, the
 * ordering service signed it, and it is what the update in it makes of the one in force.
 * Source: Fabric core/peer/channel.go, `Apply`; common/configtx/validator.go; orderer/common/msgprocessor/standardchannel.go.
 */
export function nextConfig(
  envelopes: readonly Uint8Array[],
  context: ValidationContext,
): ChannelConfig | null {
  const [bytes] = envelopes;
  if (bytes === undefined || envelopes.length > 1) return null;
  const { envelope } = checkForm(bytes, context);
  if (envelope === null || !isConfiguration(envelope)) return null;
  if (!signedByOrderers(envelope, context)) return null;
  return updated(envelope, context);
}

function signedByOrderers(
  { creator, payload, signature }: Envelope,
  { config, manager }: ValidationContext,
): boolean {
  const policy = config.policy(SIGNERS);
  const signedData = [{ identity: creator, data: payload, signature }];
  return policy !== null && evaluateSignedData(policy, signedData, manager);
}

function updated({ data }: Envelope, { config, manager }: ValidationContext): ChannelConfig | null {
  try {
    const next = decode(common.ConfigEnvelopeSchema, data);
    checkConfiguration(config, manager, next);
    return checkSuccessor(config, next);
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return null;
  }
}
