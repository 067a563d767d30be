import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { Command } from 'commander'
import { adminCommands } from '../../src/admin/commands.ts'
import { processIo } from '../../src/cli/io.ts'
import { createProgram } from '../../src/cli/program.ts'

const root = path.join(import.meta.dirname, '..', '..')
const pages = ['README.md', ...readdirSync(path.join(root, 'docs')).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md')
)

/** Each command that a page names, in a block or in a sentence, up to where a shell would end it. */
function commandsOf(page: string): string[] {
  // In a sentence it may go on in the next line.
  const text = readFileSync(path.join(root, page), 'utf8')
  const inSentences = [...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/`((?:sudo )?flatrun-cluster [^`]+)`/g)]
  const inBlocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) => [
    ...block.matchAll(/(?:^|[(&;|] ?)(?:bin\/)?(flatrun-cluster [^\n]+)/gm)
  ])
  const all = [...inSentences, ...inBlocks].map(([, words = '']) =>
    words
      .replace('sudo ', '')
      .replace(/(\s[|<>;]|&&|\s#|\))[\s\S]*$/, '')
      .replaceAll(/\s+/g, ' ')
      .trim()
  )
  // Of the protocol: words that keys are derived with.
  return all.filter((command) => !/ v\d$/.test(command))
}

const takesAny: ReadonlySet<string> = new Set(['tag'])

/** What is wrong with a command, told by the tree of commands alone; undefined when it could be run. */
function faultOf(program: Command, typed: string): string | undefined {
  const words = [...typed.matchAll(/'[^']*'|"[^"]*"|\S+/g)].map(([word]) => word).slice(1)
  let command = program
  let values = 0
  for (let at = 0; at < words.length; at += 1) {
    const [word = '', inside] = words[at]?.startsWith('--') ? (words[at]?.split('=') ?? []) : [words[at]]
    if (word !== '-' && word.startsWith('-')) {
      const option = [...command.options, ...program.options].find(({ long, short }) => long === word || short === word)
      // Such as `tag`, where a word may begin with a dash.
      if (!option && word !== '--help' && !takesAny.has(command.name())) return `${word} is no option of it`
      if (option?.required && inside === undefined) at += 1
      continue
    }
    if (word === 'help' && command === program) return undefined
    const next = command.commands.find((one) => one.name() === word || one.aliases().includes(word))
    if (next && values === 0) command = next
    else values += 1
  }
  const { registeredArguments: wanted } = command
  if (command === program && values > 0) return 'there is no such command'
  if (command.commands.length > 0 && wanted.length === 0 && values > 0) return 'there is no such command in the family'
  return values > wanted.length && !wanted.at(-1)?.variadic ? 'it takes fewer words' : undefined
}

test('every command that a page names is one, with options that it has', () => {
  const program = createProgram({
    ...{ io: processIo(), version: '0', ended: () => {} },
    locals: (at, machine) => adminCommands(at, machine)
  })
  program.command('agent').option('-c, --config <file>')
  const named = pages.flatMap((page) => commandsOf(page).map((command) => ({ page, command })))
  assert.ok(named.length > 100, String(named.length))
  const wrong = named.flatMap(({ page, command }) => {
    const fault = faultOf(program, command)
    return fault === undefined ? [] : [`${page}: ${command}: ${fault}`]
  })
  assert.deepEqual(wrong, [])
  assert.notEqual(faultOf(program, 'flatrun-cluster renmae web-4'), undefined)
  assert.notEqual(faultOf(program, 'flatrun-cluster join --hole-cluster TOKEN'), undefined)
})
