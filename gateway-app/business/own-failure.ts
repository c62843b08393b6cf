/** The node's own trouble, such as a full disk: nobody that sent something is to blame, whatever codes others may send. */
export class OwnFailure extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
  }
}

/** Awaits work of the node's own. Throws `OwnFailure` where it fails. */
export async function ownDoing<T>(message: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new OwnFailure(message, error);
  }
}
