import { isCotraceError } from '@cotrace/core';
import {
  ChannelConfig,
  checkForm,
  evaluateSignedData,
  isConfiguration,
  type Envelope,
  type ValidationContext,
} from '@cotrace/fabric-model';

/** Who must sign a configuration transaction: the ordering service, which has checked the update in it. */
const SIGNERS = '/Channel/Orderer/BlockValidation';

/**
 * The configuration that a block brings; null if it brings none, or none that counts: it stands
 * alone in its block, is the next one in sequence, and the ordering service signed it.
 * Source: Fabric common/configtx/validator.go; orderer/common/msgprocessor/standardchannel.go.
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
  const config = readConfig(envelope);
  return config?.sequence === context.config.sequence + 1n ? config : null;
}

function signedByOrderers(
  { creator, payload, signature }: Envelope,
  { config, manager }: ValidationContext,
): boolean {
  const policy = config.policy(SIGNERS);
  const signedData = [{ identity: creator, data: payload, signature }];
  return policy !== null && evaluateSignedData(policy, signedData, manager);
}

function readConfig({ channelHeader, data }: Envelope): ChannelConfig | null {
  try {
    return ChannelConfig.fromConfigEnvelope(data, channelHeader.channelId);
  } catch (error) {
    if (!isCotraceError(error)) throw error;
    return null;
  }
}
