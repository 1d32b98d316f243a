/** What formatted text may hold. The server keeps the same (`field_types/rich_text/cleaning.py`), and cleans again. */
import DOMPurify from "dompurify";

export const KEPT =
  "p br hr strong b em i u s sub sup mark a ul ol li h1 h2 h3 h4 blockquote pre code table thead tbody tr th td".split(
    " ",
  );
export const ATTRIBUTES = ["href", "title", "colspan", "rowspan", "start"];

export function clean(html: string): DocumentFragment {
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS: KEPT,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
}
