import { devnet } from '../acceptance/backend.js';
import { networkStates } from '../faults/network-states.js';

networkStates({ backend: devnet, processes: 7, movable: ['devnet.peer.two'], fixed: [] });
