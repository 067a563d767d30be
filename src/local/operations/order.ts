/** What is needed to tell in which order services start. */
export interface Dependent {
  name: string
  dependsOn: readonly string[]
}

/**
 * Services in layers: each needs only what is in layers before it, so a layer may be started all at once. Dependencies
 * that are not among the services are ignored; services in a circle, which compose refuses, come last together.
 */
export function startLayers<T extends Dependent>(services: readonly T[]): T[][] {
  const layers: T[][] = []
  const names = new Set(services.map(({ name }) => name))
  const done = new Set<string>()
  let left = [...services]

  while (left.length > 0) {
    const ready = left.filter(({ dependsOn }) => dependsOn.every((name) => !names.has(name) || done.has(name)))
    const layer = ready.length > 0 ? ready : left
    for (const { name } of layer) done.add(name)
    left = left.filter(({ name }) => !done.has(name))
    layers.push(layer)
  }
  return layers
}
