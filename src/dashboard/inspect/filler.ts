interface Told {
  type: string
  machine?: string
  definition?: string
}

/** Puts its machine's definition into each actor's message, as the inspector wants it; it comes once for all. */
export function createFiller() {
  const definitions = new Map<string, string>()

  return function filled({ machine, ...message }: Told): Told[] {
    if (message.type === 'definition') {
      if (machine !== undefined && message.definition !== undefined) definitions.set(machine, message.definition)
      return []
    }
    const definition = machine === undefined ? undefined : definitions.get(machine)
    return [definition === undefined ? message : { ...message, definition }]
  }
}
