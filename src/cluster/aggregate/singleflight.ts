/**
 * Work that several callers want at once is done once. It is cancelled when the last of them has left, and a caller who
 * leaves is not kept waiting by the others.
 */
export function createSingleflight<T>() {
  const flights = new Map<string, { result: Promise<T>; callers: number; controller: AbortController }>()

  function start(key: string, work: (signal: AbortSignal) => Promise<T>) {
    const controller = new AbortController()
    const flight = { result: work(controller.signal), callers: 0, controller }
    flights.set(key, flight)
    const land = () => {
      if (flights.get(key) === flight) flights.delete(key)
    }
    flight.result.then(land, land)
    return flight
  }

  return function join(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (signal.aborted) return Promise.reject(signal.reason)
    const flight = flights.get(key) ?? start(key, work)
    flight.callers++
    return new Promise((resolve, reject) => {
      const leave = () => {
        if (--flight.callers === 0) {
          // A caller that comes now must not join a flight that is being cancelled.
          if (flights.get(key) === flight) flights.delete(key)
          flight.controller.abort()
        }
        reject(signal.reason)
      }
      signal.addEventListener('abort', leave, { once: true })
      const done = () => signal.removeEventListener('abort', leave)
      flight.result.then(
        (value) => {
          done()
          resolve(value)
        },
        (error) => {
          done()
          reject(error)
        }
      )
    })
  }
}
