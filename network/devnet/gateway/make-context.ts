import type { Channel } from '../channel/channel.js';
import type { DevnetPeer } from '../peer/peer.js';
import type { GatewayContext } from './context.js';
import { endorsementLayouts } from './layouts.js';

/** What the gateway of the peer `own` works with. */
export function gatewayContext(own: DevnetPeer, peers: readonly DevnetPeer[]): GatewayContext {
  const channel = (channelId: string): Channel | null => own.channel(channelId);
  const local = own.asLocalEndorser();
  const candidates = (channelId: string) =>
    peers
      .filter((peer) => peer.belongsTo(channelId))
      .map(({ mspId, identity }) => ({ mspId, identity: identity.serialized }));
  const hasChaincode = (mspId: string, channelId: string, name: string): boolean =>
    peers.some((peer) => peer.mspId === mspId && peer.canRun(channelId, name));
  return {
    local,
    endorsers: peers.map((peer) => (peer === own ? local : peer.asRemoteEndorser())),
    channel,
    hasChaincode,
    layouts: (channelId, calls) =>
      endorsementLayouts(
        channel(channelId)?.ledger ?? null,
        channelId,
        calls,
        candidates(channelId),
        (mspId, name) => hasChaincode(mspId, channelId, name),
      ),
  };
}
