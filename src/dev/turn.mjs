/** One process after the other. Plain JavaScript, because `run.mjs` asks on whatever Node there is. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

const LOOK_MS = 200

/**
 * Runs the work while no other process does the same, told by a file with the id of who is at it. What a process that died
 * has left is taken over.
 * @template T @param {string} file @param {() => void} onWait Called once when another is at it. @param {() => T} work
 * @returns {T}
 */
export function inTurn(file, onWait, work) {
  take(file, onWait)
  try {
    return work()
  } finally {
    rmSync(file, { force: true })
  }
}

/** @param {string} file @param {() => void} onWait */
function take(file, onWait) {
  const own = `${file}.${process.pid}`
  // A link appears with its content or not at all.
  writeFileSync(own, String(process.pid))
  try {
    for (let waited = false; ; ) {
      if (link(own, file)) return
      const holder = holderOf(file)
      if (holder !== undefined && !alive(Number(holder))) takeAway(file, holder, own)
      else {
        if (!waited) onWait()
        waited = true
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS)
      }
    }
  } finally {
    rmSync(own, { force: true })
  }
}

/** @param {string} from @param {string} to */
function link(from, to) {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

/** @param {string} file */
function holderOf(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** @param {number} pid */
function alive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Another waiter may have taken it over meanwhile: then it is put back. @param {string} file @param {string} holder @param {string} own */
function takeAway(file, holder, own) {
  const aside = `${own}.old`
  try {
    renameSync(file, aside)
  } catch {
    return
  }
  if (readFileSync(aside, 'utf8') !== holder) link(aside, file)
  rmSync(aside)
}
