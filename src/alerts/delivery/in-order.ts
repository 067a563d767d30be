interface Table<T> {
  all(): readonly T[]
  put(record: T): Promise<void>
  delete(id: string): Promise<boolean>
}

/** Does what is asked of one record in the order in which it is asked: what it is about may be over sooner
 * than it is on disk. */
export function inOrder<T extends { id: string }>(store: Table<T>): Table<T> {
  const last = new Map<string, Promise<unknown>>()

  function next<T>(id: string, write: () => Promise<T>): Promise<T> {
    const done = (last.get(id) ?? Promise.resolve()).then(write, write)
    const settled = done.catch(() => {})
    last.set(id, settled)
    settled.then(() => last.get(id) === settled && last.delete(id))
    return done
  }

  return {
    all: store.all,
    put: (record) => next(record.id, () => store.put(record)),
    delete: (id) => next(id, () => store.delete(id))
  }
}
