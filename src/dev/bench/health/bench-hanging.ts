import { type Figure, median } from './figure.ts'
import { createModel } from './modelled.ts'

const ROUNDS = 100

/** A sixth peer crashes while five others hang, and while they do not; on a clock that is moved. */
export async function* benchHanging(): AsyncGenerator<Figure> {
  const alone = await detection(0)
  const among = await detection(5)
  const ratio = median(among) / median(alone)
  yield {
    what: 'five hanging peers: median detection of a sixth, against without them (modelled time)',
    measured: ratio.toFixed(2),
    reach: '< 1.2',
    reached: ratio < 1.2
  }
}

async function detection(hanging: number) {
  const model = createModel({ peers: 6, lossRate: 0, seed: 7 })
  for (let index = 0; index < hanging; index++) model.set(`peer-${index}`, 'hanging')
  await model.advance(300_000)
  const times: number[] = []
  while (times.length < ROUNDS) {
    await model.advance(model.random() * 60_000)
    model.forget()
    model.set('peer-5', 'crashed')
    const fellAt = model.clock.now()
    await model.advance(120_000)
    times.push((model.offlineAt('peer-5') ?? Number.POSITIVE_INFINITY) - fellAt)
    model.set('peer-5', 'well')
    await model.advance(120_000)
  }
  model.close()
  return times
}
