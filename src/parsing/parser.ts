import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { RemoteFailure } from '../remote/failure.ts'
import type { Job, Outcome } from './jobs.ts'

export type Parser = ReturnType<typeof createParser>

interface ParserOptions {
  /** For one job, from when the thread has it. */
  deadlineMs?: number
  /** Of all texts that wait together. */
  maxWaitingBytes?: number
  /** After so much time without work the thread ends, and its memory is free again. */
  idleMs?: number
  /** Of what one job may hold. */
  memoryMb?: number
}

interface Task {
  job: Job
  settle: PromiseWithResolvers<Outcome>
}

/** Set while bundling: the thread's program beside the bundle. */
declare const __PARSING_THREAD__: string | undefined

/** Read before the first thread is wanted: by then an upgrade may have put another program in its place. */
const readProgram = () =>
  typeof __PARSING_THREAD__ === 'undefined'
    ? new URL('./thread.ts', import.meta.url)
    : readFileSync(new URL(__PARSING_THREAD__, import.meta.url), 'latin1')

/**
 * Reads what is large and not ours on one thread apart, a job at a time: the event loop goes on. A job that takes too
 * long or too much memory costs itself and its thread, and nothing else.
 */
export function createParser(options: ParserOptions = {}) {
  const { deadlineMs = 10_000, maxWaitingBytes = 32 << 20, idleMs = 30_000, memoryMb = 128 } = options
  const program = readProgram()
  const waiting: Task[] = []
  let bytes = 0
  let thread: Worker | undefined
  let current: Task | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false

  function next(): void {
    clearTimeout(timer)
    current = waiting.shift()
    if (!current) {
      timer = setTimeout(end, idleMs).unref()
      return
    }
    if (thread) hand(thread, current.job)
    else thread = start()
  }

  function hand(to: Worker, job: Job): void {
    timer = setTimeout(() => fail('could not be read in time'), deadlineMs).unref()
    to.postMessage(job)
  }

  function start(): Worker {
    const made = new Worker(program, {
      eval: typeof program === 'string',
      resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 16 },
      env: {}
    })
    made.unref()
    made.once('message', () => {
      if (current) hand(made, current.job)
      made.on('message', (outcome: Outcome) => made === thread && finish(outcome))
    })
    made.on('error', () => made === thread && fail('could not be read within its memory'))
    return made
  }

  function finish(outcome: Outcome): void {
    const done = current
    if (!done) return
    current = undefined
    bytes -= sizeOf(done.job)
    done.settle.resolve(outcome)
    next()
  }

  /** What the thread still does is of no use: the next job has a new one. */
  function fail(sentence: string): void {
    end()
    finish({ fault: sentence })
  }

  function end(): void {
    thread?.terminate()
    thread = undefined
  }

  return {
    /** @throws RemoteFailure when too much waits already, or while this process stops. */
    run(job: Job): Promise<Outcome> {
      if (closed) return Promise.reject(new RemoteFailure('aborted', 'this server is stopping'))
      if (bytes + sizeOf(job) > maxWaitingBytes) return Promise.resolve({ fault: 'is one of too many large ones' })
      bytes += sizeOf(job)
      const settle = Promise.withResolvers<Outcome>()
      waiting.push({ job, settle })
      if (!current) next()
      return settle.promise
    },
    close(): void {
      closed = true
      clearTimeout(timer)
      end()
      for (const { settle } of current ? [current, ...waiting] : waiting)
        settle.resolve({ fault: 'was not read to its end' })
      waiting.length = 0
      current = undefined
    }
  }
}

/** A folder's files are small, and are read by the thread itself. */
const sizeOf = (job: Job) => ('text' in job ? job.text.length : 0)
