/** The page's look, in the order in which the rules win over one another. */
import actionUnits from "./style/action_units.css" with { type: "text" };
import base from "./style/base.css" with { type: "text" };
import charts from "./style/charts.css" with { type: "text" };
import dialog from "./style/dialog.css" with { type: "text" };
import filters from "./style/filters.css" with { type: "text" };
import head from "./style/head.css" with { type: "text" };
import narrow from "./style/narrow.css" with { type: "text" };
import print from "./style/print.css" with { type: "text" };
import tables from "./style/tables.css" with { type: "text" };

/** The text of the style element. */
export const STYLE = [base, head, tables, charts, filters, dialog, actionUnits, narrow, print].join("\n");
