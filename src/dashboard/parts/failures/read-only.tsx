/** Why there are no buttons. */
export const ReadOnly = () => (
  <span class="tag" title="This key has no scope to change anything">
    read only
  </span>
)
