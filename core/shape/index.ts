export { Shape } from './shape.js';
export type { ShapePath, ShapeSource, TextRule } from './shape.js';
export { yamlShape } from './yaml-shape.js';
export type { YamlDocument, YamlFile, YamlLines } from './yaml-shape.js';
