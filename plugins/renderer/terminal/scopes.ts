// Which style each scope of highlight.js has. A scope that is not here, and whose first word is not either, looks like ordinary text.
import type { StyleName } from "claw/kit";

export const SCOPES: Readonly<Record<string, StyleName>> = {
  ...{
    keyword: "keyword",
    "selector-tag": "tag",
    literal: "number",
    number: "number",
    symbol: "number",
    string: "string",
    regexp: "string",
    char: "string",
  },
  ...{
    comment: "comment",
    quote: "comment",
    doctag: "comment",
    built_in: "function",
    title: "function",
    "title.class": "type",
    "title.class.inherited": "type",
  },
  ...{
    type: "type",
    "selector-class": "type",
    variable: "variable",
    "template-variable": "variable",
    "variable.language": "number",
    subst: "variable",
  },
  ...{
    operator: "operator",
    link: "link",
    tag: "operator",
    name: "tag",
    attr: "attribute",
    attribute: "attribute",
    property: "attribute",
    meta: "attribute",
  },
  ...{ "selector-id": "attribute", bullet: "bullet", section: "heading", strong: "strong", emphasis: "emphasis", code: "code", formula: "code" },
  ...{ addition: "added", deletion: "removed" },
};
