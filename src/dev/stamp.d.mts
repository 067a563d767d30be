export function dashboardStamp(root: string): string
