import { accessSync, constants, statfsSync } from 'node:fs'
import { codeOf } from '../../../untyped.ts'
import { bytesOf } from '../../text/words.ts'
import type { Finding } from './doctor-findings.ts'

const LEAST_BYTES = 64 * 1_024 * 1_024

/** What of an agent beside this command can be looked at without asking it: whether its store can be written. */
export function dataPathFinding(folder: string): Finding {
  try {
    const { bavail, bsize } = statfsSync(folder)
    accessSync(folder, constants.W_OK)
    const free = bavail * bsize
    if (free >= LEAST_BYTES) return { name: 'data path', verdict: 'ok', detail: `${folder}, ${bytesOf(free)} free` }
    return {
      name: 'data path',
      verdict: 'fault',
      detail: `${folder} has ${bytesOf(free)} left`,
      advice: 'Make room: no join, removal or change of keys can be stored on a full disk'
    }
  } catch (error) {
    const code = codeOf(error) ?? ''
    // Another user's view says nothing about the agent's.
    if (code === 'EACCES') return { name: 'data path', verdict: 'ok', detail: `${folder}, not looked at without sudo` }
    return {
      name: 'data path',
      verdict: 'fault',
      detail: code === 'EROFS' ? `${folder} is on a read-only file system` : `${folder} cannot be used: ${code}`,
      advice: 'Why, is in: journalctl -k -n 50. The agent keeps nothing until it can be written again'
    }
  }
}
