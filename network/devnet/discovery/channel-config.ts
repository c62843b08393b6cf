import { create } from '@bufbuild/protobuf';
import { common, decode, discovery } from '@cotrace/fabric-model';
import type { Channel } from '../channel/channel.js';

/**
 * The MSPs of a channel and the endpoints of its ordering service (discovery/support/config). The endpoint is where the
 * ordering node listens, not what the channel configuration says: that host and port are fixed before the
 * node knows which port it gets.
 */
export function channelConfig({ ledger }: Channel, ordererAddress: string): discovery.ConfigResult {
  const { config } = ledger;
  const colon = ordererAddress.lastIndexOf(':');
  const endpoint = { host: ordererAddress.slice(0, colon), port: Number(ordererAddress.slice(colon + 1)) };
  return create(discovery.ConfigResultSchema, {
    msps: Object.fromEntries(
      config.msps.map((msp) => [msp.mspId, decode(common.FabricMSPConfigSchema, msp.config)]),
    ),
    orderers: Object.fromEntries(
      config.ordererOrgs.map(({ mspId }) => [
        mspId,
        create(discovery.EndpointsSchema, { endpoint: [endpoint] }),
      ]),
    ),
  });
}
