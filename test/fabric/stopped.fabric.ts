import { fabric } from '../acceptance/backend.js';
import { stopped } from '../system/stopped.js';

const ALL = ['capture', 'trace', 'order verify', 'state get', 'nodes'] as const;
const WITHOUT_CAPTURE = ['trace', 'order verify', 'state get', 'nodes'] as const;

stopped('Fabric', fabric.flags, [
  {
    process: 'fabric.peer.org1',
    named: { nodes: /"lag": null/ },
    served: WITHOUT_CAPTURE,
    refused: [],
    held: 'the peer of org1',
  },
  // Whether it is asked to endorse is chance.
  { process: 'fabric.peer.org2', named: {}, served: ALL, refused: [] },
  {
    process: 'orderer',
    named: {},
    served: WITHOUT_CAPTURE,
    refused: [],
    held: 'the ordering service',
  },
]);
