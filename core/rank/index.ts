export { compareRanks, type GroupDifference } from './compare.js';
export { DELETED_VALUE_HASH, NO_POLICY_HASH, type RankEntry } from './entry.js';
export { PageEdit, type PageReader, type PageWrite } from './pages.js';
export * from './peer.js';
export { RankEditor, type RankChange } from './rank-editor.js';
export { RankView } from './rank-view.js';
export type { RankTop } from './layers.js';
export * from './repair.js';
export { ViewPeer } from './view-peer.js';
