import { stopped } from './stopped.js';

const ALL = ['capture', 'trace', 'order verify', 'state get', 'nodes'] as const;
const WITHOUT_CAPTURE = ['trace', 'order verify', 'state get', 'nodes'] as const;

stopped(
  'the embedded network',
  [],
  [
    {
      process: 'devnet',
      named: /the peer of org1|"lag": null/,
      served: WITHOUT_CAPTURE,
      refused: [],
      held: 'the peer of org1',
    },
    { process: 'org1.chaincode', named: /"name"/, served: ALL, refused: [] },
    { process: 'org2.chaincode', named: /"name"/, served: ALL, refused: [] },
    { process: 'org1.master', named: /"node": "org1.master"/, served: ALL, refused: [] },
    { process: 'org2.master', named: /"node": "org2.master"/, served: ALL, refused: [] },
    {
      process: 'org1.business',
      named: /org1\.retail/,
      served: ['capture', 'trace', 'order verify', 'nodes'],
      refused: ['state get'],
    },
  ],
);
