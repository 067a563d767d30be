import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { type Config, ConfigFaults, loadConfig } from '../../src/config/config.ts'

/** A folder of its own with a `config.yml`, gone after the test. */
export function configFile(t: TestContext, text: string, mode = 0o600): string {
  const file = path.join(folder(t), 'config.yml')
  writeFileSync(file, text, { mode })
  return file
}

export function folder(t: TestContext): string {
  const place = mkdtempSync(path.join(os.tmpdir(), 'config-'))
  t.after(() => rmSync(place, { recursive: true }))
  return place
}

export const load = (t: TestContext, text: string, env: Record<string, string> = {}): Config =>
  loadConfig({ file: configFile(t, text), env })

/** What is said of a config that must be refused: one line a fault. */
export function refusal(t: TestContext, text: string, env: Record<string, string> = {}): string[] {
  try {
    load(t, text, env)
  } catch (error) {
    if (error instanceof ConfigFaults) return error.message.split('\n')
    throw error
  }
  throw new Error('this config was to be refused')
}
