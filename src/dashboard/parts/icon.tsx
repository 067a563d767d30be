const PATHS = {
  overview: 'M2.5 8.5 8 3l5.5 5.5M4 7.5v5.5h8V7.5',
  peers:
    'M8 5.2 4.4 10.8h7.2zM8 2.4a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2M3.6 10a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2m8.8 0a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2',
  deployments: 'M8 2.2 13.4 5 8 7.8 2.6 5zM2.6 8 8 10.8 13.4 8M2.6 11 8 13.8l5.4-2.8',
  servers: 'M3 3h10v4H3zM3 9h10v4H3zM5.2 5h.01M5.2 11h.01',
  machines: 'M2.5 3h4v3.4h-4zM9.5 9.6h4V13h-4zM6.5 4.7h5v4.9M4.5 6.4v4.9h5',
  events: 'M8 4.5V8l2.4 1.6M8 2.3a5.7 5.7 0 1 0 0 11.4A5.7 5.7 0 0 0 8 2.3',
  settings: 'M2.5 5h5m4 0h2M2.5 11h2m4 0h5M9.5 3.4v3.2M6.5 9.4v3.2',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  search: 'M7 2.8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.4M10.2 10.2l3.3 3.3',
  light:
    'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8 1.6v1.2m0 10.4v1.2M1.6 8h1.2m10.4 0h1.2M3.5 3.5l.8.8m7.4 7.4.8.8m0-9-.8.8m-7.4 7.4-.8.8',
  dark: 'M13 9.6A5.4 5.4 0 0 1 6.4 3a5.4 5.4 0 1 0 6.6 6.6',
  system: 'M2.5 3.2h11v7.2h-11zM6 13.2h4',
  out: 'M6.5 3H3v10h3.5M7 8h6.5M11 5.5 13.5 8 11 10.5',
  copy: 'M5.5 5.5h7v7.5h-7zM3.5 10.5V3H10',
  tick: 'M3.5 8.5 6.5 11.5 12.5 5',
  cross: 'M4 4l8 8m0-8-8 8',
  plus: 'M8 3.5v9M3.5 8h9',
  join: 'M2.5 8H9M6.5 5.2 9.3 8l-2.8 2.8M9.5 3h4v10h-4',
  warn: 'M8 2.6 14 13H2zM8 6.6v3M8 11.3h.01',
  up: 'M4 10l4-4 4 4',
  right: 'M6 4l4 4-4 4',
  start: 'M5 3.5 12 8l-7 4.5z',
  stop: 'M4.5 4.5h7v7h-7z',
  restart: 'M12.6 6A5 5 0 1 0 13 8.6M13 3v3.2H9.8',
  check: 'M2 8h2.6L6.5 3.8l3 8.4L11.3 8H14'
} as const

export type IconName = keyof typeof PATHS

/** A line icon on a grid of 16. It never stands for a word alone. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      stroke-width="1.35"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  )
}
