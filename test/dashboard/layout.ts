import type { Page } from 'playwright-core'

/** What is wrong with how the page lies at its width now: names that are cut short, texts one over the other, a page that goes sideways. */
export const layoutFaults = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const sheet = document.querySelector('main')
    if (!sheet) return ['nothing is drawn']
    const letter = (element: Element) => {
      const probe = document.createElement('i')
      probe.style.cssText = 'position:absolute;width:12ch'
      element.append(probe)
      const { width } = probe.getBoundingClientRect()
      probe.remove()
      return width
    }
    const short = [...sheet.querySelectorAll('.name')]
      .filter((name) => name.checkVisibility() && name.clientWidth < name.scrollWidth)
      .filter((name) => name.clientWidth < letter(name) - 1)
      .map((name) => `"${name.textContent}" is ${name.clientWidth} px wide`)

    // A text as far as what it stands in lets it be seen.
    const seen = (element: Element, box: DOMRect) => {
      let [left, right, top, bottom] = [box.left, box.right, box.top, box.bottom]
      for (let at: Element | null = element; at && at !== sheet; at = at.parentElement) {
        if (getComputedStyle(at).overflowX === 'visible') continue
        const edge = at.getBoundingClientRect()
        left = Math.max(left, edge.left)
        right = Math.min(right, edge.right)
        top = Math.max(top, edge.top)
        bottom = Math.min(bottom, edge.bottom)
      }
      return { left, right, top, bottom }
    }
    const texts: { text: string; of: Node; left: number; right: number; top: number; bottom: number }[] = []
    const walk = document.createTreeWalker(sheet, NodeFilter.SHOW_TEXT)
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const parent = node.parentElement
      const text = node.textContent?.trim()
      if (!text || !parent?.checkVisibility({ visibilityProperty: true })) continue
      if (parent.closest('svg, dialog, .unseen, thead, [aria-hidden]')) continue
      const range = document.createRange()
      range.selectNodeContents(node)
      for (const box of range.getClientRects()) {
        const part = seen(parent, box)
        if (part.right - part.left > 1 && part.bottom - part.top > 1) texts.push({ text, of: node, ...part })
      }
    }
    const over = texts.flatMap((a, index) =>
      texts
        .slice(index + 1)
        .filter(
          (b) =>
            a.of !== b.of &&
            Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1.5 &&
            Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4
        )
        .map((b) => `"${a.text}" lies over "${b.text}"`)
    )
    const { scrollWidth, clientWidth } = document.documentElement
    const sideways = scrollWidth > clientWidth ? [`the page is ${scrollWidth} px wide in ${clientWidth}`] : []
    return [...sideways, ...short, ...over].slice(0, 3)
  })
