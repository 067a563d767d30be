declare module '*.css' {}
declare module '*.svg' {
  const address: string
  // biome-ignore lint/style/noDefaultExport: Vite gives the address of a file in this way
  export default address
}
