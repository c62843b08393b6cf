import { naming } from './network.js';
import { stopped } from './stopped.js';

const ALL = ['capture', 'trace', 'order verify', 'state get', 'nodes'] as const;
const WITHOUT_CAPTURE = ['trace', 'order verify', 'state get', 'nodes'] as const;
const master = (name: string) => ({
  process: name,
  named: {
    capture: naming('capture', name),
    trace: naming('trace', name),
    'order verify': naming('order verify', name),
    nodes: naming('nodes', name),
  },
  served: ALL,
  refused: [],
});

stopped(
  'the embedded network',
  [],
  [
    {
      process: 'devnet',
      named: { nodes: /"lag": null/ },
      served: WITHOUT_CAPTURE,
      refused: [],
      held: 'the peer of org1',
    },
    { process: 'org1.chaincode', named: { capture: naming('capture', 'org1') }, served: ALL, refused: [] },
    // Whether it is asked to endorse is chance.
    { process: 'org2.chaincode', named: {}, served: ALL, refused: [] },
    master('org1.master'),
    master('org2.master'),
    {
      process: 'org1.business',
      named: { nodes: naming('nodes', 'org1.retail'), 'state get': /org1\.retail/ },
      served: ['capture', 'trace', 'order verify', 'nodes'],
      refused: ['state get'],
    },
  ],
);
