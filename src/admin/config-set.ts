import { chownSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { parse, parseDocument } from 'yaml'
import type { Given } from '../cli/command.ts'
import type { Io } from '../cli/io.ts'
import { ConfigFaults, loadConfig } from '../config/config.ts'
import { Fatal } from '../errors.ts'
import { configMeant } from './subject.ts'

/** `flatrun-cluster config set KEY=VALUE…`: all of them or, with any fault, none; comments stay as they are. */
export function setInConfig(given: Given, io: Io, root?: string): undefined {
  const { file, env, from } = configMeant({ args: [], option: given.option }, io, root)
  if (file === undefined) throw new Fatal(66, 'no service is installed; name the config with --config FILE')
  const document = parseDocument(readFileSync(file, 'utf8'))
  for (const [key, value] of given.args.map(pairOf)) document.setIn(key.split('.'), value)
  replace(file, document.toString(), () => {
    loadConfig({ file: `${file}.draft`, env, cwd: io.cwd })
  })
  io.out(`${given.args.map((one) => one.slice(0, one.indexOf('='))).join(', ')} set in ${from}`)
  io.err('It counts after: systemctl reload flatrun-cluster')
}

function pairOf(text: string): [key: string, value: unknown] {
  const at = text.indexOf('=')
  if (at < 1) throw new Fatal(64, `"${text}": a key, =, and a value are wanted, such as api.port=8091`)
  return [text.slice(0, at), parse(text.slice(at + 1))]
}

/** In one step and only when it is right, with the owner and the mode that the file had. @throws Fatal */
function replace(file: string, text: string, check: () => void): void {
  const draft = `${file}.draft`
  const { mode, uid, gid } = statSync(file)
  writeFileSync(draft, text, { mode: mode & 0o777, flush: true })
  try {
    if (process.getuid?.() === 0) chownSync(draft, uid, gid)
    check()
    renameSync(draft, file)
  } catch (error) {
    if (!(error instanceof ConfigFaults)) throw error
    const faults = error.faults.map(({ key, message }) => `${key}: ${message}`)
    throw new Fatal(64, `nothing was changed: ${faults.join('; ')}`)
  } finally {
    rmSync(draft, { force: true })
  }
}
