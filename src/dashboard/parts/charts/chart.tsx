import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { labelled } from '../../lib/axis.ts'
import { useDesk } from '../../lib/desk.ts'
import { tick } from '../../lib/words/amounts.ts'
import type { Series } from './line-chart.tsx'

export interface ChartOptions {
  title: string
  /** Wall milliseconds, rising. */
  times: readonly number[]
  series: readonly Series[]
  format: (value: number) => string
  /** The top of the axis where it is fixed, as for percent. */
  top?: number | undefined
  /** Labels of the axis at powers of two, as for bytes. */
  binary?: boolean
  /** Charts of one group move their crosshair together. */
  group: string
  from: number
  to: number
  /** The place of the crosshair, also when it is moved on another chart of the group. */
  onPoint?: (point: Point | undefined) => void
  /** A part of the time was dragged over, in wall milliseconds. */
  onZoom?: (from: number, to: number) => void
  /** What happened meanwhile. */
  marks?: readonly ChartMark[]
}

export interface ChartMark {
  /** Wall milliseconds. */
  at: number
  text: string
  tone: string
}

export interface Point {
  index: number
  left: number
}

const HEIGHT = 150
const POWERS = Array.from({ length: 50 }, (_, power) => 2 ** power)

/** Lines over time on a canvas. Its colours are those of the stylesheet, and follow the theme. */
export function Chart(options: ChartOptions) {
  const { theme } = useDesk()
  const place = useRef<HTMLDivElement>(null)
  const chosen = theme.theme.value
  const shape = `${options.series.map(({ name, tone }) => `${name}/${tone}`).join()} ${chosen} ${options.top}`
  const plot = useRef<uPlot | null>(null)
  // The plot is made once for a set of lines, and what it asks for is of now.
  const latest = useRef(options)
  latest.current = options

  useEffect(() => {
    const root = place.current
    if (!root) return
    const draw = () => {
      plot.current?.destroy()
      plot.current = new uPlot(optionsOf(root, latest), dataOf(latest.current), root)
    }
    draw()
    const resized = new ResizeObserver(() => {
      if (plot.current && root.clientWidth > 0 && plot.current.width !== root.clientWidth) {
        plot.current.setSize({ width: root.clientWidth, height: HEIGHT })
      }
    })
    resized.observe(root)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', draw)
    return () => {
      dark.removeEventListener('change', draw)
      resized.disconnect()
      plot.current?.destroy()
      plot.current = null
    }
  }, [shape])

  useEffect(() => {
    plot.current?.setData(dataOf(options), false)
    plot.current?.setScale('x', { min: options.from / 1000, max: options.to / 1000 })
  }, [options.times, options.series, options.from, options.to, options.marks])

  return (
    <div
      ref={place}
      class="plot"
      role="img"
      aria-label={`${options.title}, as a chart; the figures are in the table below it`}
    />
  )
}

function dataOf({ times, series }: ChartOptions): uPlot.AlignedData {
  return [times.map((at) => at / 1000), ...series.map(({ values }) => values.map((value) => value ?? null))]
}

function optionsOf(root: HTMLElement, latest: { current: ChartOptions }): uPlot.Options {
  const { series, format, top, binary, group, from, to, onPoint } = latest.current
  const colour = (name: string) => {
    const probe = document.createElement('i')
    probe.className = `ink-${name}`
    root.append(probe)
    const found = getComputedStyle(probe).color
    probe.remove()
    return found
  }
  const axis = { stroke: colour('faint'), font: `11px ${getComputedStyle(root).fontFamily}`, ticks: { show: false } }
  const grid = { stroke: colour('hair'), width: 1 }
  return {
    width: root.clientWidth || 300,
    height: HEIGHT,
    padding: [8, 4, 0, 0],
    cursor: { y: false, sync: { key: group }, drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
    legend: { show: false },
    hooks: {
      setCursor: [
        ({ cursor: { idx, left = -1 }, bbox }) =>
          onPoint?.(
            typeof idx === 'number' && left >= 0 ? { index: idx, left: left + bbox.left / devicePixelRatio } : undefined
          )
      ],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select
          if (width < 4) return
          latest.current.onZoom?.(plot.posToVal(left, 'x') * 1000, plot.posToVal(left + width, 'x') * 1000)
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        }
      ],
      draw: [(plot) => drawMarks(plot, latest.current.marks ?? [], colour)]
    },
    scales: {
      x: { time: true, min: from / 1000, max: to / 1000 },
      // A line at the very top has its whole width.
      y: { range: (_, __, max) => [0, top === undefined ? Math.max(1e-9, (max ?? 1) * 1.15) : top * 1.02] }
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 26,
        gap: 6,
        space: 80,
        values: (_, splits) => labelled(splits, (at) => tick(at * 1000, latest.current.to - latest.current.from))
      },
      {
        ...axis,
        grid,
        size: 56,
        space: 32,
        ...(binary && { incrs: POWERS }),
        values: (_, splits) => labelled(splits, format)
      }
    ],
    series: [
      {},
      ...series.map(
        ({ name, tone }): uPlot.Series => ({
          label: name,
          stroke: colour(tone),
          width: 1.5,
          spanGaps: false,
          points: { show: false }
        })
      )
    ]
  }
}

/** A line down the chart for each thing that happened. */
function drawMarks(plot: uPlot, marks: readonly ChartMark[], colour: (name: string) => string) {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.setLineDash([3, 3])
  ctx.lineWidth = devicePixelRatio
  ctx.globalAlpha = 0.7
  for (const { at, tone } of marks) {
    const x = Math.round(plot.valToPos(at / 1000, 'x', true))
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.strokeStyle = colour(tone)
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
  }
  ctx.restore()
}
