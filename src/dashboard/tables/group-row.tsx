/** The head of a group of rows. */
export const GroupRow = (props: { name: string; note: string; columns: number; rowIndex: number }) => (
  <tr class="item grouped" aria-rowindex={props.rowIndex}>
    <th colSpan={props.columns} scope="rowgroup">
      <span class="foreign">{props.name}</span> <span class="faint small">{props.note}</span>
    </th>
  </tr>
)
