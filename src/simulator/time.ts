import { badOption } from "./option-error.js";

/** Minutes east of Greenwich, from `"+08:00"` or `"Z"`. */
export function parseUtcOffset(text: string): number {
  if (text === "Z") return 0;

  const match = /^([+-])(\d\d):(\d\d)$/.exec(text);
  if (match === null) throw badOption("utcOffset", text, '"Z" or an offset such as "+08:00"');

  return (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}

/** ISO 8601 with offset and up to three fraction digits, trailing zeros cut: `2021-09-03T17:08:22.78+08:00`. */
export function formatInstant(milliseconds: number, utcOffsetMinutes: number): string {
  const local = new Date(milliseconds + utcOffsetMinutes * 60_000).toISOString();
  const fraction = local.slice(20, 23).replace(/0+$/, "");
  return `${local.slice(0, 19)}${fraction === "" ? "" : `.${fraction}`}${formatOffset(utcOffsetMinutes)}`;
}

/** `createTime` is stored in whole seconds: `2021-08-25T15:09:31+08:00`. */
export function formatSecond(milliseconds: number, utcOffsetMinutes: number): string {
  return formatInstant(Math.floor(milliseconds / 1000) * 1000, utcOffsetMinutes);
}

/** As the lines of a subtask's log begin: `2021-08-25 15:09:32.716`. */
export function formatLogTime(milliseconds: number, utcOffsetMinutes: number): string {
  return new Date(milliseconds + utcOffsetMinutes * 60_000).toISOString().slice(0, 23).replace("T", " ");
}

function formatOffset(minutes: number): string {
  if (minutes === 0) return "Z";

  const two = (value: number): string => String(value).padStart(2, "0");
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
