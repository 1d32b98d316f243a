import { expect, it } from "vitest";
import "./index.ts";
import { make } from "./make.ts";
import { shortText } from "./said.ts";
import type { FieldSpec } from "./spec.ts";

const WIRE = "+8613800138000";
const SHOWN = "+86 138 0013 8000";
const phone: FieldSpec = {
  name: "phone",
  label: "Phone",
  widget: "phone",
  type: "phone",
  props: {},
  entity: "lib.author",
  readable: { [WIRE]: SHOWN },
};

it("shows a phone number of a row in groups and sends it as it is", () => {
  const widget = make(phone, WIRE, "cell");
  document.body.append(widget);
  const input = widget.querySelector("input");
  expect(input?.value).toBe(SHOWN);
  expect(widget.value).toBe(WIRE);
  if (input) input.value = "+49 30 1234";
  input?.dispatchEvent(new Event("input"));
  expect(widget.value).toBe("+49 30 1234");
});

it("says a phone number in groups where changes meet, and what is not known as it stands", () => {
  expect(shortText(WIRE, phone)).toBe(SHOWN);
  expect(shortText("+4930123456", phone)).toBe("+4930123456");
});
