import { fabric } from '../acceptance/backend.js';
import { networkStates } from '../faults/network-states.js';

networkStates({ backend: fabric, processes: 9, movable: [], fixed: ['fabric.peer.two'] });
