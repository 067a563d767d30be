import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import pino from 'pino'
import { loadConfig } from '../../src/config/config.ts'
import { createClosing } from '../../src/daemon/closing.ts'
import { startDaemon } from '../../src/daemon/daemon.ts'
import { temporaryFolder, until } from '../daemon.ts'

test('a start that fails late leaves nothing behind that would keep the process, and the data path is free', async (t) => {
  const folder = temporaryFolder(t)
  const flags = { deployments_path: folder, data_path: path.join(folder, 'data'), docker_socket: '', 'api.port': 0 }
  const config = loadConfig({ env: {}, flags })
  const log = pino({ level: 'silent' })
  // No config says this: it stands for whatever throws once all parts are built.
  const wrong = { ...config, api: { ...config.api, trustProxy: ['not a network'] } }
  const before = process.getActiveResourcesInfo()

  await assert.rejects(startDaemon({ config: wrong, log }), /invalid IP address/)

  // Reads of files end by themselves.
  await until(() => isDeepStrictEqual(process.getActiveResourcesInfo(), before), 'what was there before the start')
  const daemon = await startDaemon({ config, log })
  await daemon.close()
})

test('what was begun is ended once, the newest first, whatever fails', async () => {
  const closing = createClosing()
  const ended: string[] = []
  closing.add(() => ended.push('first'))
  closing.add(async () => {
    throw new Error('the second')
  })
  closing.add(async () => ended.push('third'))
  await closing.run((error) => ended.push(String(error)))
  await closing.run(() => ended.push('again'))
  assert.deepEqual(ended, ['third', 'Error: the second', 'first'])
})
