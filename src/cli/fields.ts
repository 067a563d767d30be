import { readFileSync } from 'node:fs'
import { codeOf } from '../untyped.ts'
import { CliFault, EXIT } from './exit.ts'
import type { Io } from './io.ts'

/** `-f name=value`: a value that reads as JSON is sent as JSON, as FlatRun's command line has it. */
export function fieldsOf(given: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(pairs(given, '-f').map(([name, value]) => [name, read(value)]))
}

/** `-q name=value` */
export const queryOf = (given: readonly string[]): Record<string, string> => Object.fromEntries(pairs(given, '-q'))

/** `--data TEXT`, `--data @FILE`, `--data -`: JSON. */
export async function dataOf(given: string, io: Io): Promise<unknown> {
  const text = given === '-' ? ((await io.piped()) ?? '') : given.startsWith('@') ? readText(given.slice(1)) : given
  try {
    return JSON.parse(text)
  } catch {
    throw new CliFault(EXIT.usage, '--data is no JSON', 'For example: --data \'{"note":"web"}\', or --data @body.json')
  }
}

/** A file, or stdin for `-`. */
export function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new CliFault(EXIT.usage, `${file} cannot be read: ${codeOf(error) ?? 'unknown'}`)
  }
}

function pairs(given: readonly string[], flag: string): [string, string][] {
  return given.map((text) => {
    const at = text.indexOf('=')
    if (at < 1) throw new CliFault(EXIT.usage, `${flag} ${text}: a name, =, and a value are wanted`)
    return [text.slice(0, at), text.slice(at + 1)]
  })
}

function read(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
