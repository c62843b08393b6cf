/** For tests: the folder `name` of data that stands beside the project, whether it is there or not. */
export function dataFolder(name: string): URL {
  const root = new URL('../../', import.meta.url);
  return new URL(`${process.env['COTRACE_DATA'] ?? '../shared/data'}/${name}/`, root);
}
