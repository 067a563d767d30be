import { parentPort } from 'node:worker_threads'
import { createJobs, type Job } from './jobs.ts'

/** The entry of the thread: it says when it has loaded, and then takes a job and gives its outcome, again and again. */
const outcomeOf = createJobs()
parentPort?.on('message', (job: Job) => {
  outcomeOf(job).then((outcome) => parentPort?.postMessage(outcome))
})
parentPort?.postMessage('ready')
