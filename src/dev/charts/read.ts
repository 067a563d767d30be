import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'
import type { Box, Chart, ChartState, ChartTransition, ChartWay } from '../../schemas/inspection/chart.ts'

/** A machine's states and transitions in words, before anything has a place. */
export interface ReadMachine extends Pick<Chart, 'name' | 'description'> {
  states: Omit<ChartState, keyof Box>[]
  ways: ReadWay[]
}

export interface ReadWay extends Pick<ChartWay, 'id' | 'from' | 'to'> {
  transitions: ChartTransition[]
}

/** Reads a machine off its definition: what it says is what is drawn. */
export function readMachine(machine: AnyStateMachine): ReadMachine {
  const states: ReadMachine['states'] = []
  const ways = new Map<string, ReadWay>()
  visit(machine.root)
  const { id: name } = machine
  return { name, description: machine.root.description ?? '', states, ways: [...ways.values()] }

  function visit(node: AnyStateNode) {
    const id = idOf(node)
    const { parent } = node
    const all = transitionsOf(node)
    states.push({
      id,
      name: node.key,
      kind: kindOf(node),
      initial: parent?.initial?.target.includes(node) ?? false,
      tags: [...node.tags],
      lines: [
        ...node.entry.flatMap((action) => named('on entry', nameOf(action))),
        ...node.exit.flatMap((action) => named('on exit', nameOf(action))),
        ...node.invoke.map(({ src }) => `runs ${typeof src === 'string' ? src : 'something without a name'}`)
      ],
      inside: all.filter(({ target }) => !target).map(wordsOf),
      ...(parent && { parent: idOf(parent) }),
      ...(node.description !== undefined && { description: node.description })
    })
    for (const transition of all) {
      for (const target of transition.target ?? []) {
        const to = idOf(target)
        const way = ways.get(`${id} ${to}`) ?? { id: `way${ways.size}`, from: id, to, transitions: [] }
        way.transitions.push(wordsOf(transition))
        ways.set(`${id} ${to}`, way)
      }
    }
    for (const child of Object.values(node.states)) visit(child)
  }
}

function transitionsOf(node: AnyStateNode): AnyTransitionDefinition[] {
  return [...[...node.transitions.values()].flat(), ...(node.always ?? [])]
}

function wordsOf({ eventType, guard, actions, description }: AnyTransitionDefinition): ChartTransition {
  const condition = nameOf(guard)
  return {
    event: eventType,
    label: `${eventWords(eventType)}${condition === undefined ? '' : ` [${condition}]`}`,
    actions: actions.flatMap((action) => nameOf(action) ?? []),
    ...(condition !== undefined && { guard: condition }),
    ...(description !== undefined && { description })
  }
}

/** XState's own events name the state and the place in it; people want to know what was waited for. */
function eventWords(event: string): string {
  const [, kind = '', rest = ''] = /^xstate\.(after|done\.actor|error\.actor)\.(.+)$/.exec(event) ?? []
  if (kind === 'after') return `after ${rest.split('.')[0]}`
  if (kind === 'done.actor') return 'done'
  if (kind === 'error.actor') return rest === '*' ? 'an actor crashed' : 'failed'
  return event === '' ? 'at once' : event
}

function nameOf(action: unknown): string | undefined {
  if (typeof action === 'string') return action
  if (typeof action === 'object' && action !== null && 'type' in action) return String(action.type)
  return undefined
}

const named = (when: string, name: string | undefined) => (name === undefined ? [] : [`${when}: ${name}`])

const idOf = (node: AnyStateNode) => node.path.join('.')

function kindOf({ type }: AnyStateNode): ChartState['kind'] {
  return type === 'history' ? 'atomic' : type
}
