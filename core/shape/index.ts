export { Shape, type TextRule } from './shape.js';
export type { ShapePath, ShapeSource } from './shape-error.js';
export { yamlShape, type YamlDocument, type YamlFile, type YamlLines } from './yaml-shape.js';
