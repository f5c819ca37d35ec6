/** Prints what the functions that build or cut paths make of those of Windows, as JSON: run with `import_map.json`, with `node:path` of Windows. */
import { join } from "node:path";
import { isWithin, pathWithin } from "../../../datasets/paths.ts";
import { CopyNames, placeOf } from "../../../tasks/predict/outputs.ts";

const two = new CopyNames(["C:\\a", "C:\\b"]);
const deep = new CopyNames(["C:\\photos\\a", "C:/photos/ab"]);
const drives = new CopyNames(["C:\\photos", "D:\\photos"]);
console.log(JSON.stringify({
  join: join("runs", "x"),
  within: pathWithin("C:\\ck", "C:\\ck\\S005\\001\\x.png"),
  isWithin: [
    isWithin("C:\\a", "C:\\a"),
    isWithin("C:\\a", "C:\\a\\b"),
    isWithin("C:\\a", "c:/A/..b"),
    isWithin("C:\\a", "C:\\ab"),
    isWithin("C:\\a", "C:\\"),
    isWithin("C:\\a", "D:\\a\\b"),
    isWithin("\\\\server\\share", "\\\\server\\other\\x"),
  ],
  copies: [
    two.next("C:\\a\\x.png"),
    two.next("C:\\b\\x.png"),
    deep.next("C:\\photos\\a\\x.png"),
    deep.next("C:\\photos\\ab\\c\\x.png"),
    drives.next("C:\\photos\\x.png"),
    drives.next("D:\\photos\\x.png"),
  ],
  places: await Promise.all(
    [
      "C:\\p\\*.jpg",
      "C:/p/**/*.jpg",
      "C:\\*.jpg",
      "\\*.jpg",
      "*.jpg",
      "p\\q\\?.jpg",
      "\\\\server\\share\\*.jpg",
      "C:\\p",
    ]
      .map(placeOf),
  ),
}));
