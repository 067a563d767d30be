export const RUNTIME: { readonly version: string; readonly sha256: Readonly<Record<string, string>> }
export function faultOfRuntime(file: string, system?: string): string | undefined
