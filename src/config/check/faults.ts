/** One thing that is wrong with the config. The message says what is expected and never holds a secret. */
export interface Fault {
  /** `config.yml:6:3`, or the name of a variable or a flag. */
  readonly place: string
  /** The dotted key; empty where the fault is the file's own. */
  readonly key: string
  readonly message: string
}

/** Every fault of a config at once; the process ends with 78. */
export class ConfigFaults extends Error {
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    const inOrder = faults.toSorted((a, b) => a.place.localeCompare(b.place, 'en', { numeric: true }))
    super(inOrder.map(describeFault).join('\n'))
    this.name = 'ConfigFaults'
    this.faults = inOrder
  }
}

export const describeFault = ({ place, key, message }: Fault) => [place, key, message].filter(Boolean).join(': ')
