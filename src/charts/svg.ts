import type { Chart, ChartState, ChartWay } from '../schemas/inspection/chart.ts'
import { labelLines, linesOf } from './words.ts'

/** A chart as a picture that stands by itself, in the reader's light or dark. */
export function svgOf(chart: Chart): string {
  const { name, description, states, ways, width, height } = chart
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description">`,
    `<title id="title">State machine ${escaped(name)}</title>`,
    `<desc id="description">${escaped(description)}</desc>`,
    `<style>${STYLE}</style>`,
    `<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>`,
    `<rect class="page" width="${width}" height="${height}"/>`,
    ...states.map(stateOf),
    ...ways.map(lineOf),
    ...ways.map(labelOf),
    '</svg>',
    ''
  ].join('\n')
}

const STYLE = `
svg { --ink: #1d2733; --soft: #55606e; --line: #8592a3; --box: #ffffff; --page: #f6f8fa; --tag: #0b6b43; font: 11px ui-monospace, Menlo, Consolas, monospace }
@media (prefers-color-scheme: dark) { svg { --ink: #e4e9ef; --soft: #9aa7b6; --line: #66748a; --box: #1b222b; --page: #12171d; --tag: #5fd39b } }
.page { fill: var(--page) } .box { fill: var(--box); stroke: var(--line) } .parallel .box { stroke-dasharray: 5 3 } .final .box { stroke-width: 3 }
text { fill: var(--soft) } .name { font-weight: 600; font-size: 12px; fill: var(--ink) } .tagged .name { fill: var(--tag) }
.way { fill: none; stroke: var(--line) } .under { fill: var(--box) } marker path, .begin { fill: var(--line) }`

function stateOf({ x, y, width, height, ...state }: ChartState): string {
  const kinds = [state.kind, ...(state.tags.length > 0 ? ['tagged'] : [])].join(' ')
  const told = [state.description, ...state.tags.map((tag) => `Tag: ${tag}.`)].filter(Boolean).join(' ')
  return [
    `<g class="${kinds}" data-state="${escaped(state.id)}">${told ? `<title>${escaped(told)}</title>` : ''}`,
    `<rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>`,
    state.initial ? `<circle class="begin" cx="${x}" cy="${y}" r="4"/>` : '',
    `<text class="name" x="${x + 12}" y="${y + 20}">${escaped(state.name)}</text>`,
    ...linesOf(state).map((line, index) => `<text x="${x + 12}" y="${y + 36 + index * 16}">${escaped(line)}</text>`),
    '</g>'
  ].join('')
}

function lineOf({ id, points }: ChartWay): string {
  const way = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('')
  return `<path class="way" data-way="${id}" d="${way}" marker-end="url(#tip)"/>`
}

function labelOf({ transitions, labelAt: { x, y, width, height } }: ChartWay): string {
  const written = transitions.flatMap((transition) => labelLines([transition]).map((line) => ({ ...transition, line })))
  const lines = written.map(({ line, description, actions }, index) => {
    const told = [description, actions.length > 0 ? `Then: ${actions.join(', ')}.` : ''].filter(Boolean).join(' ')
    const title = told === '' ? '' : `<title>${escaped(told)}</title>`
    return `<text x="${x + 3}" y="${y + 11 + index * 14}">${title}${escaped(line)}</text>`
  })
  return `<g><rect class="under" x="${x}" y="${y}" width="${width}" height="${height}"/>${lines.join('')}</g>`
}

const escaped = (text: string) => text.replace(/[<>&"]/g, (letter) => `&#${letter.charCodeAt(0)};`)
