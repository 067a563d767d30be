import { chownSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Document, isScalar, parse, parseDocument } from 'yaml'
import type { Given } from '../cli/command.ts'
import type { Io } from '../cli/io.ts'
import { ConfigFaults, loadConfig } from '../config/config.ts'
import { Fatal } from '../errors/fatal.ts'
import { configMeant, type Subject } from './subject.ts'

/** `flatrun-cluster config set KEY=VALUE…`: all of them or, with any fault, none; comments stay as they are. */
export function setInConfig(given: Given, io: Io, root?: string): undefined {
  const subject = configMeant({ args: [], option: given.option }, io, root)
  const { above } = changeConfig(subject, given.args.map(pairOf), io)
  io.out(`${given.args.map((one) => one.slice(0, one.indexOf('='))).join(', ')} set in ${subject.from}`)
  for (const { key, origin } of above) io.err(`note: ${key} stays as it is: ${origin} stands above the file`)
  io.err('It counts after: flatrun-cluster reload')
}

interface Changed {
  /** Puts the old text back. */
  undo(): void
  /** What was set and does not count, because of a variable or a credential. */
  readonly above: readonly { readonly key: string; readonly origin: string }[]
}

/** @throws Fatal, and then nothing was changed */
export function changeConfig({ file, env }: Subject, pairs: readonly Pair[], io: Io): Changed {
  if (file === undefined) throw new Fatal(66, 'no service is installed; name the config with --config FILE')
  const before = readFileSync(file, 'utf8')
  const document = parseDocument(before)
  for (const [key, value] of pairs) setKey(document, key, value)
  const { source } = rewrite(file, document.toString(), (draft) => loadConfig({ file: draft, env, cwd: io.cwd }))
  const set = new Set(pairs.map(([key]) => key))
  const fromFile = `${path.basename(file)}.draft:`
  return {
    undo: () => rewrite(file, before, () => {}),
    above: source.entries.filter(({ key, origin }) => set.has(key) && !origin.startsWith(fromFile))
  }
}

/** Sets `a.b.c`. A section with nothing but a comment below it becomes a map, and keeps the comment. */
export function setKey(document: Document, key: string, value: unknown): void {
  const path = key.split('.')
  for (let depth = 0; depth < path.length; depth++) {
    const section = path.slice(0, depth)
    const empty = depth === 0 ? document.contents : document.getIn(section, true)
    if (!isScalar(empty) || empty.value !== null) continue
    const map = document.createNode({})
    if (empty.comment) map.commentBefore = empty.comment
    document.setIn(section, map)
  }
  document.setIn(path, value)
}

type Pair = readonly [key: string, value: unknown]

function pairOf(text: string): Pair {
  const at = text.indexOf('=')
  if (at < 1) throw new Fatal(64, `"${text}": a key, =, and a value are wanted, such as api.port=8091`)
  return [text.slice(0, at), parse(text.slice(at + 1))]
}

/** In one step and only when it is right, with the owner and the mode that the file had; a new one is its owner's. @throws Fatal */
export function rewrite<T>(file: string, text: string, check: (draft: string) => T): T {
  const draft = `${file}.draft`
  const before = statSync(file, { throwIfNoEntry: false })
  writeFileSync(draft, text, { mode: (before?.mode ?? 0o600) & 0o777, flush: true })
  try {
    if (before && process.getuid?.() === 0) chownSync(draft, before.uid, before.gid)
    const checked = check(draft)
    renameSync(draft, file)
    return checked
  } catch (error) {
    if (!(error instanceof ConfigFaults)) throw error
    const faults = error.faults.map(({ key, message }) => `${key}: ${message}`)
    throw new Fatal(64, `nothing was changed: ${faults.join('; ')}`)
  } finally {
    rmSync(draft, { force: true })
  }
}
