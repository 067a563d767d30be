import type { Context } from '../context.ts'
import { type Row, row } from './shape.ts'
import { harmless } from './words.ts'

/** A tick or a cross for each step, on stderr. */
export function createSteps({ io, paint }: Context) {
  const done = (what: string, detail: string) =>
    io.err(`${paint('green', '✓')} ${harmless(what)}${detail ? `  ${paint('dim', harmless(detail))}` : ''}`)
  const failed = (what: string) => io.err(`${paint('red', '✗')} ${harmless(what)}`)
  const now = async (what: string, run: () => Promise<string>): Promise<string> => {
    try {
      const result = await run()
      done(what, result)
      return result
    } catch (error) {
      failed(what)
      throw error
    }
  }
  const later = async (what: string, run: () => Promise<unknown>, detail: (result: Row) => string): Promise<Row> => {
    try {
      const result = row(await run())
      done(what, detail(result))
      return result
    } catch (error) {
      failed(what)
      throw error
    }
  }
  return Object.assign(now, { later })
}
