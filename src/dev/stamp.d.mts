export function dashboardStamp(root: string): string
export function programStamp(root: string): string
export function isBuilt(folder: string, stamp: string): boolean
