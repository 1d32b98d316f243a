import { describe, expect, it } from "vitest";
import { FormLogic, type Logic } from "./form-logic.ts";

const field = (path: string, type: string) => ({ op: "field", type, path, up: 0 });
const text = (value: string) => ({ op: "const", type: "text", value });
const isGone = { op: "eq", type: "boolean", args: [field("status", "text"), text("gone")] };
const worth = {
  op: "mul",
  type: "number(2)",
  args: [field("price", "number(2)"), field("copies", "integer")],
};

const logic: Logic = {
  entity: "lib.book",
  computed: [{ field: "worth", ir: worth, needs: ["price", "copies"], is_local: true }],
  rules: [
    {
      name: "gone",
      show: ["reason"],
      require: ["reason"],
      lock: ["price"],
      set: [
        {
          field: "copies",
          ir: { op: "const", type: "integer", value: "0" },
          needs: [],
          is_local: true,
        },
      ],
      ir: isGone,
      needs: ["status"],
      is_local: true,
    },
  ],
  lines: {},
};

describe("FormLogic", () => {
  const made = new FormLogic(logic);

  it("computes as the server does and knows what a rule hides, requires and locks", () => {
    const open = made.run({ status: "shelved", price: "12.50", copies: 3, reason: null });
    expect(open.computed["worth"]).toBe("37.50");
    expect([...open.hidden]).toEqual(["reason"]);
    expect(open.required.size + open.locked.size).toBe(0);
    const gone = made.run({ status: "gone", price: null, copies: 3, reason: null });
    expect(gone.computed["worth"]).toBeNull();
    expect(gone.hidden.size).toBe(0);
    expect([...gone.required]).toEqual(["reason"]);
    expect([...gone.locked]).toEqual(["price"]);
  });

  it("sets a value when the rule begins to hold, but not over what somebody typed", () => {
    const values = { status: "gone", price: "1.00", copies: 3 };
    expect(made.given(values, new Set(["status"]), new Set())).toEqual({ copies: 0 });
    expect(made.given(values, new Set(["status"]), new Set(["copies"]))).toEqual({});
    expect(made.given(values, new Set(["price"]), new Set())).toEqual({});
  });

  it("knows of which fields of a row the server is asked what rules give", () => {
    const asked = new FormLogic({ ...logic, line_sets: { lines: { entity: "lib.loan", reads: ["member"] } } });
    expect(asked.lineEntity("lines", "member")).toBe("lib.loan");
    expect(asked.lineEntity("lines", "due")).toBe("");
    expect(made.lineEntity("lines", "member")).toBe("");
  });
});
