import type { MaintenanceWindow } from '../schemas/alerts/alert.ts'

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

/**
 * Whether nobody is to be told of that peer at that time, by the clock of this server. A window that ends before it
 * begins goes on past midnight and belongs to the day on which it began; one of equal times lasts the whole day.
 */
export function inMaintenance(windows: readonly MaintenanceWindow[], peer: string, at: Date): boolean {
  const minute = at.getHours() * 60 + at.getMinutes()
  return windows.some(({ days, from, to, peers }) => {
    if (peers && !peers.some((name) => name.toLowerCase() === peer.toLowerCase())) return false
    const [begins, ends] = [minutes(from), minutes(to)]
    const onDay = (ago: number) => {
      const day = DAYS[(at.getDay() + 7 - ago) % 7]
      return days === undefined || (day !== undefined && days.includes(day))
    }
    if (begins < ends) return onDay(0) && minute >= begins && minute < ends
    return (onDay(0) && minute >= begins) || (onDay(1) && minute < ends)
  })
}

const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
