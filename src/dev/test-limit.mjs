/**
 * Loaded into the process of each test file. The runner's own limit ends tests, not files: one whose tests are over, but
 * which a forgotten socket or child keeps alive, would hold up the run for ever.
 */
import { after } from 'node:test'

const LINGERS_MS = 30_000

if (process.env.NODE_TEST_CONTEXT)
  after(() => {
    const limit = () => {
      console.error(
        `Still open ${LINGERS_MS / 1_000} s after the last test: ${process.getActiveResourcesInfo().join(', ')}`
      )
      process.exit(1)
    }
    setTimeout(limit, LINGERS_MS).unref()
  })
