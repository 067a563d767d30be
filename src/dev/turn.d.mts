export function inTurn<T>(file: string, onWait: () => void, work: () => T): T
