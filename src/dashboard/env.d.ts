declare module '*.css' {}
declare module 'virtual:charts' {
  export const charts: unknown
}
