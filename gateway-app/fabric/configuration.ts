import { CotraceError } from '@cotrace/core';
import { ChannelConfig, decodeEnvelope, isConfiguration } from '@cotrace/fabric-model';

/** The channel configuration that a CONFIG envelope brings. Throws `NOT_A_CONFIG`. */
export function configOfEnvelope(bytes: Uint8Array): ChannelConfig {
  const envelope = decodeEnvelope(bytes);
  if (!isConfiguration(envelope)) {
    throw new CotraceError('NOT_A_CONFIG', 'the envelope carries no channel configuration');
  }
  return ChannelConfig.fromConfigEnvelope(envelope.data, envelope.channelHeader.channelId);
}
