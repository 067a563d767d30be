/**
 * Several streams as one, in the order in which their items come. Each is asked for its next item only when the one
 * before was taken, so a reader that pauses holds all of them back.
 */
export async function* mergeStreams<T>(streams: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  const iterators = streams.map((stream) => stream[Symbol.asyncIterator]())
  const ready: (() => { iterator: AsyncIterator<T>; result: IteratorResult<T> })[] = []
  let wake = Promise.withResolvers<void>()
  let open = iterators.length

  // A promise that a quiet stream leaves pending must not be raced again and again: each race would stay with it.
  const ask = (iterator: AsyncIterator<T>) => {
    iterator.next().then(
      (result) => put(() => ({ iterator, result })),
      (failure: unknown) =>
        put(() => {
          throw failure
        })
    )
  }
  const put = (item: (typeof ready)[number]) => {
    ready.push(item)
    wake.resolve()
  }

  try {
    for (const iterator of iterators) ask(iterator)
    while (open > 0) {
      const item = ready.shift()
      if (!item) {
        await wake.promise
        wake = Promise.withResolvers()
        continue
      }
      const { iterator, result } = item()
      if (result.done) {
        open -= 1
        continue
      }
      yield result.value
      ask(iterator)
    }
  } finally {
    for (const iterator of iterators) void iterator.return?.().catch(() => undefined)
  }
}
