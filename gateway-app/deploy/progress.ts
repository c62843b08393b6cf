/** Tells what is going on, one line a step. */
export type Progress = (message: string) => void;
