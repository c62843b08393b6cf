import { fabric } from '../acceptance/backend.js';
import { stopped } from '../system/stopped.js';

const ALL = ['capture', 'trace', 'order verify', 'state get', 'nodes'] as const;
const WITHOUT_CAPTURE = ['trace', 'order verify', 'state get', 'nodes'] as const;
const PEER_OF_FIRST = {
  process: 'fabric.peer.org1',
  named: /"lag": null/,
  served: WITHOUT_CAPTURE,
  refused: [],
};

stopped('Fabric', fabric.flags, [
  { ...PEER_OF_FIRST, held: 'the peer of org1' },
  { process: 'fabric.peer.org2', named: /"name"/, served: ALL, refused: [] },
  {
    process: 'orderer',
    named: /"name"/,
    served: WITHOUT_CAPTURE,
    refused: [],
    held: 'the ordering service',
  },
]);
